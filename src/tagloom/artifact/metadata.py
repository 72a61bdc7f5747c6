"""What a picture's file says beside its pixels, before anybody has made sense of it."""

from dataclasses import dataclass
from typing import BinaryIO, Final, Literal

from tagloom.errors import UnreadableError

Format = Literal["png", "webp", "jpeg"]
LARGEST_TEXT: Final = 16 * 2**20  # bytes; more is an attack or an accident, no description of a picture
MOST_BLOCKS: Final = 2**20  # chunks or segments looked at in a file: eight gigabytes of the smallest in use


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """Size in pixels, our own JSON and the infotext, as they stand in the file; None what it does not hold."""

    format: Format
    width: int
    height: int
    document: str | None
    infotext: str | None


def read_exactly(stream: BinaryIO, count: int) -> bytes:
    """Read `count` bytes, no more than `LARGEST_TEXT`.

    Raises:
        UnreadableError: there are fewer, or they would be too many.
    """
    if count > LARGEST_TEXT:
        raise UnreadableError(f"the picture's metadata is larger than {LARGEST_TEXT >> 20} MiB")
    content = stream.read(count)
    if len(content) < count:
        raise UnreadableError("the picture's file is cut off")
    return content
