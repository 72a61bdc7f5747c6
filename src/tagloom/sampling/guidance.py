"""Classifier-free guidance with any number of weighted prompts."""

from collections.abc import Sequence

from tagloom.sampling.array import Array


def guide(parts: Sequence[tuple[Array, float]], negative: Array, scale: float) -> Array:
    """u + scale * sum(w * (c - u)) of predictions c with weights w and the negative prompt's u.

    Classifier-free guidance is Ho and Salimans 2022; the sum over prompts is composable diffusion, Liu et al. 2022, which
    is what AND means.
    """
    result = negative
    for prediction, weight in parts:
        result = result + (prediction - negative) * (scale * weight)
    return result


def negative_share(weights: Sequence[float], scale: float) -> float:
    """What u is multiplied with in `guide`; at 0 (one prompt at scale 1) the negative prompt need not be computed."""
    return 1 - scale * sum(weights)
