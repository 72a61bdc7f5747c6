"""How the weights of a prompt act on its embeddings, by the names that the field gives to the ways of doing so."""

from typing import assert_never

import numpy as np
from numpy.typing import NDArray

from tagloom.choices import Emphasis

Embeddings = NDArray[np.float32]


def emphasise(mode: Emphasis, embeddings: Embeddings, weights: Embeddings, empty: Embeddings) -> Embeddings:
    """Apply `weights` (n, 77) to `embeddings` (n, 77, C) of one prompt; `empty` (77, C) is the encoded empty prompt.

    original: z * w, then scaled so that the mean over the whole prompt is what it was (A1111's default).
    no_norm: z * w. ignore: z. comfy: from the empty prompt's embedding towards z, w of the way (ComfyUI).
    """
    factors = weights[:, :, None]
    match mode:
        case "original":
            return restore_mean(embeddings, embeddings * factors)
        case "no_norm":
            return embeddings * factors
        case "ignore":
            return embeddings
        case "comfy":
            return embeddings * factors + empty * (1 - factors)
        case _:
            assert_never(mode)


def restore_mean(embeddings: Embeddings, weighted: Embeddings) -> Embeddings:
    """Scale `weighted` to the mean of `embeddings`; where its own mean is 0 there is no such scale, and it stays."""
    mean = weighted.mean(dtype=np.float64)
    return weighted if mean == 0 else weighted * weighted.dtype.type(embeddings.mean(dtype=np.float64) / mean)
