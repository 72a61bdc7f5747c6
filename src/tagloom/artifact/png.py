"""PNG's chunks (ISO/IEC 15948) -> metadata; pixels are passed over, never unpacked."""

import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Final

from tagloom.artifact.exif import parse_user_comment
from tagloom.artifact.metadata import LARGEST_TEXT, MOST_BLOCKS, Metadata, read_exactly
from tagloom.artifact.xmp import parse_packet
from tagloom.errors import UnreadableError

DOCUMENT_KEY: Final = "tagloom"
INFOTEXT_KEY: Final = "parameters"
SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_XMP_KEY: Final = "XML:com.adobe.xmp"
_WANTED: Final = frozenset({DOCUMENT_KEY, INFOTEXT_KEY, _XMP_KEY})
_LONGEST_KEY: Final = 79
_TEXT_KINDS: Final = frozenset({b"tEXt", b"zTXt", b"iTXt"})


def read_png(stream: BinaryIO) -> Metadata:
    """Read the metadata of a PNG; `stream` stands behind the signature.

    Text is looked for behind the pixels too, where some editors put it. Of two chunks with one key the first counts.

    Raises:
        UnreadableError: a chunk that matters is cut off, damaged or absurdly large.
    """
    texts: dict[str, str] = {}
    size, comment = None, None
    for kind, length in _chunks(stream):
        if kind == b"IHDR":
            size = struct.unpack(">II", _body(stream, kind, length)[:8])
        elif kind == b"eXIf":
            comment = parse_user_comment(_body(stream, kind, length))
        elif kind in _TEXT_KINDS and _key(stream, length) in _WANTED:
            key, text = _text(kind, _body(stream, kind, length))
            texts.setdefault(key, text)
    if size is None:
        raise UnreadableError("the picture's file is cut off")
    packet = texts.get(_XMP_KEY, "").encode()
    return Metadata(
        format="png",
        width=size[0],
        height=size[1],
        document=texts.get(DOCUMENT_KEY, parse_packet(packet)),
        infotext=texts.get(INFOTEXT_KEY, comment),
    )


def _chunks(stream: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """Kind and length of each chunk, with the stream at its body; what the caller reads of it does not matter."""
    for _ in range(MOST_BLOCKS):
        head = stream.read(8)
        if len(head) < 8:
            return
        length, kind = struct.unpack(">I4s", head)
        end = stream.tell() + length + 4
        yield kind, length
        if kind == b"IEND":
            return
        stream.seek(end)


def _body(stream: BinaryIO, kind: bytes, length: int) -> bytes:
    body = read_exactly(stream, length)
    if read_exactly(stream, 4) != zlib.crc32(kind + body).to_bytes(4, "big"):
        raise UnreadableError(f"the picture's {kind.decode()} chunk is damaged")
    if kind == b"IHDR" and length != 13:
        raise UnreadableError("the picture's header is damaged")
    return body


def _key(stream: BinaryIO, length: int) -> str:
    """The key of a text chunk, read without the text; the stream stays where it was."""
    start = stream.tell()
    head = stream.read(min(length, _LONGEST_KEY + 1))
    stream.seek(start)
    return head.split(b"\0", 1)[0].decode("latin-1")


def _text(kind: bytes, body: bytes) -> tuple[str, str]:
    """Key and text of a tEXt (latin-1), zTXt (latin-1, compressed) or iTXt (UTF-8, either) chunk."""
    key, _, rest = body.partition(b"\0")
    if kind == b"tEXt":
        return key.decode("latin-1"), rest.decode("latin-1")
    if kind == b"zTXt":
        return key.decode("latin-1"), _inflated(rest[1:]).decode("latin-1")
    packed, tail = rest[:1] == b"\1", rest[2:]
    text = tail.split(b"\0", 2)[-1]  # behind the language and the translated key
    return key.decode("latin-1"), (_inflated(text) if packed else text).decode("utf-8", "replace")


def _inflated(packed: bytes) -> bytes:
    inflater = zlib.decompressobj()
    try:
        text = inflater.decompress(packed, LARGEST_TEXT)
    except zlib.error as error:
        raise UnreadableError("the picture's compressed text is damaged") from error
    if inflater.unconsumed_tail:
        raise UnreadableError(f"the picture's text unpacks to more than {LARGEST_TEXT >> 20} MiB")
    return text
