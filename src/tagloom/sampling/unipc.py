"""UniPC (Zhao et al. 2023): a multistep predictor, and a corrector that uses the next call's output; order up to 3."""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from tagloom.sampling.array import Array
from tagloom.sampling.sampler import OWN, Denoising, Memory, Noise, Stochasticity

_ORDER: Final = 3


def unipc(
    x: Array, i: int, sigmas: Sequence[float], memory: Memory, noise: Noise, stochasticity: Stochasticity = OWN
) -> Denoising:
    """One step of UniPC with B2(h) = e^h - 1 and the denoised picture as the unknown. One call a step.

    The memory holds x at the step before and the denoised pictures of up to three steps before, and the order used then.
    """
    denoised = yield x, sigmas[i]
    if memory.arrays:
        x_before, *history = memory.arrays
        order = int(memory.numbers[0])
        x = _update(x_before, i - 1, sigmas, history[:order], denoised)
    history = [denoised, *memory.arrays[1:]]
    order = min(_ORDER, len(sigmas) - 1 - i, len(history))
    x_next = _update(x, i, sigmas, history[:order], None)
    return x_next, Memory(arrays=(x, *history[:_ORDER]), numbers=(float(order),))


def _update(x: Array, i: int, sigmas: Sequence[float], history: Sequence[Array], ahead: Array | None) -> Array:
    """From x at sigmas[i] to sigmas[i + 1], with the denoised pictures at i, i-1, ... and, to correct, at i + 1."""
    newest, *older = history
    sigma, sigma_next = sigmas[i], sigmas[i + 1]
    ratio = sigma_next / sigma
    result = x * ratio + newest * (1 - ratio)
    if sigma_next == 0:
        return result
    h = math.log(sigma / sigma_next)
    places = [-math.log(sigmas[i - back] / sigma) / h for back in range(1, len(history))]
    changes = [(picture - newest) / place for picture, place in zip(older, places, strict=True)]
    if ahead is not None:
        places, changes = [*places, 1.0], [*changes, ahead - newest]
    for weight, change in zip(_weights(places, h), changes, strict=True):
        result = result + change * (weight * (1 - ratio))
    return result


def _weights(places: Sequence[float], h: float) -> list[float]:
    """The coefficients of the changes: they match the exponential integrator's Taylor terms (equation 5).

    For a single place the paper's simplified 1/2 is taken, which keeps the order (section 3.4).
    """
    order = len(places)
    if order < 2:
        return [0.5] * order
    phi, factorial = math.expm1(-h) / -h - 1, 1
    terms = []
    for k in range(1, order + 1):
        terms.append(phi * factorial / math.expm1(-h))
        factorial *= k + 1
        phi = phi / -h - 1 / factorial
    powers = np.vander(places, order, increasing=True).T
    return [float(weight) for weight in np.linalg.solve(powers, np.array(terms))]
