"""A model on disk -> the ten digits that name it in pictures: recalled at no cost, or computed by reading its weights."""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from tagloom.catalog.config_file import read_config
from tagloom.catalog.hashes import SHORT, Hashes, sha256

MANIFEST: Final = "manifest.json"


def recalled_hash(path: Path, hashes: Hashes) -> str:
    """The hash of a single file or a diffusers folder as far as it is known without reading any weights; else "".

    Raises:
        ModelDamagedError: a folder's manifest is none.
    """
    return _hash(path, lambda file: hashes.known(file) or "")


def computed_hash(path: Path, hashes: Hashes) -> str:
    """The same, by reading what is not known yet: seconds for gigabytes, the first time.

    Raises:
        ModelDamagedError: a folder's manifest is none.
        OSError: a file cannot be read.
    """
    return _hash(path, hashes.of)


def _hash(path: Path, hash_of: Callable[[Path], str]) -> str:
    if not path.is_dir():
        return hash_of(path)[:SHORT]
    if known := manifest_hash(path):
        return known
    digests = {file.relative_to(path).as_posix(): hash_of(file) for file in path.glob("*/*.safetensors")}
    return model_hash(digests) if all(digests.values()) else ""


def manifest_hash(folder: Path) -> str | None:
    """The hash in a folder's manifest, if it has one.

    Raises:
        ModelDamagedError: the manifest is none.
    """
    manifest = folder / MANIFEST
    return read_config(manifest).text("hash") if manifest.is_file() else None


def model_hash(digests: Mapping[str, str]) -> str:
    """Ten digits that name a model: of the hashes of its weight files, in order of their paths."""
    weights = "".join(digests[path] for path in sorted(digests) if path.endswith(".safetensors"))
    return hashlib.sha256(weights.encode("ascii")).hexdigest()[:SHORT]


def file_hashes(folder: Path) -> dict[str, str]:
    """The SHA-256 of every configuration and weight file, by its path in the folder."""
    paths = (path for pattern in ("*/*.safetensors", "*/*.json", "*.json") for path in folder.glob(pattern))
    return {path.relative_to(folder).as_posix(): sha256(path) for path in sorted(paths) if path.name != MANIFEST}
