"""JPEG's segments (ITU-T T.81) -> metadata, and metadata -> a JPEG; pixels are passed over, never unpacked.

A segment holds less than 64 KiB. A longer document goes into extended XMP (XMP specification, part 3, section 1.1.3.1):
pieces in segments of their own, to which a short packet points. A longer infotext is left out: the document says it all.
"""

import hashlib
import struct
from collections.abc import Iterator
from typing import BinaryIO, Final

from tagloom.artifact.exif import parse_user_comment, print_user_comment
from tagloom.artifact.metadata import MOST_BLOCKS, Metadata, read_exactly
from tagloom.artifact.xmp import parse_packet, parse_pointer, print_packet, print_pointer
from tagloom.errors import UnreadableError

START: Final = b"\xff\xd8"
_APP1: Final = 0xE1
_START_OF_SCAN: Final = 0xDA
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # start of frame, of any kind of coding
_BARE: Final = frozenset({0x01, *range(0xD0, 0xD9)})  # markers without a body
_EXIF: Final = b"Exif\0\0"
_XMP: Final = b"http://ns.adobe.com/xap/1.0/\0"
_EXTENSION: Final = b"http://ns.adobe.com/xmp/extension/\0"
_LARGEST_BODY: Final = 0xFFFF - 2
_PIECE: Final = 65_000  # bytes of an extended packet in one segment
_MOST_PIECES: Final = 1024
_MOST_PADDING: Final = 4096  # bytes of 0xFF in front of a marker; any number is legal


def read_jpeg(stream: BinaryIO) -> Metadata:
    """Read the metadata of a JPEG; `stream` stands behind the start marker.

    Raises:
        UnreadableError: a segment that matters is cut off or damaged.
    """
    size, comment, packet = None, None, b""
    pieces: list[bytes] = []
    for marker, length in _segments(stream):
        if marker in _FRAMES:
            height, width = struct.unpack(">xHH", read_exactly(stream, 5))
            size = width, height
        elif marker == _APP1:
            body = read_exactly(stream, length)
            if body.startswith(_EXIF):
                comment = parse_user_comment(body)
            elif body.startswith(_XMP):
                packet = body.removeprefix(_XMP)
            elif body.startswith(_EXTENSION):
                pieces.append(body.removeprefix(_EXTENSION))
                if len(pieces) > _MOST_PIECES:
                    raise UnreadableError("the picture's extended XMP is too long")
    if size is None:
        raise UnreadableError("the picture's file is cut off")
    document = _document(packet, pieces) if packet else None
    return Metadata(format="jpeg", width=size[0], height=size[1], document=document, infotext=comment)


def add_metadata(picture: bytes, *, document: str, infotext: str) -> bytes:
    """Put the document and the infotext into a JPEG that an encoder has just made, behind its JFIF header."""
    comment = _EXIF + print_user_comment(infotext)
    comments = [comment] if len(comment) <= _LARGEST_BODY else []
    at = len(START)
    if picture[at : at + 2] == b"\xff\xe0":
        at += 2 + int.from_bytes(picture[at + 2 : at + 4], "big")
    added = b"".join(map(_segment, [*comments, *_packets(document)]))
    return picture[:at] + added + picture[at:]


def _segments(stream: BinaryIO) -> Iterator[tuple[int, int]]:
    """Marker and length of each segment up to the pixels, with the stream at its body."""
    for _ in range(MOST_BLOCKS):
        marker = _marker(stream)
        if marker is None or marker == _START_OF_SCAN:
            return
        if marker in _BARE:
            continue
        length = int.from_bytes(read_exactly(stream, 2), "big") - 2
        if length < 0:
            raise UnreadableError("the picture's segments are damaged")
        end = stream.tell() + length
        yield marker, length
        stream.seek(end)


def _marker(stream: BinaryIO) -> int | None:
    """The next marker, behind at least one 0xFF; None at the end of the file."""
    head = stream.read(2)
    for _ in range(_MOST_PADDING):
        if len(head) < 2:
            return None
        if head[0] != 0xFF:
            break
        if head[1] != 0xFF:
            return head[1]
        head = head[1:] + stream.read(1)
    raise UnreadableError("the picture's segments are damaged")


def _segment(body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, _APP1, 2 + len(body)) + body


def _packets(document: str) -> list[bytes]:
    """The bodies of the segments that carry the document: one, or a pointer and pieces."""
    packet = print_packet(document)
    if len(_XMP) + len(packet) <= _LARGEST_BODY:
        return [_XMP + packet]
    digest = hashlib.md5(packet, usedforsecurity=False).hexdigest().upper()
    pieces = [
        _EXTENSION + digest.encode() + struct.pack(">II", len(packet), at) + packet[at : at + _PIECE]
        for at in range(0, len(packet), _PIECE)
    ]
    return [_XMP + print_pointer(digest), *pieces]


def _document(packet: bytes, pieces: list[bytes]) -> str | None:
    """Our property of the packet, or of the extended packet to which it points.

    A piece is 32 digits of MD5, the whole length, its offset, and the bytes that belong there.
    """
    digest = parse_pointer(packet)
    if digest is None:
        return parse_packet(packet)
    ours = sorted((piece[36:40], piece[40:]) for piece in pieces if piece[:32] == digest.encode("ascii", "replace"))
    whole = b"".join(content for _, content in ours)
    if hashlib.md5(whole, usedforsecurity=False).hexdigest().upper() != digest.upper():
        raise UnreadableError("the picture's extended XMP is damaged")
    return parse_packet(whole) or parse_packet(packet)
