import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tagloom.artifact.exif import print_user_comment
from tagloom.artifact.metadata import Metadata
from tagloom.artifact.webp import read_webp
from tagloom.artifact.xmp import print_packet
from tagloom.errors import UnreadableError

COMMENT, PACKET = print_user_comment("a cat"), print_packet("{}")


def saved(size: tuple[int, int], *, lossless: bool, exif: bytes = b"", xmp: bytes = b"") -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", size).save(stream, "WEBP", lossless=lossless, exif=exif, xmp=xmp)
    return stream.getvalue()


def read(content: bytes) -> Metadata:
    return read_webp(io.BytesIO(content[12:]))


@given(st.integers(1, 300), st.integers(1, 300), st.booleans(), st.booleans())
def test_what_pillow_writes_is_read(width: int, height: int, lossless: bool, described: bool) -> None:
    content = saved((width, height), lossless=lossless, exif=COMMENT if described else b"", xmp=PACKET if described else b"")
    assert read(content) == Metadata(
        format="webp",
        width=width,
        height=height,
        document="{}" if described else None,
        infotext="a cat" if described else None,
    )


@pytest.mark.parametrize("content", [b"", b"RIFF", b"VP8 \2\0\0\0\0\0", b"VP8L\x0a\0\0\0\0\0"])
def test_a_file_without_a_whole_header_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableError):
        read_webp(io.BytesIO(content))


def test_absurdly_large_metadata_is_refused_unread() -> None:
    content = saved((3, 2), lossless=True, exif=COMMENT)
    at = content.index(b"EXIF") + 4
    with pytest.raises(UnreadableError, match="larger than 16 MiB"):
        read(content[:at] + struct.pack("<I", 2**31) + content[at + 4 :])


@given(st.data())
def test_a_damaged_file_is_read_or_refused(data: st.DataObject) -> None:
    whole = saved((3, 2), lossless=True, exif=COMMENT, xmp=PACKET)
    at = data.draw(st.integers(12, len(whole)))
    junk = data.draw(st.binary(max_size=8))
    damaged = (whole[:at] + junk + whole[at + len(junk) :])[: data.draw(st.integers(12, len(whole)))]
    try:
        assert read(damaged).format == "webp"
    except UnreadableError:
        return
