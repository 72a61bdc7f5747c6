"""`tagloom doctor`: is everything there that painting needs?"""

import platform
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from tagloom.bundled import FOLDER
from tagloom.catalog import MANIFEST, file_hashes, find_places, is_list, read_config
from tagloom.cli.exits import OTHER
from tagloom.cli.services import Services
from tagloom.cli.settings import Settings
from tagloom.diffusion.runtime.choice import Installed, choose, what_is_installed
from tagloom.diffusion.runtime.machine import Machine, read_machine
from tagloom.errors import ModelDamagedError, RequestError

_LIBRARIES = ("numpy", "pillow", "safetensors", "torch")
_BUNDLED = frozenset({"paperdoll"})
_ENOUGH_DISK = 100 * 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line: what was looked at, whether it is well, what was seen, and what to do if it is not."""

    what: str
    is_well: bool
    seen: str
    remedy: str = ""


def doctor(*, services: Annotated[Services, Parameter(parse=False)]) -> int:
    """Check the installation: versions, devices, the bundled models' files, the folders."""
    ailing = False
    for finding in _findings(services):
        services.print(f"{'ok     ' if finding.is_well else 'problem'}  {finding.what}: {finding.seen}")
        if not finding.is_well:
            ailing = True
            services.print(f"         {finding.remedy}")
    return OTHER if ailing else 0


def _findings(services: Services) -> Iterator[Finding]:
    yield Finding(what="tagloom", is_well=True, seen=version("tagloom"))
    yield Finding(what="python", is_well=True, seen=f"{platform.python_version()} on {platform.platform()}")
    for library in _LIBRARIES:
        yield _library(library)
    yield from _devices()
    yield from runtimes(what_is_installed(), read_machine(), services.settings.cache_folder)
    yield from bundled_models(FOLDER)
    yield from configured_folders(services.settings, services.environment)
    yield _writable("pictures go to", services.settings.output_folder, "TAGLOOM_OUTPUT")
    yield _writable("tagloom keeps its own files in", services.settings.data_folder, "TAGLOOM_DATA")


def configured_folders(settings: Settings, environment: Mapping[str, str]) -> Iterator[Finding]:
    """Whether the folders that the settings name are there, and lists of folders can be read."""
    for what, folders, variable in (
        ("models in", settings.model_folders, "TAGLOOM_MODELS"),
        ("LoRAs in", settings.lora_folders, "TAGLOOM_LORAS"),
        ("textual inversions in", settings.embedding_folders, "TAGLOOM_EMBEDDINGS"),
    ):
        for folder in folders:
            seen = "found" if folder.is_dir() else "no folder" if folder.exists() else "not there"
            if variable == "TAGLOOM_MODELS" and is_list(folder):
                seen = _listed(folder, environment)
            remedy = f"correct {variable} or the settings"
            yield Finding(what=f"{what} {folder}", is_well=seen == "found", seen=seen, remedy=remedy)


def _listed(path: Path, environment: Mapping[str, str]) -> str:
    try:
        find_places([path], environment)
    except RequestError as error:
        return error.message
    return "found"


def _library(name: str) -> Finding:
    try:
        return Finding(what=name, is_well=True, seen=version(name))
    except PackageNotFoundError:
        return Finding(what=name, is_well=False, seen="not installed", remedy="pip install 'tagloom[torch]'")


def _devices() -> Iterator[Finding]:
    try:
        from tagloom.diffusion.runtime.devices import describe_devices
    except ImportError:
        return
    except OSError as error:  # torch is there, but one of the system's libraries that it needs is not
        yield Finding(what="torch", is_well=False, seen=str(error), remedy="reinstall torch")
        return
    for name, seen in describe_devices():
        yield Finding(what=name, is_well=True, seen=seen)


def runtimes(installed: Installed, machine: Machine, cache: Path) -> Iterator[Finding]:
    """What could run the networks, and what would be taken if nothing is said; none that is left out is a problem."""
    cores = "1 core" if machine.cores == 1 else f"{machine.cores} cores"
    instructions = ", ".join(sorted(machine.instructions)) or "no instruction set that matters"
    yield Finding(what="cpu", is_well=True, seen=f"{machine.cpu}, {cores}, {instructions}")
    there = [f"openvino {installed.openvino}"] if installed.openvino else []
    there += ["torch"] if installed.has_torch else []
    choice = choose("auto", device="auto", precision="auto", has_cache=True, machine=machine, installed=installed)
    seen = f"{', '.join(there) or 'none'}; {choice.name} is taken: {choice.reason}"
    yield Finding(what="runtimes", is_well=bool(there), seen=seen, remedy="pip install 'tagloom[torch]'")
    used = sum(file.stat().st_size for file in cache.rglob("*") if file.is_file())
    yield Finding(what=f"cache in {cache}", is_well=True, seen=f"{used / 2**20:.0f} MiB; it may be deleted")


def bundled_models(root: Path) -> Iterator[Finding]:
    """Whether the models that tagloom comes with are there, and their files those that were shipped."""
    for name in sorted(_BUNDLED | {path.parent.name for path in root.glob(f"*/{MANIFEST}")}):
        try:
            is_well, seen = _compared(root / name) if (root / name).is_dir() else (False, "not there")
        except (ModelDamagedError, OSError) as error:
            is_well, seen = False, str(error)
        yield Finding(what=f"model {name}", is_well=is_well, seen=seen, remedy="reinstall tagloom")


def _compared(folder: Path) -> tuple[bool, str]:
    manifest = read_config(folder / MANIFEST)
    shipped, found = manifest.values.get("files"), file_hashes(folder)
    if not isinstance(shipped, dict):
        raise manifest.refuse("files", "a hash for every file")
    wrong = sorted(name for name in shipped.keys() | found.keys() if shipped.get(name) != found.get(name))
    return not wrong, f"{wrong[0]} is not as shipped" if wrong else f"{len(found)} files as shipped"


def _writable(what: str, folder: Path, variable: str) -> Finding:
    """Whether a file could be written into a folder, which need not be there yet."""
    what = f"{what} {folder.absolute()}"
    existing = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    try:
        with tempfile.TemporaryFile(dir=existing):
            free = shutil.disk_usage(existing).free
    except OSError as error:
        return Finding(what=what, is_well=False, seen=str(error.strerror), remedy=f"name another folder with {variable}")
    is_enough = free >= _ENOUGH_DISK
    return Finding(what=what, is_well=is_enough, seen=f"{free / 2**30:.1f} GiB free", remedy="make room on the disk")
