"""Pictures and latents of one size -> the same at another: what image-to-image and the second pass begin with."""

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
from PIL import Image

from tagloom.choices import Tiling
from tagloom.diffusion.runtime.protocol import Bytes, Floats
from tagloom.engine.source_image import Resize

PIXEL_FILTERS: Final[Mapping[str, Image.Resampling]] = MappingProxyType(
    {
        "nearest": Image.Resampling.NEAREST,
        "bilinear": Image.Resampling.BILINEAR,
        "bicubic": Image.Resampling.BICUBIC,
        "lanczos": Image.Resampling.LANCZOS,
    }
)
_WIDEST_FILTER: Final = 3  # pixels to each side that Lanczos takes in
_CUBIC: Final = -0.75  # the free parameter of Keys 1981, as torch and OpenCV choose it


def resize_pixels(pixels: Bytes, width: int, height: int, how: Resize, by: str = "lanczos", tiling: Tiling = "off") -> Bytes:
    """8-bit pixels (H, W) or (H, W, 3) at another size; `by` is one of `PIXEL_FILTERS`.

    "stretch" takes the shape as it comes; "crop" covers the new size and cuts off what stands out at both sides; "fill" fits
    into it and repeats the edges. Along the axes of `tiling` the picture is a ring, and stays one where nothing is cut off.
    """
    own_height, own_width = pixels.shape[:2]
    if how == "stretch" or own_width * height == own_height * width:
        return _stretched(pixels, width, height, by, tiling)
    is_wider = own_width * height > own_height * width
    if is_wider == (how == "crop"):
        inner_width, inner_height = max(1, own_width * height // own_height), height
    else:
        inner_width, inner_height = width, max(1, own_height * width // own_width)
    inner = _stretched(pixels, inner_width, inner_height, by, tiling)
    left, top = width // 2 - inner_width // 2, height // 2 - inner_height // 2
    if how == "crop":
        return inner[-top : height - top, -left : width - left]
    margins = ((top, height - inner_height - top), (left, width - inner_width - left))
    filled: Bytes = np.pad(inner, (*margins, (0, 0))[: pixels.ndim], mode="edge")
    return filled


def _stretched(pixels: Bytes, width: int, height: int, by: str, tiling: Tiling) -> Bytes:
    own_height, own_width = pixels.shape[:2]
    if (own_height, own_width) == (height, width):
        return pixels
    # What the filter takes in beyond the edge is what stands at the opposite side of a ring.
    across = _reach(own_width, width) if tiling in {"x", "both"} else 0
    down = _reach(own_height, height) if tiling in {"y", "both"} else 0
    around = np.pad(pixels, ((down, down), (across, across), (0, 0))[: pixels.ndim], mode="wrap")
    box = (across, down, across + own_width, down + own_height)
    return np.asarray(Image.fromarray(around).resize((width, height), PIXEL_FILTERS[by], box))


def _reach(length: int, new_length: int) -> int:
    return math.ceil(_WIDEST_FILTER * max(1, length / new_length)) + 1


def resize_latents(latents: Floats, height: int, width: int, by: str, tiling: Tiling = "off") -> Floats:
    """Latents (C, h, w) at another size; `by` is one of "latent", "latent-bicubic", "latent-nearest".

    Where the shape is another they cover the new size and are cut off at both sides. The weights are those of torch's
    `interpolate` without antialiasing: bilinear, bicubic, nearest. Along the axes of `tiling` they are a ring, and stay one
    where nothing is cut off.
    """
    _, own_height, own_width = latents.shape
    weights = _LATENT_WEIGHTS[by]
    over_height = max(height, -(-own_height * width // own_width))
    over_width = max(width, -(-own_width * height // own_height))
    rows = weights(own_height, over_height, tiling in {"y", "both"}).astype(np.float32)
    columns = weights(own_width, over_width, tiling in {"x", "both"}).astype(np.float32)
    resized = np.einsum("yh,chw,xw->cyx", rows, latents, columns, optimize=True)
    top, left = (over_height - height) // 2, (over_width - width) // 2
    return np.ascontiguousarray(resized[:, top : top + height, left : left + width], dtype=np.float32)


def _nearest(length: int, new_length: int, _: bool) -> Floats:
    sources = np.arange(new_length) * length // new_length
    return np.eye(length, dtype=np.float32)[sources]


def _linear(length: int, new_length: int, is_ring: bool) -> Floats:
    return _interpolation(length, new_length, (0, 1), lambda distance: 1 - distance, is_ring=is_ring)


def _cubic(length: int, new_length: int, is_ring: bool) -> Floats:
    def kernel(distance: Floats) -> Floats:
        near = ((_CUBIC + 2) * distance - (_CUBIC + 3)) * distance * distance + 1
        far = ((distance - 5) * distance + 8) * distance * _CUBIC - 4 * _CUBIC
        return np.where(distance <= 1, near, far)

    return _interpolation(length, new_length, (-1, 0, 1, 2), kernel, is_ring=is_ring)


def _interpolation(
    length: int, new_length: int, neighbours: tuple[int, ...], kernel: Callable[[Floats], Floats], *, is_ring: bool
) -> Floats:
    """The matrix (new_length, length) of an interpolation; `kernel` weighs a neighbour by its distance in cells.

    Cells are areas: the new cell's middle is put where it lies among the old ones. Beyond the edge the edge goes on or, of a
    ring, the other end.
    """
    places = (np.arange(new_length) + 0.5) * (length / new_length) - 0.5
    if len(neighbours) == 2 and not is_ring:
        places = np.maximum(places, 0)  # torch does so for linear weights; the result is the same
    below = np.floor(places)
    matrix = np.zeros((new_length, length))
    for neighbour in neighbours:
        weights = kernel(np.abs(places - below - neighbour))
        reached = (below + neighbour).astype(int)
        sources = reached % length if is_ring else np.clip(reached, 0, length - 1)
        np.add.at(matrix, (np.arange(new_length), sources), weights)
    return matrix.astype(np.float32)


_LATENT_WEIGHTS: Final[Mapping[str, Callable[[int, int, bool], Floats]]] = MappingProxyType(
    {"latent": _linear, "latent-bicubic": _cubic, "latent-nearest": _nearest}
)
LATENT_UPSCALERS: Final = frozenset(_LATENT_WEIGHTS)
