"""ModelFacts -> a runtime of OpenVINO's; what it needs of the model is exported once, which takes torch and a while."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tagloom.diffusion.runtime.machine import Machine
from tagloom.diffusion.runtime.openvino.compiled import CompiledNetworks
from tagloom.diffusion.runtime.openvino.exported import (
    ExportedFacts,
    ExportedNetworks,
    exported_folder,
    read_exported,
    write_exported,
)
from tagloom.diffusion.runtime.openvino.library import open_core, openvino_version
from tagloom.diffusion.runtime.openvino.runtime import OpenVinoRuntime
from tagloom.diffusion.runtime.protocol import Runtime
from tagloom.diffusion.runtime.rows import MeasuredCallSize, profile_place
from tagloom.engine import ModelFacts
from tagloom.errors import RuntimeUnavailableError

_EXPORT_FACTOR: Final = 3.5  # bytes in memory for one on disk, in half precision; measured
_SLOW: Final = 256 << 20  # bytes on disk, from which the export takes long enough to be told of


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenVinoPlace:
    """Where OpenVINO's files are kept, on which machine, and how the user is told of what takes long."""

    cache: Path
    machine: Machine
    say: Callable[[str], None]
    clock: Callable[[], float]


def open_openvino(
    model: ModelFacts, place: OpenVinoPlace, *, precision: str, threads: int, open_torch: Callable[[], Runtime]
) -> OpenVinoRuntime:
    """Open a model's networks from the cache, or export them into it first.

    Raises:
        RuntimeUnavailableError: OpenVINO is damaged, cannot convert this model, or memory does not suffice for that.
        UnwritableError: the cache cannot be written.
        ModelDamagedError: the weights are missing or damaged.
    """
    core = open_core()
    folder = exported_folder(place.cache, model, openvino_version())
    exported = read_exported(folder) or _export(model, folder, place)
    cpu = " ".join(sorted(place.machine.instructions))
    compiled = CompiledNetworks(core, exported.folder, threads=threads, cpu=cpu)
    precision = place.machine.precision(exported.facts.parameters) if precision == "auto" else precision
    facts = ("openvino", openvino_version(), place.machine.cpu, threads, precision, exported.facts.architecture)
    return OpenVinoRuntime(
        exported,
        compiled,
        precision=precision,
        threads=threads,
        call_size=MeasuredCallSize(profile_place(place.cache, facts), place.clock, compiled.make_room),
        open_torch=open_torch,
    )


def _export(model: ModelFacts, folder: Path, place: OpenVinoPlace) -> ExportedNetworks:
    size = _size(Path(model.path))
    needed = int(size * _EXPORT_FACTOR)
    if needed > place.machine.free_memory > 0:
        message = f"openvino needs about {needed / 2**30:.0f} GiB of memory once, to convert '{model.name}'"
        raise RuntimeUnavailableError(f"{message}; {place.machine.free_memory / 2**30:.0f} are free", hint="close something")
    if size > _SLOW:
        place.say(f"notice: '{model.name}' is made ready for openvino, once: a minute or more")
    try:
        from tagloom.diffusion.runtime.openvino.export import export
        from tagloom.diffusion.weights import load_model
    except ImportError as error:
        message = "torch is not installed, which converts a model for openvino"
        raise RuntimeUnavailableError(message, hint="pip install 'tagloom[torch]'") from error

    def write(into: Path) -> ExportedFacts:
        return export(load_model(model), into)

    return write_exported(folder, write)


def _size(path: Path) -> int:
    """Bytes of a file, or of the weights in a folder."""
    files = [file for file in path.rglob("*.safetensors") if file.is_file()] if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files)
