"""ModelFacts -> an engine that paints with that model, on the runtime that is chosen."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from typing import Final

from tagloom.catalog import NO_FILES, NetworkFiles
from tagloom.diffusion.pipeline import DiffusionEngine
from tagloom.diffusion.runtime.choice import choose, what_is_installed
from tagloom.diffusion.runtime.machine import Machine, read_machine
from tagloom.diffusion.runtime.protocol import Runtime
from tagloom.diffusion.runtime.rows import TOGETHER, CallSize, MeasuredCallSize, profile_place
from tagloom.diffusion.surroundings import NO_SURROUNDINGS, Surroundings
from tagloom.engine import NO_PICTURES, ModelFacts, Picture
from tagloom.errors import RequestError, RuntimeUnavailableError, UnwritableError
from tagloom.tokenizer import load_tokenizer

_MOST_THREADS: Final = 1024  # more than any machine computes faster with; some ten thousand crash the process


def open_engine(
    model: ModelFacts,
    *,
    device: str = "auto",
    precision: str = "auto",
    threads: int = 0,
    files: NetworkFiles = NO_FILES,
    pictures: Mapping[str, Picture] = NO_PICTURES,
    runtime: str = "auto",
    surroundings: Surroundings = NO_SURROUNDINGS,
) -> DiffusionEngine:
    """Load a model's weights onto a device ("auto", "cpu", "cuda", "mps") in a precision ("auto", "fp32", "bf16", "fp16").

    `threads` is the number of CPU threads that compute from now on, in this process; 0 takes the physical cores.
    `files` is where prompts find LoRAs and textual inversions; its `hashes` remember the model's too, which is computed
    beside the first picture, after its first step.
    `pictures` are the images and masks of requests by their sha256.
    `runtime` is "auto", "torch", "compiled" or "openvino"; the last is chosen only where `surroundings` have a cache folder,
    and torch stands in for it where it fails.

    Raises:
        RequestError: `threads` is not within 0 to 1024.
        RuntimeUnavailableError: torch is not installed, or this machine has no such device.
        ModelDamagedError: the weights are missing or damaged.
        MemoryExhaustedError: they do not fit.
    """
    if not 0 <= threads <= _MOST_THREADS:
        message = f"threads {threads} is not within 0 to {_MOST_THREADS}"
        raise RequestError(message, field="threads", hint="name it with --threads")
    opening = _Opening(
        model=model,
        device=device,
        precision=precision,
        threads=threads,
        surroundings=surroundings,
        machine=read_machine(surroundings.root),
    )
    chosen = opening.runtime(runtime)
    return DiffusionEngine(chosen, model, load_tokenizer(), version=version("tagloom"), files=files, pictures=pictures)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opening:
    """What is to be opened, and where."""

    model: ModelFacts
    device: str
    precision: str
    threads: int
    surroundings: Surroundings
    machine: Machine

    def runtime(self, wanted: str) -> Runtime:
        """The runtime that is chosen; where OpenVINO fails, torch, and the user is told."""
        choice = choose(
            wanted,
            device=self.device,
            precision=self.precision,
            has_cache=self.surroundings.cache_folder is not None,
            machine=self.machine,
            installed=what_is_installed(),
        )
        if choice.is_second_best:
            self.surroundings.say(f"notice: torch paints instead: {choice.reason}")
        if choice.name == "openvino":
            try:
                return self._openvino()
            except (RuntimeUnavailableError, UnwritableError) as error:
                self.surroundings.say(f"notice: torch paints instead: {error.message}")
        return self._torch(is_compiled=choice.name == "compiled")

    def _openvino(self) -> Runtime:
        from tagloom.diffusion.runtime.openvino.opening import OpenVinoPlace, open_openvino

        assert self.surroundings.cache_folder is not None
        place = OpenVinoPlace(
            cache=self.surroundings.cache_folder,
            machine=self.machine,
            say=self.surroundings.say,
            clock=self.surroundings.clock,
        )
        threads = self.threads or self.machine.cores
        return open_openvino(self.model, place, precision=self.precision, threads=threads, open_torch=self._torch)

    def _torch(self, *, is_compiled: bool = False) -> Runtime:
        try:
            import torch
        except ImportError as error:
            raise RuntimeUnavailableError("torch is not installed", hint="pip install 'tagloom[torch]'") from error
        from tagloom.diffusion.runtime.compiled_network import CompiledNetwork, as_it_is, torch_compile
        from tagloom.diffusion.runtime.torch_runtime import TorchRuntime, find_device
        from tagloom.diffusion.weights import load_model

        threads = self.threads or min(torch.get_num_threads(), self.machine.cores)
        if threads != torch.get_num_threads():
            torch.set_num_threads(threads)
        networks = load_model(self.model)
        device, precision = find_device(self.device), self.precision
        if precision == "auto" and device.type == "cpu":
            precision = self.machine.precision(sum(one.numel() for one in networks.unet.parameters()))
        say, name = self.surroundings.say, "compiled" if is_compiled else "torch"
        facts = (name, torch.__version__, self.machine.cpu, str(device), threads, precision, repr(networks.unet.config))
        return TorchRuntime(
            networks,
            device=str(device),
            precision=precision,
            call_size=self._call_size(facts),
            compile_unet=partial(CompiledNetwork, compile_network=torch_compile, say=say) if is_compiled else as_it_is,
        )

    def _call_size(self, facts: tuple[object, ...]) -> CallSize:
        cache = self.surroundings.cache_folder
        return MeasuredCallSize(profile_place(cache, facts), self.surroundings.clock) if cache else TOGETHER
