"""The mask of an inpainting request -> where latents are repainted, what is seen of it in the end, and what stands below."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from PIL import Image, ImageFilter

from tagloom.diffusion.runtime.protocol import Bytes, Floats

_BLURS: Final = (256, 128, 64, 32, 16, 8, 4, 2, 1)  # pixels
_GREY: Final = 127.5  # where all of a picture is masked


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A part of a picture in pixels, half-open."""

    left: int
    top: int
    right: int
    bottom: int

    def of(self, pixels: Bytes) -> Bytes:
        """This part of some pixels (H, W) or (H, W, 3)."""
        return pixels[self.top : self.bottom, self.left : self.right]


def blurred(mask: Bytes, blur: float) -> Bytes:
    """A mask (H, W) under a Gaussian of standard deviation `blur` pixels, cut off at 2.5 of them; its edges are mirrored.

    Kernel and edges are those of the web UIs, so that a mask reaches exactly as far.
    """
    reach = int(2.5 * blur + 0.5)
    if not reach:
        return mask
    distances = np.arange(-reach, reach + 1)
    kernel = np.exp(-0.5 * (distances / blur) ** 2)
    kernel /= kernel.sum()
    values = mask.astype(np.float32)
    for axis in (0, 1):
        margins = [(0, 0), (0, 0)]
        margins[axis] = (reach, reach)
        # "reflect" needs a second cell to mirror; a mask of one row goes on as it is.
        padded = np.pad(values, margins, mode="reflect" if mask.shape[axis] > 1 else "edge")
        length = mask.shape[axis]
        shifted = (np.take(padded, range(at, at + length), axis) * kernel[at] for at in range(2 * reach + 1))
        values = sum(shifted, np.zeros_like(values))
    rounded: Bytes = values.round().clip(0, 255).astype(np.uint8)
    return rounded


def masked_region(mask: Bytes, padding: int, width: int, height: int) -> Region:
    """The part of a picture that holds all of a mask (H, W) and `padding` pixels around it, in the shape width : height.

    It grows evenly to that shape, and is moved back where it would leave the picture; only where the picture ends does
    its shape stay another. The mask is not empty.
    """
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    own_height, own_width = mask.shape
    top, bottom = max(0, int(rows[0]) - padding), min(own_height, int(rows[-1]) + 1 + padding)
    left, right = max(0, int(columns[0]) - padding), min(own_width, int(columns[-1]) + 1 + padding)
    if (right - left) * height < (bottom - top) * width:
        left, right = _grown(left, right, round((bottom - top) * width / height), own_width)
    else:
        top, bottom = _grown(top, bottom, round((right - left) * height / width), own_height)
    return Region(left=left, top=top, right=right, bottom=bottom)


def _grown(start: int, stop: int, length: int, limit: int) -> tuple[int, int]:
    """An interval grown evenly to a length, within 0 .. limit."""
    length = max(stop - start, min(length, limit))
    start = min(max(0, start - (length - (stop - start)) // 2), limit - length)
    return start, start + length


def latent_mask(mask: Bytes, height: int, width: int) -> Floats:
    """1 in the latent cells (h, w) that are repainted, 0 elsewhere: where the mask, made small, is more than half white."""
    small = np.asarray(Image.fromarray(mask).resize((width, height), Image.Resampling.BICUBIC))
    return (small > 127).astype(np.float32)


def overlaid(painted: Bytes, original: Bytes, mask: Bytes) -> Bytes:
    """What was painted (H, W, 3), seen through the mask (H, W); where that is black, the original's pixels exactly."""
    share = mask.astype(np.float32)[:, :, None] / 255
    mixed = painted * share + original * (1 - share)
    pixels: Bytes = mixed.round().astype(np.uint8)
    return pixels


def filled(pixels: Bytes, mask: Bytes) -> Bytes:
    """Pixels (H, W, 3) whose masked part is painted over with the colours around it: blurred the more, the farther in."""
    kept = Image.fromarray(255 - mask)
    visible = Image.composite(Image.fromarray(pixels), Image.new("RGB", kept.size), kept)
    shares = np.asarray(kept, np.float32)[:, :, None] / 255
    total = shares.sum()
    colour = np.asarray(visible, np.float32).sum(axis=(0, 1)) / total if total else _GREY
    result = np.full(pixels.shape, colour, np.float32)
    for blur in _BLURS:
        softener = ImageFilter.GaussianBlur(blur)
        result = _laid_over(result, visible.filter(softener), kept.filter(softener))
    result = _laid_over(result, visible, kept)
    rounded: Bytes = result.round().clip(0, 255).astype(np.uint8)
    return rounded


def _laid_over(below: Floats, colours: Image.Image, coverage: Image.Image) -> Floats:
    """A layer over another; `colours` are multiplied with their coverage already."""
    share = np.asarray(coverage, np.float32)[:, :, None] / 255
    return (np.asarray(colours, np.float32) + below * (1 - share)).astype(np.float32)
