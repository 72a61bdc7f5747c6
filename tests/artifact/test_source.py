"""Pictures and masks of any file, to begin with."""

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tagloom.artifact import read_image, read_mask
from tagloom.engine import Picture
from tagloom.errors import UnreadableError

RED, WHITE, BLACK = (255, 0, 0), (255, 255, 255), (0, 0, 0)


def saved(folder: Path, image: Image.Image, name: str = "a.png", **options: object) -> Path:
    path = folder / name
    image.save(path, **options)  # type: ignore[arg-type]  # what the format takes
    return path


def colours(picture: Picture) -> list[tuple[int, ...]]:
    """The pixels of a picture in reading order."""
    return [tuple(picture.pixels[at : at + 3]) for at in range(0, len(picture.pixels), 3)]


@pytest.mark.parametrize("suffix", ["png", "webp", "bmp", "tiff", "gif"])
def test_a_picture_is_read_in_every_usual_lossless_format(suffix: str, tmp_path: Path) -> None:
    options = {"lossless": True} if suffix == "webp" else {}
    path = saved(tmp_path, Image.new("RGB", (3, 2), RED), f"a.{suffix}", **options)
    assert read_image(path) == Picture(width=3, height=2, pixels=bytes(RED) * 6)


def test_transparency_is_seen_over_white(tmp_path: Path) -> None:
    image = Image.new("RGBA", (2, 1), (*RED, 0))
    image.putpixel((1, 0), (*RED, 255))
    assert colours(read_image(saved(tmp_path, image))) == [WHITE, RED]
    palette = Image.new("P", (2, 1))
    palette.putpalette([*RED, *BLACK])
    palette.putpixel((1, 0), 1)
    assert colours(read_image(saved(tmp_path, palette, transparency=0))) == [WHITE, BLACK]


def test_a_photograph_is_turned_as_its_exif_says(tmp_path: Path) -> None:
    image = Image.new("RGB", (3, 2), BLACK)
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = read_image(saved(tmp_path, image, exif=exif))
    assert (picture.width, picture.height) == (2, 3)


def test_16_bits_are_rounded_to_8(tmp_path: Path) -> None:
    image = Image.fromarray(np.array([[0, 257 * 100, 65535]], np.uint16))
    assert colours(read_image(saved(tmp_path, image))) == [BLACK, (100, 100, 100), WHITE]


def test_a_mask_is_its_opacity_if_any_of_it_is_transparent_else_its_brightness(tmp_path: Path) -> None:
    clear = Image.new("RGBA", (2, 1), (*BLACK, 0))
    clear.putpixel((1, 0), (*BLACK, 255))
    assert colours(read_mask(saved(tmp_path, clear))) == [BLACK, WHITE]
    opaque = Image.new("RGBA", (2, 1), (*WHITE, 255))
    opaque.putpixel((0, 0), (*BLACK, 255))
    assert colours(read_mask(saved(tmp_path, opaque))) == [BLACK, WHITE]
    assert colours(read_mask(saved(tmp_path, Image.new("1", (2, 1), 1)))) == [WHITE, WHITE]


def bomb(width: int, height: int) -> bytes:
    """A PNG that claims to be large."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


@pytest.mark.parametrize(("width", "height"), [(30000, 30000), (8193, 1), (1, 2**31 - 1)])
def test_a_picture_of_too_many_pixels_is_refused_before_it_is_unpacked(width: int, height: int, tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    path.write_bytes(bomb(width, height))
    with pytest.raises(UnreadableError, match="pixels are too many; 8192x8192 is the most"):
        read_image(path)


@pytest.mark.parametrize(
    "content", [b"", b"<html></html>", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", bomb(64, 64), b"GIF89a"]
)
def test_what_is_no_picture_or_cut_off_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "bad.png"
    path.write_bytes(content)
    for read in (read_image, read_mask):
        with pytest.raises(UnreadableError, match="cannot read '.*bad.png': "):
            read(path)


@pytest.mark.parametrize("name", ["nothing.png", "", "\0", "x" * 5000])
def test_a_file_that_is_not_there_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="cannot read '"):
        read_image(tmp_path / name)
