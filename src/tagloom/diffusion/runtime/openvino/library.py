"""How OpenVINO is imported: without its telemetry, which would post from a child process."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from io import BytesIO
from typing import Final, Protocol, cast

from tagloom.diffusion.runtime.protocol import Floats
from tagloom.errors import MemoryExhaustedError, RuntimeUnavailableError

_TELEMETRY: Final = "openvino_telemetry"
_OUT_OF_MEMORY: Final = ("bad_alloc", "allocate", "out of memory")
Properties = dict[str, object]


class Request(Protocol):
    """What runs a compiled network; one at a time."""

    def infer(self, inputs: Sequence[Floats], *, share_inputs: bool) -> dict[int, Floats]:
        """Arrays in, arrays out, by the numbers of the outputs; they are the request's own until the next call."""
        ...


class Compiled(Protocol):
    """A network made ready for one device and shape."""

    def create_infer_request(self) -> Request:
        """What runs it."""
        ...

    def export_model(self, model_stream: BytesIO) -> None:
        """Write it as bytes that `Core.import_model` makes ready again."""
        ...


class Model(Protocol):
    """A network as operations."""

    def reshape(self, partial_shapes: dict[int, list[int]]) -> None:
        """Fix the shapes of its inputs, by number; -1 leaves a length open."""
        ...


class Core(Protocol):
    """OpenVINO's devices."""

    def read_model(self, model: str) -> Model:
        """Read a network from an .xml file and the .bin file beside it."""
        ...

    def compile_model(self, model: Model, device_name: str, config: Properties) -> Compiled:
        """Make a network ready."""
        ...

    def import_model(self, model_stream: bytes, device_name: str, config: Properties) -> Compiled:
        """Make a network ready that was exported."""
        ...


def openvino_version() -> str:
    """The version that is installed; "" where none is."""
    try:
        return version("openvino") if find_spec("openvino") else ""
    except PackageNotFoundError:
        return ""


def open_core() -> Core:
    """OpenVINO's devices, imported when this is called.

    Raises:
        RuntimeUnavailableError: it is not installed, or a library that it needs is not.
    """
    silence_telemetry()
    try:
        import openvino
    except (ImportError, OSError) as error:
        raise RuntimeUnavailableError(f"openvino: {error}", hint="pip install 'tagloom[openvino]'") from error
    return cast(Core, openvino.Core())


def silence_telemetry() -> None:
    """Make OpenVINO find no telemetry to import; it then goes without."""
    sys.modules.setdefault(_TELEMETRY, None)  # type: ignore[arg-type]  # None is Python's own way to say: not to be had


@contextmanager
def openvino_guard(doing: str) -> Iterator[None]:
    """OpenVINO's errors as ours, in one line.

    Raises:
        MemoryExhaustedError: memory ran out.
        RuntimeUnavailableError: anything else.
    """
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if isinstance(error, MemoryError) or any(words in str(error) for words in _OUT_OF_MEMORY):
            message = "the memory of device 'cpu' does not suffice"
            raise MemoryExhaustedError(message, hint="take a smaller size, or --precision bf16") from error
        last = (str(error).strip().splitlines() or [""])[-1]
        raise RuntimeUnavailableError(f"openvino cannot {doing}: {last}", hint="take --runtime torch") from error
