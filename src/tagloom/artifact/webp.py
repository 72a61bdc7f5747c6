"""WebP's chunks (RFC 9649) -> metadata; pixels are passed over, never unpacked."""

import struct
from collections.abc import Iterator
from typing import BinaryIO

from tagloom.artifact.exif import parse_user_comment
from tagloom.artifact.metadata import MOST_BLOCKS, Metadata, read_exactly
from tagloom.artifact.xmp import parse_packet
from tagloom.errors import UnreadableError


def read_webp(stream: BinaryIO) -> Metadata:
    """Read the metadata of a WebP; `stream` stands behind the twelve bytes of the RIFF header.

    Raises:
        UnreadableError: a chunk that matters is cut off, damaged or absurdly large.
    """
    size, comment, document = None, None, None
    for kind, length in _chunks(stream):
        if kind in (b"VP8X", b"VP8 ", b"VP8L"):
            size = size or _size(kind, read_exactly(stream, min(length, 10)))
        elif kind == b"EXIF":
            comment = parse_user_comment(read_exactly(stream, length))
        elif kind == b"XMP ":
            document = parse_packet(read_exactly(stream, length))
    if size is None:
        raise UnreadableError("the picture's file is cut off")
    return Metadata(format="webp", width=size[0], height=size[1], document=document, infotext=comment)


def _chunks(stream: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """Kind and length of each chunk, with the stream at its body; what the caller reads of it does not matter."""
    for _ in range(MOST_BLOCKS):
        head = stream.read(8)
        if len(head) < 8:
            return
        kind, length = struct.unpack("<4sI", head)
        end = stream.tell() + length + length % 2
        yield kind, length
        stream.seek(end)


def _size(kind: bytes, head: bytes) -> tuple[int, int]:
    """Width and height, from the extended header or from either kind of bit stream."""
    if len(head) < (5 if kind == b"VP8L" else 10):
        raise UnreadableError("the picture's header is damaged")
    if kind == b"VP8X":
        return 1 + int.from_bytes(head[4:7], "little"), 1 + int.from_bytes(head[7:10], "little")
    if kind == b"VP8L":
        sides = int.from_bytes(head[1:5], "little")
        return 1 + (sides & 0x3FFF), 1 + (sides >> 14 & 0x3FFF)
    width, height = struct.unpack("<HH", head[6:10])
    return width & 0x3FFF, height & 0x3FFF
