"""Names and paths -> models: the bundled ones, and those in the user's model folders."""

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tagloom.bundled import FOLDER as BUNDLED
from tagloom.catalog.folder import is_diffusers_folder, read_folder
from tagloom.engine import ModelFacts
from tagloom.errors import ModelDamagedError, ModelNotFoundError


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A model that was found; it may turn out to be damaged when it is read."""

    name: str
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """Looks for models in the package, then in `folders`, in order; the first of a name wins."""

    folders: Sequence[Path] = ()

    def entries(self) -> Iterator[Entry]:
        """Every model there is, without opening it."""
        seen: set[str] = set()
        for folder in (BUNDLED, *self.folders):
            for path in sorted(folder.iterdir()) if folder.is_dir() else ():
                if path.name not in seen and is_diffusers_folder(path):
                    seen.add(path.name)
                    yield Entry(name=path.name, path=path)

    def find(self, name_or_path: str) -> ModelFacts:
        """The model of that name, or in that folder.

        Raises:
            ModelNotFoundError: there is none; the nearest name is the hint.
            ModelDamagedError: it is there, but its files are not what they must be.
        """
        by_name = {entry.name.casefold(): entry for entry in self.entries()}
        if entry := by_name.get(name_or_path.casefold()):
            return read_folder(entry.path, entry.name)
        path = Path(name_or_path)
        if name_or_path and _is_there(path) and path.is_dir():
            if not is_diffusers_folder(path):
                message = f"{path} is no diffusers folder: it has no unet/config.json"
                raise ModelDamagedError(message, hint="name the folder that holds model_index.json")
            return read_folder(path, name_or_path)
        if name_or_path and _is_there(path) and path.is_file():
            message = f"{path} is a single file, which this version cannot read"
            raise ModelDamagedError(message, hint="name a diffusers folder")
        close = difflib.get_close_matches(name_or_path.casefold(), by_name, 1)
        known = ", ".join(entry.name for entry in by_name.values())
        hint = f"did you mean '{by_name[close[0]].name}'?" if close else f"there are: {known}"
        raise ModelNotFoundError(f"there is no model '{name_or_path}'", hint=hint)


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a name that no file can have, or a folder that may not be looked into
        return False
