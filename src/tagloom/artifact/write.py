"""A finished picture -> a new file that says how it was painted."""

from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from tagloom.artifact.document import Document
from tagloom.artifact.encode import encode
from tagloom.artifact.filename import name_of, safe_name
from tagloom.artifact.metadata import Format
from tagloom.artifact.placement import place
from tagloom.engine import Picture, Provenance, Request
from tagloom.errors import RequestError

SUFFIXES: Final = MappingProxyType({"png": ".png", "webp": ".webp", "jpeg": ".jpg"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where a picture goes.

    `name` is without suffix; None: the seed and the prompt's first words. It is made safe for every system.
    `quality` is 1 .. 100 and concerns WebP (100 is lossless) and JPEG.
    """

    folder: Path
    name: str | None = None
    file_format: Format = "png"
    quality: int = 90


def write(picture: Picture, request: Request, provenance: Provenance, destination: Destination) -> Path:
    """Write the picture with its request as a new file and return its path; no file is ever overwritten.

    Raises:
        RequestError: the quality is impossible.
        UnwritableError: the folder or the disk refuses; nothing is left behind.
    """
    if not 1 <= destination.quality <= 100:
        raise RequestError(f"quality {destination.quality} is not within 1 to 100", field="quality")
    document = Document(request=request, provenance=provenance)
    content = encode(picture, document, file_format=destination.file_format, quality=destination.quality)
    name = name_of(request) if destination.name is None else safe_name(destination.name)
    return place(content, folder=destination.folder, name=name, suffix=SUFFIXES[destination.file_format])
