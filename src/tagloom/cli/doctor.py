"""`tagloom doctor`: is everything there that painting needs?"""

import platform
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from tagloom.bundled import FOLDER
from tagloom.catalog import MANIFEST, file_hashes, read_config
from tagloom.cli.exits import OTHER
from tagloom.cli.services import Services
from tagloom.diffusion.runtime.choice import Installed, choose, what_is_installed
from tagloom.diffusion.runtime.machine import Machine, read_machine
from tagloom.errors import ModelDamagedError

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
    """Check the installation: versions, devices, the bundled models' files, the output folder."""
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
    for folder in services.settings.model_folders:
        seen = "found" if folder.exists() else "not there"
        yield Finding(
            what=f"models in {folder}", is_well=folder.exists(), seen=seen, remedy="correct TAGLOOM_MODELS or the settings"
        )
    yield _output(services.settings.output_folder)


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


def _output(folder: Path) -> Finding:
    """Whether a picture could be written."""
    existing = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    what = f"pictures go to {folder.absolute()}"
    try:
        with tempfile.TemporaryFile(dir=existing):
            free = shutil.disk_usage(existing).free
    except OSError as error:
        return Finding(what=what, is_well=False, seen=str(error.strerror), remedy="name another folder with TAGLOOM_OUTPUT")
    is_enough = free >= _ENOUGH_DISK
    return Finding(what=what, is_well=is_enough, seen=f"{free / 2**30:.1f} GiB free", remedy="make room on the disk")
