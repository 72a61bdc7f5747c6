"""Files -> their SHA-256, remembered in a cache file by path, size and time of change, so that each is read once."""

import hashlib
import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

SHORT: Final = 10
"""Hexadecimal digits of a short hash, as A1111's web UI writes it ("Model hash")."""
_CHUNK: Final = 1 << 20
_HEADER_LENGTH: Final = 8
_OLD_START: Final = 0x100000
_OLD_LENGTH: Final = 0x10000
_OLD_DIGITS: Final = 8
_LARGEST_CACHE: Final = 1 << 24


def sha256(path: Path, start: int = 0) -> str:
    """The SHA-256 of a file from byte `start` on.

    Raises:
        OSError: it cannot be read.
    """
    digest = hashlib.sha256()
    with path.open("rb") as file:
        file.seek(start)
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Hashes:
    """Computes hashes and remembers them in `cache`; one that is damaged or cannot be written is done without.

    `digest` gives the hash of a file from a byte on.
    """

    cache: Path | None = None
    digest: Callable[[Path, int], str] = sha256

    def known(self, path: Path) -> str | None:
        """The SHA-256 of a file if it is remembered and the file has not changed since."""
        digest = self._read().get(_key(path))
        return digest if isinstance(digest, str) else None

    def of(self, path: Path) -> str:
        """The SHA-256 of a file; computing it reads the file once.

        Raises:
            OSError: it cannot be read.
        """
        if known := self.known(path):
            return known
        digest = self.digest(path, 0)
        self._remember(_key(path), digest)
        return digest

    def of_tensors(self, path: Path) -> str:
        """The SHA-256 of a safetensors file behind its header (the web UIs' "AutoV3"): notes in the file do not change it.

        Raises:
            OSError: it cannot be read.
        """
        key = f"tensors|{_key(path)}"
        if isinstance(known := self._read().get(key), str):
            return known
        with path.open("rb") as file:
            header = int.from_bytes(file.read(_HEADER_LENGTH), "little")
        digest = self.digest(path, min(_HEADER_LENGTH + header, path.stat().st_size))
        self._remember(key, digest)
        return digest

    def _read(self) -> dict[str, object]:
        try:
            if self.cache is None or self.cache.stat().st_size > _LARGEST_CACHE:
                return {}
            values = json.loads(self.cache.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return {}
        return values if isinstance(values, dict) else {}

    def _remember(self, key: str, digest: str) -> None:
        """Add one hash; another process that adds one at the same time loses at most that."""
        if self.cache is None:
            return
        remembered = self._read() | {key: digest}
        try:
            self.cache.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile("w", dir=self.cache.parent, delete=False, encoding="utf-8") as file:
                json.dump(remembered, file, indent=0)
            Path(file.name).replace(self.cache)
        except OSError:
            return


def old_hash(path: Path) -> str:
    """The eight digits by which older web UIs named a file: of 64 KiB behind its first MiB (others may share them).

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        file.seek(_OLD_START)
        return hashlib.sha256(file.read(_OLD_LENGTH)).hexdigest()[:_OLD_DIGITS]


def _key(path: Path) -> str:
    """What a file is remembered by: where it is, and what changes when it changes."""
    try:
        stat = path.stat()
    except OSError:
        return ""
    return f"{os.path.abspath(path)}|{stat.st_size}|{stat.st_mtime_ns}"  # noqa: PTH100  # resolve() would follow links
