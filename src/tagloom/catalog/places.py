"""Folders in which other tools keep models, and their lists of such folders -> where to look for what; read in place."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal, get_args

from tagloom.catalog.yaml_file import NotYamlError, read_yaml
from tagloom.errors import RequestError

Kind = Literal["checkpoints", "vae", "loras", "embeddings"]
_KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
# Subfolders by their lower-case names: A1111's web UI and its descendants, then ComfyUI.
_NAMES: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "stable-diffusion": "checkpoints",
        "lora": "loras",
        "lycoris": "loras",
        "checkpoints": "checkpoints",
        "diffusers": "checkpoints",
        "vae": "vae",
        "loras": "loras",
        "embeddings": "embeddings",
    }
)
_LISTED: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "checkpoints": "checkpoints",
        "diffusers": "checkpoints",
        "vae": "vae",
        "loras": "loras",
        "embeddings": "embeddings",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Folders by what lies in them, in the order in which they are looked through."""

    checkpoints: tuple[Path, ...] = ()
    vae: tuple[Path, ...] = ()
    loras: tuple[Path, ...] = ()
    embeddings: tuple[Path, ...] = ()

    def __add__(self, other: "Places") -> "Places":
        """These, then the others."""
        return Places(
            checkpoints=self.checkpoints + other.checkpoints,
            vae=self.vae + other.vae,
            loras=self.loras + other.loras,
            embeddings=self.embeddings + other.embeddings,
        )


NOWHERE: Final = Places()


def find_places(paths: Sequence[Path], environment: Mapping[str, str]) -> Places:
    """Where to look, of folders and of ComfyUI's lists of folders (`extra_model_paths.yaml`).

    A folder may be A1111's or ComfyUI's own (with `models` in it), its `models`, or any folder with models in it.

    Raises:
        RequestError: a list cannot be read, or is none.
    """
    places = NOWHERE
    for path in paths:
        places += read_list(path, environment) if is_list(path) else _in_folder(path)
    return places


def is_list(path: Path) -> bool:
    """It is called as a list of folders is, and is no folder; whether it is there is another question."""
    return path.suffix.lower() in {".yaml", ".yml"} and not path.is_dir()


def read_list(path: Path, environment: Mapping[str, str]) -> Places:
    """The folders of an `extra_model_paths.yaml`, read as ComfyUI reads it.

    Sections hold `base_path` (`~` and environment variables are expanded; relative ones begin at the list's own folder) and,
    for every kind of model, a folder or several, one a line.

    Raises:
        RequestError: it cannot be read, or is none.
    """
    found: dict[Kind, list[Path]] = {kind: [] for kind in _KINDS}
    for name, section in _sections(path).items():
        if section is None:
            continue
        if not isinstance(section, dict):
            raise _refuse(path, f"its section '{name}' holds no folders")
        base = section.get("base_path", "")
        if not isinstance(base, str):
            raise _refuse(path, f"'base_path' of its section '{name}' is no text")
        root = path.parent / Path(_expanded(base, environment))
        for key, value in section.items():
            if key in _LISTED and isinstance(value, str):
                found[_LISTED[key]] += [root / line.strip() for line in value.split("\n") if line.strip()]
    return Places(**{kind: tuple(folders) for kind, folders in found.items()})


def _sections(path: Path) -> dict[object, object]:
    try:
        content = read_yaml(path)
    except NotYamlError as error:
        raise _refuse(path, str(error)) from error
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise _refuse(path, "it has no sections")
    return content


def _expanded(text: str, environment: Mapping[str, str]) -> str:
    """A path with `~`, `$NAME`, `${NAME}` and `%NAME%` filled in; names that are not known stay."""
    for name, value in sorted(environment.items(), key=lambda item: -len(item[0])):
        for written in (f"${{{name}}}", f"%{name}%", f"${name}"):
            text = text.replace(written, value)
    home = environment.get("HOME", "")
    return home + text[1:] if home and (text == "~" or text.startswith("~/")) else text


def _in_folder(root: Path) -> Places:
    """The places under a folder, by the names that the tools give them; else the folder itself, for models of every kind."""
    found: dict[Kind, list[Path]] = {kind: [] for kind in _KINDS}
    for folder in (root, root / "models", root.parent if root.name.lower() == "models" else root):
        for path in _subfolders(folder):
            kind = _NAMES.get(path.name.lower())
            # Beside a `models` folder only A1111's embeddings are of interest.
            if kind and path not in found[kind] and (folder != root.parent or kind == "embeddings"):
                found[kind].append(path)
    if not found["checkpoints"]:
        found["checkpoints"].append(root)
    return Places(**{kind: tuple(folders) for kind, folders in found.items()})


def _subfolders(folder: Path) -> Iterator[Path]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    yield from (Path(entry.path) for entry in entries if entry.is_dir())


def _refuse(path: Path, what: str) -> RequestError:
    return RequestError(f"{path} is no list of model folders: {what}", field="model_folders")
