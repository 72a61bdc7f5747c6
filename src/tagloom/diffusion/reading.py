"""ModelFacts -> how its family reads a text: encoders, padding, CLIP skip, and what is added to the timestep."""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from tagloom.diffusion.emphasis import Embeddings
from tagloom.engine import ModelFacts, Request
from tagloom.tokenizer import END_OF_TEXT

_ZERO: Final = 0
_SLOWEST: Final = 10000  # the longest period of a sinusoid (Vaswani et al. 2017)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """`paddings` hold what fills a chunk behind its EOS, for each text encoder; their contexts stand side by side.

    A CLIP skip below `least_clip_skip` is that. `pooled_width`, `size_width`: see `ModelFacts`; the pooled text is the last
    encoder's. `zeroes_empty_negative`: an empty negative prompt is all zeros.
    """

    paddings: tuple[int, ...]
    least_clip_skip: float
    pooled_width: int
    size_width: int
    zeroes_empty_negative: bool

    def added(self, pooled: Embeddings, request: Request) -> Embeddings:
        """What is added to the timestep (D,): the pooled text, then the picture's sizes; empty where nothing is.

        The sizes are of the picture before cropping, the crop's upper left corner, and the target (Podell et al. 2023,
        section 2.2), heights first: it is painted as a picture that always had this size.
        """
        if not self.pooled_width:
            return np.empty(0, np.float32)
        size = (request.height, request.width)
        return np.concatenate([pooled, sinusoids((*size, 0, 0, *size), self.size_width)])


def reading_of(model: ModelFacts) -> Reading:
    """OpenAI's encoder was trained with chunks filled up with EOS, OpenCLIP's with zeros; SDXL has one of each."""
    paddings = {"sd1": (END_OF_TEXT,), "sd2": (_ZERO,), "sdxl": (END_OF_TEXT, _ZERO)}
    return Reading(
        paddings=paddings[model.family],
        least_clip_skip=2.0 if model.family == "sdxl" else 1.0,
        pooled_width=model.pooled_width,
        size_width=model.size_width,
        zeroes_empty_negative=model.zeroes_empty_negative,
    )


def sinusoids(numbers: tuple[float, ...], width: int) -> Embeddings:
    """Numbers to (len(numbers) * width,): of each the cosines, then the sines, of frequencies 1 .. 1/10000."""
    half = width // 2
    frequencies = np.exp(-math.log(_SLOWEST) / half * np.arange(half, dtype=np.float32))
    angles = np.array(numbers, np.float32)[:, None] * frequencies.astype(np.float32)
    return np.concatenate([np.cos(angles), np.sin(angles)], axis=1).reshape(-1)
