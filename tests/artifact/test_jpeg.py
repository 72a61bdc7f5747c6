import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tagloom.artifact.jpeg import START, add_metadata, read_jpeg
from tagloom.artifact.metadata import Metadata
from tagloom.errors import UnreadableError


def saved(*, progressive: bool = False, size: tuple[int, int] = (24, 16)) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", size, (200, 30, 90)).save(stream, "JPEG", progressive=progressive)
    return stream.getvalue()


def read(content: bytes) -> Metadata:
    return read_jpeg(io.BytesIO(content[len(START) :]))


def metadata(document: str | None = None, infotext: str | None = None) -> Metadata:
    return Metadata(format="jpeg", width=24, height=16, document=document, infotext=infotext)


@pytest.mark.parametrize("progressive", [False, True])
def test_a_picture_of_others_has_a_size_and_no_document(progressive: bool) -> None:
    assert read(saved(progressive=progressive)) == metadata()


def test_metadata_that_pillow_writes_is_read() -> None:
    described = add_metadata(saved(), document="{}", infotext="a cat")
    with Image.open(io.BytesIO(described)) as image:
        stream = io.BytesIO()
        image.save(stream, "JPEG", exif=image.info["exif"], xmp=image.info["xmp"])
    assert read(stream.getvalue()) == metadata("{}", "a cat")


def test_pillow_reads_what_was_added_and_the_same_pixels() -> None:
    plain, described = saved(), add_metadata(saved(), document="{}", infotext="a cat")
    with Image.open(io.BytesIO(plain)) as before, Image.open(io.BytesIO(described)) as after:
        assert after.tobytes() == before.tobytes()
        assert after.getexif().get_ifd(0x8769)[0x9286] == b"UNICODE\0" + "a cat".encode("utf-16-be")
        assert b"<tagloom:document>{}</tagloom:document>" in after.info["xmp"]


@given(st.integers(0, 200_000), st.integers(0, 100_000))
def test_a_document_of_any_length_comes_back(document_length: int, infotext_length: int) -> None:
    document, infotext = "<" * (document_length // 4) + "{}", "é" * infotext_length
    fits = 2 * infotext_length + 58 <= 0xFFFF - 2
    described = add_metadata(saved(), document=document, infotext=infotext)
    assert read(described) == metadata(document, infotext if fits else None)


def test_pieces_of_a_long_document_may_come_in_any_order() -> None:
    document = "".join(f"{number} " for number in range(40_000))
    described = add_metadata(saved(), document=document, infotext="")
    pieces = described.split(b"\xff\xe1")
    shuffled = [*pieces[:3], *reversed(pieces[3:-1])]
    rest_at = struct.unpack(">H", pieces[-1][:2])[0]
    shuffled.insert(3, pieces[-1][:rest_at])
    assert read(b"\xff\xe1".join(shuffled) + pieces[-1][rest_at:]) == metadata(document, "")


def test_a_long_document_with_a_piece_missing_is_refused() -> None:
    described = add_metadata(saved(), document="x" * 200_000, infotext="")
    first, second, *_ = [at for at in range(len(described)) if described.startswith(b"\xff\xe1", at)][-2:]
    with pytest.raises(UnreadableError, match="extended XMP is damaged"):
        read(described[:first] + described[second:])


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (START, "cut off"),
        (START + b"\xff\xd9", "cut off"),
        (START + b"\0\0", "segments are damaged"),
        (START + b"\xff\xe1\0\1", "segments are damaged"),
        (START + b"\xff\xe1\0\x10abc", "cut off"),
        (START + b"\xff" * 10_000, "segments are damaged"),
        (START + b"\xff\xe1\0\x25http://ns.adobe.com/xmp/extension/\0" * 2000, "extended XMP is too long"),
    ],
)
def test_a_damaged_file_is_refused(content: bytes, complaint: str) -> None:
    with pytest.raises(UnreadableError, match=complaint):
        read(content)


@given(st.data())
def test_any_damage_is_read_or_refused(data: st.DataObject) -> None:
    whole = add_metadata(saved(), document="{}", infotext="a cat")
    at = data.draw(st.integers(2, len(whole)))
    junk = data.draw(st.binary(max_size=8))
    damaged = (whole[:at] + junk + whole[at + len(junk) :])[: data.draw(st.integers(2, len(whole)))]
    try:
        assert read(damaged).format == "jpeg"
    except UnreadableError:
        return
