"""EXIF's UserComment: a text as a TIFF block, and back.

Written by hand (TIFF 6.0 section 2; EXIF 2.32 section 4.6.5) because imaging libraries write the field with type BYTE,
which the web UIs' readers do not decode.
"""

import struct
from typing import Final

_EXIF_POINTER: Final = 0x8769
_USER_COMMENT: Final = 0x9286
_LONG: Final = 4
_UNDEFINED: Final = 7
_UNICODE: Final = b"UNICODE\0"
_ASCII: Final = b"ASCII\0\0\0"
_HEADER: Final = b"Exif\0\0"  # stands before the TIFF block in a JPEG segment, and by mistake in some WebP files


def print_user_comment(text: str) -> bytes:
    """Write a big-endian TIFF block whose only content is the comment; lone surrogates are not allowed."""
    comment = _UNICODE + text.encode("utf-16-be")
    first_directory, exif_directory, comment_at = 8, 26, 44  # a directory of one entry is 2 + 12 + 4 bytes
    return b"".join(
        [
            struct.pack(">2sHI", b"MM", 42, first_directory),
            struct.pack(">HHHIII", 1, _EXIF_POINTER, _LONG, 1, exif_directory, 0),
            struct.pack(">HHHIII", 1, _USER_COMMENT, _UNDEFINED, len(comment), comment_at, 0),
            comment,
        ]
    )


def parse_user_comment(block: bytes) -> str | None:
    """Read the comment of a TIFF block in either byte order; None when it holds none, or its pointers lead nowhere."""
    tiff = block.removeprefix(_HEADER)
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return None
    try:
        (first_directory,) = struct.unpack_from(f"{order}I", tiff, 4)
        pointer = _entry(tiff, order, first_directory, _EXIF_POINTER)
        comment = pointer and _entry(tiff, order, pointer[1], _USER_COMMENT)
    except struct.error:
        return None
    if not comment:
        return None
    size, at = comment
    return _decoded(tiff[at : at + size], order)


def _entry(tiff: bytes, order: str, directory: int, tag: int) -> tuple[int, int] | None:
    """The count and the value (or offset) of the directory's entry with this tag."""
    (entries,) = struct.unpack_from(f"{order}H", tiff, directory)
    for entry in range(entries):
        found, _, count, value = struct.unpack_from(f"{order}HHII", tiff, directory + 2 + 12 * entry)
        if found == tag:
            return count, value
    return None


def _decoded(comment: bytes, order: str) -> str:
    """The text of a comment, whose first eight bytes name its character code."""
    text = comment[8:]
    if comment.startswith(_UNICODE):
        return text.decode("utf-16-be" if order == ">" or _looks_big_endian(text) else "utf-16-le", "replace")
    if comment.startswith(_ASCII):
        return text.decode("ascii", "replace")
    return comment.decode("utf-8", "replace").strip("\0 ")


def _looks_big_endian(text: bytes) -> bool:
    """Tell UTF-16's byte order: little-endian files hold either; the keys of an infotext have their zeros in front."""
    return text[0::2].count(0) > text[1::2].count(0)
