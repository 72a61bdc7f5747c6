"""A request's image and mask -> the latents that it begins with, and the finished picture with the kept pixels put back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from tagloom.diffusion.masks import Region, blurred, filled, latent_mask, masked_region, overlaid
from tagloom.diffusion.resizing import resize_pixels
from tagloom.diffusion.runtime.protocol import Bytes, Floats, Runtime
from tagloom.engine import InpaintMask, Picture, Request, SourceImage, check_pictures
from tagloom.errors import RequestError
from tagloom.sampling.array import Array

_MASK_FILTER: Final = "bilinear"  # sharper ones ring: a mask would reach, faintly, where it is black


@dataclass(frozen=True, slots=True, kw_only=True)
class Repainting:
    """What inpainting keeps: `repaint` and `keep` (4, h, w) are 1 and 0, and 0 and 1, where latents are painted anew.

    `original` (H, W, 3) is the finished picture's other part, `mask` (H, W) how much is seen of what was painted; `region`
    is where in it that belongs.
    """

    repaint: Array
    keep: Array
    original: Bytes
    mask: Bytes
    region: Region


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedImage:
    """What image-to-image begins with: `latents` (4, h, w) without noise. `starts_from_noise`: nothing is left of them."""

    latents: Array
    starts_from_noise: bool
    repainting: Repainting | None

    def kept(self, latents: Array) -> Array:
        """Denoised latents with those that are not repainted put back."""
        if self.repainting is None:
            return latents
        return latents * self.repainting.repaint + self.latents * self.repainting.keep

    def finished(self, painted: Bytes) -> Bytes:
        """The finished picture (H, W, 3), in which every pixel outside the mask is the image's own."""
        if self.repainting is None:
            return painted
        region, original = self.repainting.region, self.repainting.original
        fitted = resize_pixels(painted, region.right - region.left, region.bottom - region.top, "crop")
        whole = original.copy()
        whole[region.top : region.bottom, region.left : region.right] = fitted
        return overlaid(whole, original, self.repainting.mask)


def prepare(request: Request, pictures: Mapping[str, Picture], runtime: Runtime, noise: Floats) -> PreparedImage | None:
    """The image of a request, encoded to the mean of its latents: nothing is drawn, and equal pixels give equal latents.

    `noise` (4, h, w) is the picture's initial noise.

    Raises:
        RequestError: the image or the mask is not among the pictures, or the mask selects nothing.
    """
    image = request.image
    if image is None:
        return None
    check_pictures(image, pictures)
    pixels = _pixels(pictures[image.sha256])
    starts_from_noise = image.strength == 1 and request.compat == "exact"
    if image.mask is None:
        latents = runtime.encode(resize_pixels(pixels, request.width, request.height, image.resize), request.tiling)
        return PreparedImage(latents=latents, starts_from_noise=starts_from_noise, repainting=None)
    placed = _placed(pixels, _mask(pictures[image.mask.sha256], image.mask), request, image, image.mask)
    covered = placed.pixels if image.mask.fill == "original" else filled(placed.pixels, placed.mask)
    repaint = np.broadcast_to(latent_mask(placed.mask, *noise.shape[1:]), noise.shape)
    if not repaint.any():
        hint = "paint it whiter or larger, turn it round with --invert-mask, or say --only-masked"
        raise RequestError("the mask selects nothing that can be repainted", field="mask", hint=hint)
    repainting = Repainting(
        repaint=runtime.from_numpy(repaint),
        keep=runtime.from_numpy(1 - repaint),
        original=placed.original,
        mask=placed.overlay,
        region=placed.region,
    )
    latents = runtime.encode(covered, request.tiling)
    if image.mask.fill == "noise":
        latents = latents * repainting.keep + runtime.from_numpy(noise) * repainting.repaint
    elif image.mask.fill == "zeros":
        latents = latents * repainting.keep
    return PreparedImage(latents=latents, starts_from_noise=starts_from_noise, repainting=repainting)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    """`pixels` (h, w, 3) and `mask` (h, w) at the size that is painted; the rest as in `Repainting`."""

    pixels: Bytes
    mask: Bytes
    original: Bytes
    overlay: Bytes
    region: Region


def _placed(pixels: Bytes, mask: Bytes, request: Request, image: SourceImage, settings: InpaintMask) -> _Placed:
    """What is painted: all of the image, or its masked region alone."""
    width, height = request.width, request.height
    if settings.only_masked and mask.any():
        region = masked_region(mask, settings.padding, width, height)
        return _Placed(
            pixels=resize_pixels(region.of(pixels), width, height, "fill"),
            mask=resize_pixels(region.of(mask), width, height, "fill", _MASK_FILTER),
            original=pixels,
            overlay=mask,
            region=region,
        )
    sized = resize_pixels(pixels, width, height, image.resize)
    sized_mask = resize_pixels(mask, width, height, image.resize, _MASK_FILTER)
    # Where the blurred mask is half white the repainted latents end: twice its brightness hides the seam, as in A1111.
    overlay: Bytes = np.minimum(sized_mask.astype(np.uint16) * 2, 255).astype(np.uint8)
    whole = Region(left=0, top=0, right=width, bottom=height)
    return _Placed(pixels=sized, mask=sized_mask, original=sized, overlay=overlay, region=whole)


def _mask(picture: Picture, settings: InpaintMask) -> Bytes:
    grey = _pixels(picture)[:, :, 0]
    return blurred(255 - grey if settings.is_inverted else grey, settings.blur)


def _pixels(picture: Picture) -> Bytes:
    return np.frombuffer(picture.pixels, np.uint8).reshape(picture.height, picture.width, 3)
