"""Folders -> the LoRAs and textual inversions in them, found by the names that prompts call them; no tensor is read."""

import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tagloom.catalog.hashes import Hashes
from tagloom.catalog.header import read_header
from tagloom.errors import ModelDamagedError, ModelError, ModelNotFoundError

_LORA_SUFFIXES: Final = (".safetensors",)
_PICKLED_LORA_SUFFIXES: Final = (".pt", ".ckpt", ".bin")
_EMBEDDING_SUFFIXES: Final = (".safetensors", ".pt", ".bin")
_DEEPEST: Final = 5
_DIGITS: Final = 12
_NEAREST: Final = 3
# Where training tools write the name that they gave a LoRA; web UIs put it into prompts.
_ALIAS: Final = "ss_output_name"


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkFile:
    """A file that was found under a name.

    `hash` are 12 digits of a SHA-256, as web UIs write them: of a LoRA's tensors alone (their "AutoV3", which notes in the
    file do not change), of the whole file where it is a pickle or a textual inversion.
    """

    name: str
    path: Path
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkFiles:
    """Looks for files in these folders, in order, and in the folders in them; the first of a name wins.

    `may_unpickle`: the user allowed to read pickled LoRAs. Textual inversions hold one tensor; their pickles are checked to
    be no more than that, and need no permission.
    """

    lora_folders: tuple[Path, ...] = ()
    embedding_folders: tuple[Path, ...] = ()
    hashes: Hashes = field(default_factory=Hashes)
    may_unpickle: bool = False

    def loras(self) -> dict[str, Path]:
        """Every LoRA by its path in its folder, without a suffix."""
        pickled = _files_in(self.lora_folders, _PICKLED_LORA_SUFFIXES) if self.may_unpickle else {}
        return pickled | _files_in(self.lora_folders, _LORA_SUFFIXES)

    def embeddings(self) -> dict[str, Path]:
        """Every textual inversion by its path in its folder, without a suffix."""
        return _files_in(self.embedding_folders, _EMBEDDING_SUFFIXES)

    def lora(self, wanted: str) -> NetworkFile:
        """The LoRA of that name: its file's, or else the one that it was trained under.

        Raises:
            ModelNotFoundError: there is none; the nearest names are the hint.
            ModelDamagedError: it cannot be read.
        """
        files = self.loras()
        path = _by_name(files, wanted, _LORA_SUFFIXES + _PICKLED_LORA_SUFFIXES) or _by_alias(files, wanted)
        if path is None:
            pickled = _files_in(self.lora_folders, _PICKLED_LORA_SUFFIXES)
            if refused := _by_name(pickled, wanted, _PICKLED_LORA_SUFFIXES):
                message = f"the LoRA '{wanted}' is {refused}, a pickle, which can hold programs"
                raise ModelNotFoundError(message, hint="take its safetensors form, or say --allow-pickle")
            raise _not_found("LoRA", wanted, files, "lora_folders")
        is_safe = path.suffix.lower() in _LORA_SUFFIXES
        return _hashed(path.stem, path, self.hashes.of_tensors if is_safe else self.hashes.of)

    def embedding(self, wanted: str) -> NetworkFile:
        """The textual inversion of that name.

        Raises:
            ModelNotFoundError: there is none; the nearest names are the hint.
            ModelDamagedError: it cannot be read.
        """
        files = self.embeddings()
        path = _by_name(files, wanted, _EMBEDDING_SUFFIXES)
        if path is None:
            raise _not_found("textual inversion", wanted, files, "embedding_folders")
        return _hashed(path.stem, path, self.hashes.of)


NO_FILES: Final = NetworkFiles()


def _files_in(folders: Sequence[Path], suffixes: tuple[str, ...]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for folder in folders:
        for path in _walk(folder, suffixes, 0):
            found.setdefault(path.relative_to(folder).with_suffix("").as_posix(), path)
    return found


def _walk(folder: Path, suffixes: tuple[str, ...], depth: int) -> Iterator[Path]:
    try:
        paths = sorted(folder.iterdir())
    except OSError:
        return
    for path in paths:
        if path.suffix.lower() in suffixes and path.is_file():
            yield path
        elif depth < _DEEPEST and not path.name.startswith(".") and path.is_dir():
            yield from _walk(path, suffixes, depth + 1)


def _by_name(files: Mapping[str, Path], wanted: str, suffixes: tuple[str, ...]) -> Path | None:
    """The file of that path or name, as it is written, else whatever the case; its suffix may be written too."""
    suffix = next((suffix for suffix in suffixes if wanted.lower().endswith(suffix)), "")
    slashed = wanted.replace("\\", "/")
    by_stem = {path.stem: path for path in reversed(list(files.values()))}
    for name in dict.fromkeys((slashed, slashed[: len(slashed) - len(suffix)])):
        for named in (files, by_stem):
            whatever_case = {key.casefold(): path for key, path in named.items()}
            if found := named.get(name) or whatever_case.get(name.casefold()):
                return found
    return None


def _by_alias(files: Mapping[str, Path], wanted: str) -> Path | None:
    """The file whose training tool gave it that name."""
    return next((path for path in files.values() if _alias(path) == wanted), None)


def _alias(path: Path) -> str:
    try:
        return read_header(path).metadata.get(_ALIAS, "")
    except ModelError:
        return ""


def _not_found(what: str, wanted: str, files: Mapping[str, Path], setting: str) -> ModelNotFoundError:
    names = {path.stem.casefold(): path.stem for path in files.values()}
    close = [names[name] for name in difflib.get_close_matches(wanted.casefold(), names, _NEAREST)]
    if close:
        hint = f"did you mean {' or '.join(repr(name) for name in close)}?"
    elif names:
        hint = f"there are: {', '.join(sorted(names.values()))}"
    else:
        hint = f"name the folder that holds it as '{setting}' in the settings"
    return ModelNotFoundError(f"there is no {what} '{wanted}'", hint=hint)


def _hashed(name: str, path: Path, hash_of: Callable[[Path], str]) -> NetworkFile:
    try:
        return NetworkFile(name=name, path=path, hash=hash_of(path)[:_DIGITS])
    except OSError as error:
        raise ModelDamagedError(f"{path} cannot be read: {error.strerror}") from error
