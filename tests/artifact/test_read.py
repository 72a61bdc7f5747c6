import io
import os
import struct
import sys
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tagloom.artifact import Artifact, Destination, Document, Format, encode, format_infotext, pixels, read, write
from tagloom.engine import Picture
from tagloom.errors import UnreadableError
from tests.samples import PICTURE, PROVENANCE, REQUEST

DOCUMENT = Document(request=REQUEST, provenance=PROVENANCE)
FORMATS: tuple[Format, ...] = ("png", "webp", "jpeg")
FOREIGN = Artifact(file_format="png", width=3, height=2, request=None, provenance=None, infotext="cat\nSteps: 1", damage="")


def foreign_png(path: Path, **texts: str) -> Path:
    chunks = PngInfo()
    for key, text in texts.items():
        chunks.add_text(key, text)
    Image.new("RGB", (3, 2)).save(path, "PNG", pnginfo=chunks)
    return path


def test_a_picture_of_another_tool_has_an_infotext_only(tmp_path: Path) -> None:
    assert read(foreign_png(tmp_path / "a.png", parameters="cat\nSteps: 1")) == FOREIGN


def test_a_picture_without_a_word_says_nothing(tmp_path: Path) -> None:
    assert read(foreign_png(tmp_path / "a.png")) == replace(FOREIGN, infotext=None)


@pytest.mark.parametrize(
    ("document", "damage"),
    [
        ("{", "the picture's metadata is not the JSON that tagloom writes"),
        ('{"tagloom": 9}', "the picture's metadata has version 9, not 1 (update tagloom to read it)"),
    ],
)
def test_damage_of_our_words_is_told_and_the_infotext_remains(tmp_path: Path, document: str, damage: str) -> None:
    path = foreign_png(tmp_path / "a.png", parameters="cat\nSteps: 1", tagloom=document)
    assert read(path) == replace(FOREIGN, damage=damage)


@pytest.mark.parametrize("file_format", FORMATS)
def test_the_name_of_a_file_does_not_matter(tmp_path: Path, file_format: Format) -> None:
    path = write(PICTURE, REQUEST, PROVENANCE, Destination(folder=tmp_path, file_format=file_format))
    renamed = path.rename(tmp_path / "picture.txt")
    assert read(renamed) == Artifact(
        file_format=file_format,
        width=64,
        height=48,
        request=REQUEST,
        provenance=PROVENANCE,
        infotext=format_infotext(REQUEST, PROVENANCE),
        damage="",
    )
    assert pixels(renamed).width == 64


@pytest.mark.parametrize("file_format", ["webp", "jpeg"])
def test_our_words_survive_an_editor_that_keeps_exif_and_xmp(tmp_path: Path, file_format: Format) -> None:
    path = write(PICTURE, REQUEST, PROVENANCE, Destination(folder=tmp_path, file_format=file_format))
    with Image.open(path) as image:
        image.rotate(180).save(tmp_path / "edited", file_format, exif=image.info["exif"], xmp=image.info["xmp"])
    assert read(tmp_path / "edited") == read(path)


@pytest.mark.parametrize("function", [read, pixels])
@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (None, "No such file or directory"),
        (b"", "it is no PNG, WebP or JPEG"),
        (b"GIF89a" + bytes(20), "it is no PNG, WebP or JPEG"),
        (b"RIFF\4\0\0\0WAVE", "it is no PNG, WebP or JPEG"),
        (b"\x89PNG\r\n\x1a\n", "the picture's file is cut off"),
        (b"RIFF\4\0\0\0WEBP", "the picture's file is cut off"),
        (b"\xff\xd8", "the picture's file is cut off"),
    ],
)
def test_what_is_no_picture_is_refused_by_name(
    tmp_path: Path, function: object, content: bytes | None, complaint: str
) -> None:
    path = tmp_path / "a.png"
    if content is not None:
        path.write_bytes(content)
    assert callable(function)
    with pytest.raises(UnreadableError) as refusal:
        function(path)
    assert str(refusal.value) == f"cannot read '{path}': {complaint}"


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="it is no file"):
        read(tmp_path)
    for name in ("\ud800", "a\0b"):
        with pytest.raises(UnreadableError, match="cannot read"):
            read(tmp_path / name)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no named pipes among its files")
def test_a_pipe_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UnreadableError, match="it is no file"):
        read(tmp_path / "pipe")


def png(width: int, height: int) -> bytes:
    """A PNG that says to be of this size and has hardly any pixels."""
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"")),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )


def test_the_size_of_a_bomb_can_be_asked_but_not_its_pixels(tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    path.write_bytes(png(60_000, 60_000))
    assert read(path) == replace(FOREIGN, width=60_000, height=60_000, infotext=None)
    with pytest.raises(UnreadableError, match="60000x60000 pixels are too many"):
        pixels(path)


@pytest.mark.filterwarnings("ignore:(Corrupt EXIF|Tag data):UserWarning")  # Pillow tells it, and goes on
@pytest.mark.parametrize("file_format", FORMATS)
@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_damage_is_read_or_refused(tmp_path: Path, file_format: Format, data: st.DataObject) -> None:
    whole = encode(PICTURE, DOCUMENT, file_format=file_format, quality=90)
    at = data.draw(st.integers(0, len(whole)))
    junk = data.draw(st.binary(max_size=8))
    path = tmp_path / "damaged"
    path.write_bytes((whole[:at] + junk + whole[at + len(junk) :])[: data.draw(st.integers(0, len(whole)))])
    for function in (read, pixels):
        try:
            assert isinstance(function(path), Artifact | Picture)
        except UnreadableError as refusal:
            assert str(path) in refusal.message  # noqa: PT017 - whether it is raised is chance


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "1", "CMYK"])
def test_pictures_of_other_kinds_are_read_as_rgb(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "picture"
    Image.new(mode, (3, 2)).save(path, "JPEG" if mode == "CMYK" else "PNG")
    assert (pixels(path).width, pixels(path).height) == (3, 2)


def test_reading_takes_no_more_than_the_headers(tmp_path: Path) -> None:
    stream = io.BytesIO(encode(PICTURE, DOCUMENT, file_format="png", quality=90))
    path = tmp_path / "long.png"
    content = stream.getvalue()
    at = content.index(b"IDAT") - 4
    with path.open("wb") as file:  # 2 GiB of pixels, none of which stands on the disk
        file.write(content[:at] + struct.pack(">I4s", 2**31 - 1, b"IDAT"))
        file.seek(2**31 - 1 + 4, os.SEEK_CUR)
        file.write(content[-12:])
    assert read(path).request == REQUEST
