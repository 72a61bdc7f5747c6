"""A picture's file of any usual format -> its pixels, to begin with: an image, or a mask."""

import stat
import struct
import warnings
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from tagloom.engine import Picture
from tagloom.engine.resolve import MAX_SIDE
from tagloom.errors import UnreadableError

_FORMATS: Final = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF")
_TRANSPARENT_MODES: Final = ("RGBA", "LA", "PA", "RGBa", "La")


def read_image(path: Path) -> Picture:
    """The picture in a file as it is seen: turned as its EXIF says, transparency over white, 16 bits rounded to 8.

    Of an animation the first frame is taken.

    Raises:
        UnreadableError: there is no such file, it is no picture, it is damaged, or it has more than 8192 x 8192 pixels,
            which is found out before they are unpacked.
    """
    return _read(path, _as_seen)


def read_mask(path: Path) -> Picture:
    """A mask's file as a grey picture, white where it is to be painted: its opacity if any of it is transparent, else its
    brightness.

    Raises:
        UnreadableError: see `read_image`.
    """
    return _read(path, _as_mask)


def _read(path: Path, convert: Callable[[Image.Image], Image.Image]) -> Picture:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise _refusal(path, "it is no file")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # we measure ourselves, and refuse
            with Image.open(path, formats=_FORMATS) as image:
                width, height = image.size
                if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE):
                    raise _refusal(path, f"{width}x{height} pixels are too many; {MAX_SIDE}x{MAX_SIDE} is the most")
                pixels = convert(ImageOps.exif_transpose(_eight_bits(image)))
    except UnidentifiedImageError as error:
        raise _refusal(path, "it is no picture that can be read; PNG, JPEG, WebP, BMP, GIF and TIFF can") from error
    except Image.DecompressionBombError as error:
        raise _refusal(path, f"its pixels are too many; {MAX_SIDE}x{MAX_SIDE} is the most") from error
    except (OSError, ValueError, SyntaxError, EOFError, struct.error, zlib.error, MemoryError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error) or "it is damaged"
        raise _refusal(path, reason) from error
    return Picture(width=pixels.width, height=pixels.height, pixels=pixels.tobytes())


def _eight_bits(image: Image.Image) -> Image.Image:
    """Grey of 16 bits, which Pillow would cut off at 255, as 8; what else there is stays as it is."""
    if not image.mode.startswith("I"):
        return image
    levels = np.asarray(image).astype(np.int64).clip(0, 65535)
    eight = Image.fromarray((levels / 257).round().astype(np.uint8))
    eight.info.update(image.info)
    return eight


def _as_seen(image: Image.Image) -> Image.Image:
    if image.mode in _TRANSPARENT_MODES or "transparency" in image.info:
        seen = image.convert("RGBA")
        white = Image.new("RGBA", seen.size, "white")
        return Image.alpha_composite(white, seen).convert("RGB")
    return image.convert("RGB")


def _as_mask(image: Image.Image) -> Image.Image:
    if image.mode in _TRANSPARENT_MODES or "transparency" in image.info:
        opacity = image.convert("RGBA").getchannel("A")
        if opacity.getextrema() != (255, 255):
            return opacity.convert("RGB")
    return image.convert("L").convert("RGB")


def _refusal(path: Path, reason: str) -> UnreadableError:
    name = str(path).encode("utf-8", "backslashreplace").decode()
    return UnreadableError(f"cannot read '{name}': {reason}")
