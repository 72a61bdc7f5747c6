"""ModelFacts -> an engine that paints with that model. Opening one is what imports torch."""

from importlib.metadata import version
from pathlib import Path

from tagloom.diffusion.pipeline import DiffusionEngine
from tagloom.engine import ModelFacts
from tagloom.errors import RuntimeUnavailableError
from tagloom.tokenizer import load_tokenizer


def open_engine(model: ModelFacts, *, device: str = "auto", precision: str = "auto", threads: int = 0) -> DiffusionEngine:
    """Load a model's weights onto a device ("auto", "cpu", "cuda", "mps") in a precision ("auto", "fp32", "bf16", "fp16").

    `threads` is the number of CPU threads torch may use from now on, in this process; 0 leaves it as it is.

    Raises:
        RuntimeUnavailableError: torch is not installed, or this machine has no such device.
        ModelDamagedError: the weights are missing or damaged.
        MemoryExhaustedError: they do not fit.
    """
    try:
        import torch
    except ImportError as error:
        raise RuntimeUnavailableError("torch is not installed", hint="pip install 'tagloom[torch]'") from error
    from tagloom.diffusion.runtime.torch_runtime import TorchRuntime
    from tagloom.diffusion.weights import load_folder

    if threads:
        torch.set_num_threads(threads)
    runtime = TorchRuntime(load_folder(Path(model.path)), device=device, precision=precision)
    return DiffusionEngine(runtime, model, load_tokenizer(), version=version("tagloom"))
