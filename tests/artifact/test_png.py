import io
import struct
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tagloom.artifact.exif import print_user_comment
from tagloom.artifact.metadata import LARGEST_TEXT, Metadata
from tagloom.artifact.png import SIGNATURE, read_png
from tagloom.artifact.xmp import print_packet
from tagloom.errors import UnreadableError


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")


HEADER = chunk(b"IHDR", struct.pack(">IIBBBBB", 3, 2, 8, 2, 0, 0, 0))
PIXELS = chunk(b"IDAT", zlib.compress(bytes(2 * (1 + 3 * 3))))
END = chunk(b"IEND", b"")


def read(*chunks: bytes) -> Metadata:
    return read_png(io.BytesIO(b"".join(chunks)))


def metadata(document: str | None = None, infotext: str | None = None) -> Metadata:
    return Metadata(format="png", width=3, height=2, document=document, infotext=infotext)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_text_that_pillow_writes_is_read(text: str) -> None:
    texts, stream = PngInfo(), io.BytesIO()
    texts.add_text("parameters", text)
    texts.add_text("tagloom", text, zip=True)
    texts.add_text("workflow", "x")
    Image.new("RGB", (3, 2)).save(stream, "PNG", pnginfo=texts)
    stream.seek(len(SIGNATURE))
    assert read_png(stream) == metadata(text, text)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (chunk(b"tEXt", b"parameters\0caf\xe9"), metadata(infotext="café")),
        (chunk(b"zTXt", b"parameters\0\0" + zlib.compress(b"caf\xe9")), metadata(infotext="café")),
        (chunk(b"iTXt", b"parameters\0\0\0fr\0nom\0caf\xc3\xa9"), metadata(infotext="café")),
        (chunk(b"iTXt", b"parameters\0\1\0\0\0" + zlib.compress(b"caf\xc3\xa9")), metadata(infotext="café")),
        (chunk(b"iTXt", b"parameters\0\0\0\0\0caf\xe9"), metadata(infotext="caf�")),
        (chunk(b"tEXt", b"parameters"), metadata(infotext="")),
        (chunk(b"tEXt", b""), metadata()),
        (chunk(b"iTXt", b"parameters\0"), metadata(infotext="")),
        (chunk(b"eXIf", print_user_comment("café")), metadata(infotext="café")),
        (chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + print_packet("{}")), metadata(document="{}")),
        (chunk(b"tEXt", b"tagloom\0{}") + chunk(b"tEXt", b"tagloom\0[]"), metadata(document="{}")),
    ],
)
def test_every_kind_of_text_is_read_before_and_behind_the_pixels(body: bytes, expected: Metadata) -> None:
    assert read(HEADER, body, PIXELS, END) == expected
    assert read(HEADER, PIXELS, body, END) == expected


def test_pixels_that_are_cut_off_do_not_matter() -> None:
    assert read(HEADER, chunk(b"tEXt", b"tagloom\0{}"), PIXELS[:20]) == metadata(document="{}")


@pytest.mark.parametrize(
    ("chunks", "complaint"),
    [
        ([], "cut off"),
        ([HEADER[:15]], "cut off"),
        ([chunk(b"IHDR", b"\0\0\0\1")], "header is damaged"),
        ([HEADER, chunk(b"tEXt", b"tagloom\0{}")[:-6]], "cut off"),
        ([HEADER, chunk(b"tEXt", b"tagloom\0{}")[:-1] + b"\0"], "tEXt chunk is damaged"),
        ([HEADER, chunk(b"zTXt", b"tagloom\0\0no zlib")], "compressed text is damaged"),
        ([HEADER, struct.pack(">I4s", 2**31, b"tEXt") + b"tagloom\0"], "larger than 16 MiB"),
        ([HEADER, chunk(b"zTXt", b"tagloom\0\0" + zlib.compress(bytes(LARGEST_TEXT + 1)))], "more than 16 MiB"),
    ],
)
def test_damage_where_it_matters_is_refused(chunks: list[bytes], complaint: str) -> None:
    with pytest.raises(UnreadableError, match=complaint):
        read(*chunks)


def test_a_bomb_takes_no_memory() -> None:
    bomb = chunk(b"zTXt", b"tagloom\0\0" + zlib.compress(bytes(256 * 2**20)))
    stream = io.BytesIO(HEADER + bomb)
    tracemalloc.start()
    with pytest.raises(UnreadableError):
        read_png(stream)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * LARGEST_TEXT


@given(st.data())
def test_a_damaged_file_is_read_or_refused(data: st.DataObject) -> None:
    whole = HEADER + chunk(b"tEXt", b"tagloom\0{}") + chunk(b"zTXt", b"parameters\0\0" + zlib.compress(b"x")) + PIXELS
    at = data.draw(st.integers(0, len(whole)))
    junk = data.draw(st.binary(max_size=8))
    damaged = (whole[:at] + junk + whole[at + len(junk) :])[: data.draw(st.integers(0, len(whole)))]
    try:
        assert read(damaged).format == "png"
    except UnreadableError:
        return
