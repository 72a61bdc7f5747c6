"""Names, hashes and paths -> models: the bundled ones, and those in the folders of the user and of other tools."""

import difflib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from tagloom.bundled import FOLDER as BUNDLED
from tagloom.catalog.autoencoder import latent_factor
from tagloom.catalog.beside import AUTOENCODERS_BESIDE, autoencoder_beside, prediction_beside
from tagloom.catalog.checkpoint import overridden, predicting, read_checkpoint
from tagloom.catalog.folder import is_diffusers_folder, read_folder
from tagloom.catalog.hashes import SHORT, Hashes, old_hash
from tagloom.catalog.header import Header, read_header
from tagloom.catalog.model_hash import computed_hash, recalled_hash
from tagloom.catalog.places import NOWHERE, Places
from tagloom.engine import NO_OVERRIDES, OWN_VAE, ModelFacts, Overrides
from tagloom.errors import ModelDamagedError, ModelNotFoundError

_SAFE: Final = ".safetensors"
_PICKLES: Final = (".ckpt", ".pt", ".pth", ".bin")
_LEGACY: Final = ".ckpt"
_DEEPEST: Final = 5
_VAE_MARKS: Final = (".vae", "-vae", "_vae")
_HASH: Final = re.compile(r"[0-9a-fA-F]{8}|[0-9a-fA-F]{10}|[0-9a-fA-F]{64}")
_OLD_DIGITS: Final = 8
_TAKEN: Final = "is taken as its autoencoder (--vae own takes the one in it)"
_UNTAKEN: Final = "is not taken as its autoencoder, as it is a pickle (say --allow-pickle, or convert it to safetensors)"
_FORGETFUL: Final = Hashes()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A model that was found; it may turn out to be damaged when it is read."""

    name: str
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """Looks for models in the package, then in `places`, in order; the first of a name wins.

    `read_pickle` describes a legacy pickle (`tagloom.diffusion.weights.pickle_header`) where the user allows that.
    """

    places: Places = NOWHERE
    hashes: Hashes = _FORGETFUL
    read_pickle: Callable[[Path], Header] | None = None

    def entries(self) -> Iterator[Entry]:
        """Every model there is, without opening it."""
        seen: set[str] = set()
        for folder in (BUNDLED, *self.places.checkpoints):
            for entry in _models_in(folder):
                if entry.name not in seen and (folder != BUNDLED or entry.path.is_dir()):
                    seen.add(entry.name)
                    yield entry

    def find(self, wanted: str, overrides: Overrides = NO_OVERRIDES) -> ModelFacts:
        """The model of that name or hash, or at that path, with what the user wants otherwise.

        Only headers are read, unless a hash is looked for that is not known yet.

        Raises:
            ModelNotFoundError: there is none; the nearest name is the hint. Or there is no such autoencoder.
            ModelDamagedError: it is there, but its files are not what they must be.
            ModelUnsupportedError: it is of a kind that we do not paint with.
        """
        entry = self._entry(wanted)
        beside = None if overrides.vae or entry.path.is_dir() else autoencoder_beside(entry.path)
        is_taken = beside is not None and (beside.suffix == _SAFE or self.read_pickle is not None)
        if beside and is_taken:
            overrides = replace(overrides, vae=beside.name)
        path = self.find_vae(overrides.vae, entry.path.parent) if overrides.vae not in {"", OWN_VAE} else None
        facts = self._read(entry, has_other_vae=path is not None)
        if beside:
            said = f"'{beside.name}' beside the model {_TAKEN if is_taken else _UNTAKEN}"
            facts = replace(facts, assumptions=(*facts.assumptions, said))
        if path and (factor := latent_factor(path, self._header)):
            facts = replace(facts, latent_factor=factor, size_multiple=factor)
        return overridden(facts, overrides, str(path or ""))

    def read(self, entry: Entry) -> ModelFacts:
        """The facts of a model that was found, from its headers alone; its hash is "" until it was computed once.

        Raises:
            ModelDamagedError: its files are not what they must be.
            ModelUnsupportedError: it is of a kind that we do not paint with.
        """
        return self._read(entry, has_other_vae=False)

    def find_vae(self, wanted: str, beside: Path | None = None) -> Path:
        """The autoencoder of that name, or at that path: a file, or a folder. It may lie in the model's own folder `beside`.

        Raises:
            ModelNotFoundError: there is none.
        """
        found = {path.stem.casefold(): path for folder in reversed(self.places.vae) for path in _vaes_in(folder)}
        stem = _without_suffix(wanted).casefold()
        if stem in found:
            return found[stem]
        if beside and wanted.endswith(AUTOENCODERS_BESIDE) and _is_there(beside / wanted):
            return beside / wanted
        path = Path(wanted)
        if wanted and _is_there(path):
            return path
        known = ", ".join(path.stem for path in found.values()) or "none in your model folders"
        raise ModelNotFoundError(f"there is no autoencoder '{wanted}'", hint=f"name a file or folder; there are: {known}")

    def _read(self, entry: Entry, *, has_other_vae: bool) -> ModelFacts:
        if entry.path.is_dir():
            facts = read_folder(entry.path, entry.name, has_other_vae=has_other_vae)
        else:
            facts = read_checkpoint(self._header(entry.path), entry.name)
            facts = _configured(facts, entry.path)
        return replace(facts, hash=recalled_hash(entry.path, self.hashes), may_unpickle=self.read_pickle is not None)

    def _header(self, path: Path) -> Header:
        """The header of a single file; a pickle's is read by permission alone."""
        if path.suffix.lower() not in _PICKLES:
            return read_header(path)
        if self.read_pickle is None:
            message = f"{path} is a legacy file of pickled weights, which can hold programs"
            raise ModelDamagedError(message, hint="take its safetensors form, or say --allow-pickle")
        return self.read_pickle(path)

    def _entry(self, wanted: str) -> Entry:
        """The model that a name, hash or path means."""
        entries = list(self.entries())
        path = Path(wanted)
        by_name: dict[str, Entry] = {}
        for entry in entries:
            for name in (entry.name, entry.path.name, _without_suffix(entry.path.name)):
                by_name.setdefault(name.casefold(), entry)
        if found := by_name.get(wanted.casefold()):
            return found
        if wanted and _is_there(path):
            if path.is_dir() and not is_diffusers_folder(path):
                message = f"{path} is no diffusers folder: it has no unet/config.json"
                raise ModelDamagedError(message, hint="name the folder that holds model_index.json")
            return Entry(name=wanted, path=path)
        if _HASH.fullmatch(wanted) and (found := self._by_hash(wanted.lower(), entries)):
            return found
        close = difflib.get_close_matches(wanted.casefold(), by_name, 1)
        known = ", ".join(entry.name for entry in entries)
        hint = f"did you mean '{by_name[close[0]].name}'?" if close else f"there are: {known}"
        raise ModelNotFoundError(f"there is no model '{wanted}'", hint=hint)

    def _by_hash(self, wanted: str, entries: Sequence[Entry]) -> Entry | None:
        """The model with a hash; those whose hash is not known yet are read last, one by one, until one has it."""
        if len(wanted) == _OLD_DIGITS:
            return next((entry for entry in entries if _old_hash(entry.path) == wanted), None)
        for hash_of in (recalled_hash, computed_hash):
            for entry in entries:
                if self._has_hash(entry.path, wanted, hash_of):
                    return entry
        return None

    def _has_hash(self, path: Path, wanted: str, hash_of: Callable[[Path, Hashes], str]) -> bool:
        """It is the model's, in ten digits or in all; what cannot be read has none."""
        try:
            if hash_of(path, self.hashes) != wanted[:SHORT]:
                return False
            return len(wanted) == SHORT or (path.is_file() and self.hashes.of(path) == wanted)
        except (OSError, ModelDamagedError):
            return False


def _configured(facts: ModelFacts, path: Path) -> ModelFacts:
    """The facts with what a configuration beside the file says of them; one that is none is told, and done without."""
    try:
        prediction = prediction_beside(path)
    except ModelDamagedError as error:
        return replace(facts, assumptions=(*facts.assumptions, f"{error.message}: it is not taken as the model's"))
    return predicting(facts, prediction) if prediction else facts


def _models_in(folder: Path) -> Iterator[Entry]:
    """Diffusers folders and single files under a folder, by their paths in it without a suffix."""
    for path in _walk(folder, 0):
        inside = path.relative_to(folder).as_posix()
        yield Entry(name=inside if path.is_dir() else _without_suffix(inside), path=path)


def _walk(folder: Path, depth: int) -> Iterator[Path]:
    try:
        paths = sorted(folder.iterdir())
    except OSError:
        return
    for path in paths:
        if path.is_dir():
            if is_diffusers_folder(path):
                yield path
            elif depth < _DEEPEST and not path.name.startswith("."):
                yield from _walk(path, depth + 1)
        elif path.suffix.lower() in {_SAFE, _LEGACY} and not path.stem.lower().endswith(_VAE_MARKS):
            yield path


def _vaes_in(folder: Path) -> Iterator[Path]:
    """Autoencoders in a folder, the first of a stem first (the caller lets the last win)."""
    try:
        paths = sorted(folder.rglob("*"), reverse=True)
    except OSError:
        return
    for path in paths:
        if path.suffix.lower() in {_SAFE, *_PICKLES} or (path / "config.json").is_file():
            yield path


def _old_hash(path: Path) -> str:
    """A file's old hash; "" of a folder, or where it cannot be read."""
    try:
        return old_hash(path)
    except OSError:
        return ""


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a name that no file can have, or a folder that may not be looked into
        return False


def _without_suffix(name: str) -> str:
    stem, dot, suffix = name.rpartition(".")
    return stem if dot and f".{suffix}".lower() in {_SAFE, *_PICKLES} else name
