"""DPM-Solver++ (Lu et al. 2022) in its forms: it integrates in -log sigma, with the denoised picture as the unknown."""

import math
from collections.abc import Sequence

from tagloom.sampling.array import Array
from tagloom.sampling.euler import ancestral_levels, with_noise
from tagloom.sampling.sampler import OWN, Denoising, Memory, Noise, Stochasticity


def dpmpp_2s_ancestral(
    x: Array, i: int, sigmas: Sequence[float], memory: Memory, noise: Noise, stochasticity: Stochasticity = OWN
) -> Denoising:
    """DPM-Solver++(2S) down to a lower level, then noise up to the next. Two calls a step, one in the last."""
    sigma = sigmas[i]
    denoised = yield x, sigma
    down, up = ancestral_levels(sigma, sigmas[i + 1], stochasticity.eta)
    if down == 0:
        return denoised, memory
    middle = math.sqrt(sigma * down)
    denoised = yield _towards(x, denoised, sigma, middle), middle
    return with_noise(_towards(x, denoised, sigma, down), up * stochasticity.noise_scale, noise), memory


def dpmpp_2m(
    x: Array, i: int, sigmas: Sequence[float], memory: Memory, noise: Noise, stochasticity: Stochasticity = OWN
) -> Denoising:
    """DPM-Solver++(2M), algorithm 2: extrapolates from the denoised picture of the step before."""
    denoised = yield x, sigmas[i]
    target = denoised
    if memory.arrays and sigmas[i + 1] > 0:
        ratio = math.log(sigmas[i - 1] / sigmas[i]) / math.log(sigmas[i] / sigmas[i + 1])
        target = denoised + (denoised - memory.arrays[0]) * (1 / (2 * ratio))
    return _towards(x, target, sigmas[i], sigmas[i + 1]), Memory(arrays=(denoised,))


def dpmpp_sde(
    x: Array, i: int, sigmas: Sequence[float], memory: Memory, noise: Noise, stochasticity: Stochasticity = OWN
) -> Denoising:
    """DPM-Solver++ of order 2 for the SDE (k-diffusion's `sample_dpmpp_sde`, r = 1/2). Two calls a step, one in the last.

    The noise of the whole step is made of that of its two halves, as one Brownian path would have it.
    """
    sigma, sigma_next = sigmas[i], sigmas[i + 1]
    denoised = yield x, sigma
    if sigma_next == 0:
        return denoised, memory
    middle = math.sqrt(sigma * sigma_next)
    first, second = noise(0), noise(1)
    down, up = ancestral_levels(sigma, middle, stochasticity.eta)
    denoised_2 = yield _towards(x, denoised, sigma, down) + first * (up * stochasticity.noise_scale), middle
    down, up = ancestral_levels(sigma, sigma_next, stochasticity.eta)
    whole = (first * math.sqrt(sigma - middle) + second * math.sqrt(middle - sigma_next)) / math.sqrt(sigma - sigma_next)
    return _towards(x, denoised_2, sigma, down) + whole * (up * stochasticity.noise_scale), memory


def dpmpp_2m_sde(
    x: Array, i: int, sigmas: Sequence[float], memory: Memory, noise: Noise, stochasticity: Stochasticity = OWN
) -> Denoising:
    """SDE-DPM-Solver++(2M), midpoint form (k-diffusion's `sample_dpmpp_2m_sde`); without eta it is DPM-Solver++(2M)."""
    sigma, sigma_next = sigmas[i], sigmas[i + 1]
    denoised = yield x, sigma
    if sigma_next == 0:
        return denoised, memory
    h = math.log(sigma / sigma_next)
    added = stochasticity.eta * h
    gain = -math.expm1(-(h + added))
    x = x * (sigma_next / sigma * math.exp(-added)) + denoised * gain
    if memory.arrays:
        ratio = math.log(sigmas[i - 1] / sigma) / h
        x = x + (denoised - memory.arrays[0]) * (0.5 * gain / ratio)
    level = sigma_next * math.sqrt(-math.expm1(-2 * added)) * stochasticity.noise_scale
    return with_noise(x, level, noise), Memory(arrays=(denoised,))


def dpmpp_3m_sde(
    x: Array, i: int, sigmas: Sequence[float], memory: Memory, noise: Noise, stochasticity: Stochasticity = OWN
) -> Denoising:
    """SDE-DPM-Solver++(3M) (k-diffusion's `sample_dpmpp_3m_sde`)."""
    sigma, sigma_next = sigmas[i], sigmas[i + 1]
    denoised = yield x, sigma
    if sigma_next == 0:
        return denoised, memory
    h = math.log(sigma / sigma_next)
    whole = (stochasticity.eta + 1) * h
    phi_2 = -math.expm1(-whole) / -whole + 1
    x = x * math.exp(-whole) + denoised * -math.expm1(-whole)
    if memory.arrays:
        ratio_0 = math.log(sigmas[i - 1] / sigma) / h
        change = (denoised - memory.arrays[0]) / ratio_0
        if len(memory.arrays) > 1:
            ratio_1 = math.log(sigmas[i - 2] / sigmas[i - 1]) / h
            bend = change - (memory.arrays[0] - memory.arrays[1]) / ratio_1
            change = change + bend * (ratio_0 / (ratio_0 + ratio_1))
            x = x - bend * ((phi_2 / whole - 0.5) / (ratio_0 + ratio_1))
        x = x + change * phi_2
    level = sigma_next * math.sqrt(-math.expm1(-2 * stochasticity.eta * h)) * stochasticity.noise_scale
    return with_noise(x, level, noise), Memory(arrays=(denoised, *memory.arrays[:1]))


def _towards(x: Array, denoised: Array, sigma: float, sigma_end: float) -> Array:
    """The exact solution from sigma to sigma_end if the denoised picture stays the same."""
    ratio = sigma_end / sigma
    return x * ratio + denoised * (1 - ratio)
