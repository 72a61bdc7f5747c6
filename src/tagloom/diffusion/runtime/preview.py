"""Latents -> a rough picture without the autoencoder: each latent cell's colour is a linear function of its channels."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from tagloom.diffusion.runtime.protocol import Bytes, Floats
from tagloom.sampling.philox import cuda_normal

_PATCHES: Final = 8
_PATCH: Final = 4


@dataclass(frozen=True, slots=True)
class LatentColours:
    """RGB in [-1, 1] as `matrix` (3, channels + 1) times a cell's channels and 1."""

    matrix: Floats

    def paint(self, latents: Floats) -> Bytes:
        """Latents (channels, h, w) to pixels (h, w, 3), 8 bits."""
        colours = np.einsum("rc,chw->hwr", self.matrix[:, :-1], latents) + self.matrix[:, -1]
        pixels: Bytes = (np.clip(colours, -1, 1) * 127.5 + 127.5).round().astype(np.uint8)
        return pixels


def fit_latent_colours(decode: Callable[[Floats], Floats], channels: int) -> LatentColours:
    """Fit the map to an autoencoder by least squares.

    `decode` takes latents (1, channels, h, w) to pixels (1, 3, H, W) in [-1, 1]. It is shown a fixed mosaic of plain
    patches, whose colours in the decoded picture are what the map must give.
    """
    noise = cuda_normal(0, 0, channels * _PATCHES**2).reshape(channels, _PATCHES, _PATCHES)
    latents = noise.repeat(_PATCH, axis=1).repeat(_PATCH, axis=2)
    pixels = decode(latents[None])[0]
    factor = pixels.shape[-1] // (_PATCHES * _PATCH)
    shape = (3, _PATCHES * _PATCH, factor, _PATCHES * _PATCH, factor)
    cells = pixels.reshape(shape).mean(axis=(2, 4)).reshape(3, -1)  # (3, h*w)
    known = np.concatenate([latents.reshape(channels, -1), np.ones((1, cells.shape[1]), np.float32)])
    matrix, *_ = np.linalg.lstsq(known.T, cells.T, rcond=None)
    return LatentColours(matrix.T.astype(np.float32))
