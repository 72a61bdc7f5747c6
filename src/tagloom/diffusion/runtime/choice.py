"""What the user wants and what there is -> the runtime that is taken, and why, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from types import MappingProxyType
from typing import Final, Literal

from tagloom.diffusion.runtime.machine import Machine
from tagloom.diffusion.runtime.openvino.library import openvino_version
from tagloom.errors import RuntimeUnavailableError

Name = Literal["torch", "compiled", "openvino"]
RUNTIMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "auto": "openvino on a CPU if it is installed, else torch",
        "torch": "on a CPU, CUDA or MPS",
        "compiled": "torch.compile, which takes a minute for each size of a large model and needs a C++ compiler",
        "openvino": "on a CPU, compiled for each size",
    }
)
_INSTALL: Final = "pip install 'tagloom[openvino]'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """`reason` says why in half a sentence; `is_second_best` where the user asked for something else."""

    name: Name
    reason: str
    is_second_best: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """The version of OpenVINO, "" where it is not installed; whether torch is."""

    openvino: str
    has_torch: bool


def what_is_installed() -> Installed:
    """The libraries that there are; none of them is imported."""
    return Installed(openvino=openvino_version(), has_torch=find_spec("torch") is not None)


def choose(wanted: str, *, device: str, precision: str, has_cache: bool, machine: Machine, installed: Installed) -> Choice:
    """Choose among `RUNTIMES`. OpenVINO needs a cache, since it takes long to make networks ready, and then is the fastest.

    Raises:
        RuntimeUnavailableError: there is no runtime of that name.
    """
    if wanted not in RUNTIMES:
        raise RuntimeUnavailableError(f"there is no runtime '{wanted}'", hint=f"take {', '.join(RUNTIMES)}")
    against = _against_openvino(device, precision, machine, installed, has_cache=has_cache)
    if wanted in {"torch", "compiled"}:
        return Choice(name="compiled" if wanted == "compiled" else "torch", reason="it was asked for")
    if not against:
        return Choice(name="openvino", reason="it was asked for" if wanted == "openvino" else "the fastest on a CPU")
    return Choice(name="torch", reason=against, is_second_best=wanted == "openvino")


def _against_openvino(device: str, precision: str, machine: Machine, installed: Installed, *, has_cache: bool) -> str:
    """Why OpenVINO is not taken; "" where it can be."""
    if device not in {"auto", "cpu"}:
        return f"openvino computes on the CPU, not on {device}"
    if device == "auto" and machine.has_gpu and installed.has_torch:
        return "a GPU is faster; --device cpu leaves it alone"
    if not installed.openvino:
        return f"openvino is not installed: {_INSTALL}"
    if precision == "fp16":
        return "openvino computes in fp32 or bf16 on a CPU"
    return "" if has_cache else "openvino needs a cache folder"
