"""A picture's file -> what it says of itself, and its pixels."""

import stat
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from PIL import Image

from tagloom.artifact.document import Document, parse_document
from tagloom.artifact.jpeg import START, read_jpeg
from tagloom.artifact.metadata import Format, Metadata
from tagloom.artifact.png import SIGNATURE, read_png
from tagloom.artifact.webp import read_webp
from tagloom.engine import Picture, Provenance, Request
from tagloom.engine.resolve import MAX_SIDE
from tagloom.errors import UnreadableError


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """What a file says: its format, its size in pixels, and how it was painted.

    `request` and `provenance` are ours, word for word; both are None in a picture of another tool. `infotext` is the
    text that web UIs write (see `parse_infotext`, `recall`), None where there is none. `damage` says why metadata
    of ours that the file does hold cannot be used; else it is "".
    """

    file_format: Format
    width: int
    height: int
    request: Request | None
    provenance: Provenance | None
    infotext: str | None
    damage: str


def read(path: Path) -> Artifact:
    """Read a PNG, WebP or JPEG without unpacking its pixels; memory is bounded whatever the file holds.

    Raises:
        UnreadableError: there is no such file, it is no picture, or it is cut off or damaged; the file is named.
    """
    metadata = _metadata(path)
    document, damage = _document(metadata.document)
    return Artifact(
        file_format=metadata.format,
        width=metadata.width,
        height=metadata.height,
        request=document.request if document else None,
        provenance=document.provenance if document else None,
        infotext=metadata.infotext,
        damage=damage,
    )


def pixels(path: Path) -> Picture:
    """Unpack a picture of at most 8192 x 8192 pixels, for comparison.

    Raises:
        UnreadableError: as `read`, or the picture is larger, or its pixels are damaged.
    """
    metadata = _metadata(path)
    width, height = metadata.width, metadata.height
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE):
        raise _refusal(path, f"{width}x{height} pixels are too many")
    try:
        with Image.open(path, formats=[metadata.format.upper()]) as image:
            if image.size != (width, height):
                raise _refusal(path, "its headers contradict each other")
            return Picture(width=width, height=height, pixels=image.convert("RGB").tobytes())
    except (OSError, ValueError, SyntaxError, EOFError, struct.error, zlib.error) as error:
        raise _refusal(path, str(error)) from error


def _metadata(path: Path) -> Metadata:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise UnreadableError("it is no file")
        with path.open("rb") as stream:
            return _sniffed(stream)
    except (OSError, ValueError) as error:  # ValueError: a NUL or a lone surrogate in the path
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise _refusal(path, reason) from error
    except UnreadableError as error:
        raise _refusal(path, error.message) from error


def _sniffed(stream: BinaryIO) -> Metadata:
    """Choose the reader by the first bytes: a file's name says nothing."""
    head = stream.read(12)
    if head.startswith(SIGNATURE):
        stream.seek(len(SIGNATURE))
        return read_png(stream)
    if head.startswith(b"RIFF") and head.endswith(b"WEBP"):
        return read_webp(stream)
    if head.startswith(START):
        stream.seek(len(START))
        return read_jpeg(stream)
    raise UnreadableError("it is no PNG, WebP or JPEG")


def _document(text: str | None) -> tuple[Document | None, str]:
    """The document, or why there is none."""
    if text is None:
        return None, ""
    try:
        return parse_document(text), ""
    except UnreadableError as error:
        return None, str(error)


def _refusal(path: Path, reason: str) -> UnreadableError:
    name = str(path).encode("utf-8", "backslashreplace").decode()
    return UnreadableError(f"cannot read '{name}': {reason}")
