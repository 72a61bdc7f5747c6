"""ModelFacts -> an engine that paints with that model. Opening one is what imports torch."""

from collections.abc import Mapping
from importlib.metadata import version
from typing import Final

from tagloom.catalog import NO_FILES, NetworkFiles
from tagloom.diffusion.pipeline import DiffusionEngine
from tagloom.engine import NO_PICTURES, ModelFacts, Picture
from tagloom.errors import RequestError, RuntimeUnavailableError
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
) -> DiffusionEngine:
    """Load a model's weights onto a device ("auto", "cpu", "cuda", "mps") in a precision ("auto", "fp32", "bf16", "fp16").

    `threads` is the number of CPU threads torch may use from now on, in this process; 0 leaves it as it is.
    `files` is where prompts find LoRAs and textual inversions; its `hashes` remember the model's too, which is computed
    beside the first picture, after its first step.
    `pictures` are the images and masks of requests by their sha256.

    Raises:
        RequestError: `threads` is not within 0 to 1024.
        RuntimeUnavailableError: torch is not installed, or this machine has no such device.
        ModelDamagedError: the weights are missing or damaged.
        MemoryExhaustedError: they do not fit.
    """
    if not 0 <= threads <= _MOST_THREADS:
        message = f"threads {threads} is not within 0 to {_MOST_THREADS}"
        raise RequestError(message, field="threads", hint="name it with --threads")
    try:
        import torch
    except ImportError as error:
        raise RuntimeUnavailableError("torch is not installed", hint="pip install 'tagloom[torch]'") from error
    from tagloom.diffusion.runtime.torch_runtime import TorchRuntime
    from tagloom.diffusion.weights import load_model

    if threads:
        torch.set_num_threads(threads)
    runtime = TorchRuntime(load_model(model), device=device, precision=precision)
    return DiffusionEngine(runtime, model, load_tokenizer(), version=version("tagloom"), files=files, pictures=pictures)
