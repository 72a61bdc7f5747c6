"""A safetensors file -> what its header says: the name, type, shape and place of every tensor; no tensor is read.

The library that reads the tensors checks the same; this reader is here to need no framework, to say in plain words what a
file is that is none (a pickle, a web page, a Git LFS pointer, half a download), and to spend no memory on any of them.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from tagloom.catalog.config_file import TAKE_AGAIN
from tagloom.errors import ModelDamagedError

BITS: Final[Mapping[str, int]] = MappingProxyType(
    {
        "F64": 64,
        "F32": 32,
        "F16": 16,
        "BF16": 16,
        "F8_E4M3": 8,
        "F8_E5M2": 8,
        "I64": 64,
        "I32": 32,
        "I16": 16,
        "I8": 8,
        "U64": 64,
        "U32": 32,
        "U16": 16,
        "U8": 8,
        "BOOL": 8,
    }
)
"""Bits of one number of every type we know."""
FLOATS: Final = frozenset({"F64", "F32", "F16", "BF16", "F8_E4M3", "F8_E5M2"})
_LENGTH: Final = 8
_LONGEST: Final = 1 << 24  # a header of SDXL has 0.4 MB
_DIMENSIONS: Final = 8
_WIDEST: Final = 1 << 40
_BLANK: Final = b"\xef\xbb\xbf \t\r\n"
_ALIENS: Final = (
    (b"version https://git-lfs", "a Git LFS pointer, not the file it points at", "run `git lfs pull` where it came from"),
    (b"PK\x03\x04", "a zip archive, as torch.save writes: a pickle", "convert it to safetensors"),
    (b"\x80", "a pickle", "convert it to safetensors"),
    (b"<", "a web page or XML", "download the file itself, signed in if its page asks for it"),
    (b"{", "JSON text", TAKE_AGAIN),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TensorInfo:
    """A tensor's number format, as safetensors names it (a torch name where the file is a pickle), and its shape."""

    dtype: str
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """All tensors of one file by name, and what else the file says about itself."""

    path: Path
    tensors: Mapping[str, TensorInfo]
    metadata: Mapping[str, str]

    def shape(self, name: str) -> tuple[int, ...]:
        """The shape of a tensor.

        Raises:
            ModelDamagedError: there is no such tensor.
        """
        if name not in self.tensors:
            raise ModelDamagedError(f"{self.path} lacks tensor '{name}'", hint=TAKE_AGAIN)
        return self.tensors[name].shape

    def has(self, prefix: str) -> bool:
        """Some tensor's name begins so."""
        return any(name.startswith(prefix) for name in self.tensors)

    def count(self, prefix: str) -> int:
        """How many numbered parts follow a prefix: `prefix`0. to `prefix`(n-1)., without a gap."""
        numbers = {name[len(prefix) :].partition(".")[0] for name in self.tensors if name.startswith(prefix)}
        return next(index for index in range(len(numbers) + 1) if str(index) not in numbers)


def read_header(path: Path) -> Header:
    """The header of a safetensors file, wholly checked.

    Raises:
        ModelDamagedError: it is missing, or no whole safetensors file; what it is instead is said where that can be told.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(_LENGTH)
            length = int.from_bytes(start, "little")
            if len(start) < _LENGTH or length > min(size - _LENGTH, _LONGEST):
                raise _alien(path, start + file.read(16), size, length)
            raw = file.read(length)
    except FileNotFoundError as error:
        raise ModelDamagedError(f"{path} is missing", hint=TAKE_AGAIN) from error
    except OSError as error:
        raise ModelDamagedError(f"{path} cannot be read: {error.strerror}") from error
    return _parse(path, raw, size - _LENGTH - length)


def _alien(path: Path, start: bytes, size: int, length: int) -> ModelDamagedError:
    """The error that a file is no safetensors file at all, or not even its header is there."""
    for magic, what, remedy in _ALIENS:
        if start.startswith(magic) or start.lstrip(_BLANK).startswith(magic):
            return ModelDamagedError(f"{path} is no whole safetensors file: it is {what}", hint=remedy)
    if size < _LENGTH:
        return _damage(path, f"it has only {size} bytes")
    return _damage(path, f"its header would have {length} bytes, the file has {size}")


def _damage(path: Path, what: str) -> ModelDamagedError:
    return ModelDamagedError(f"{path} is no whole safetensors file: {what}", hint=TAKE_AGAIN)


def _parse(path: Path, raw: bytes, data: int) -> Header:
    """The header in `raw`, whose tensors must fill `data` bytes without a gap or an overlap."""
    try:
        entries = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise _damage(path, "its header is no JSON") from error
    if not isinstance(entries, dict):
        raise _damage(path, "its header is no JSON object")
    metadata = entries.pop("__metadata__", None) or {}
    if not isinstance(metadata, dict) or not all(isinstance(text, str) for text in metadata.values()):
        raise _damage(path, "its metadata are no texts")
    placed = [_placed(path, name, entry) for name, entry in entries.items()]
    end = 0
    for start, stop, name, _ in sorted(placed, key=lambda one: one[:3]):
        if start != end:
            what = "overlaps the one before it" if start < end else "leaves a gap before it"
            raise _damage(path, f"tensor {name[:200]!r} {what}")
        end = stop
    if end != data:
        what = f"{end - data} bytes are missing at its end" if end > data else f"{data - end} bytes too many are at its end"
        raise _damage(path, what)
    return Header(path=path, tensors={name: info for _, _, name, info in placed}, metadata=metadata)


def _placed(path: Path, name: str, entry: object) -> tuple[int, int, str, TensorInfo]:
    """One entry of the header as (start, stop, name, info)."""
    match entry:
        case {"dtype": str(dtype), "shape": list(shape), "data_offsets": [int(start), int(stop)]}:
            pass
        case _:
            raise _damage(path, f"tensor {name[:200]!r} is not described as one")
    if dtype not in BITS:
        raise _damage(path, f"tensor {name[:200]!r} has the unknown type {dtype[:50]!r}")
    if len(shape) > _DIMENSIONS or not all(type(side) is int and 0 <= side < _WIDEST for side in shape):
        raise _damage(path, f"tensor {name[:200]!r} has a shape that is none")
    if 8 * (stop - start) != math.prod(shape) * BITS[dtype] or start < 0:
        raise _damage(path, f"tensor {name[:200]!r} does not fill its place")
    return start, stop, name, TensorInfo(dtype=dtype, shape=tuple(shape))
