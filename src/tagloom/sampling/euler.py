"""The samplers that follow the tangent: Euler, Heun, DPM-Solver-2, linear multistep, DDIM, LCM, with and without noise."""

import math
from collections.abc import Generator, Sequence
from dataclasses import replace

import numpy as np

from tagloom.sampling.array import Array
from tagloom.sampling.sampler import OWN, Denoising, Memory, Noise, Stochasticity


def euler(
    x: Array, i: int, sigmas: Sequence[float], memory: Memory, noise: Noise, stochasticity: Stochasticity = OWN
) -> Denoising:
    """Euler's method on the probability-flow ODE dx/dsigma = (x - D) / sigma: Karras et al. 2022, algorithm 2, order 1."""
    x, sigma = _churned(x, sigmas[i], len(sigmas) - 1, noise, stochasticity)
    denoised = yield x, sigma
    return x + _slope(x, denoised, sigma) * (sigmas[i + 1] - sigma), memory


def euler_ancestral(
    x: Array, i: int, sigmas: Sequence[float], memory: Memory, noise: Noise, stochasticity: Stochasticity = OWN
) -> Denoising:
    """Euler down to a lower level, then noise up to the next: ancestral sampling (Ho et al. 2020) in k-diffusion's form."""
    denoised = yield x, sigmas[i]
    down, up = ancestral_levels(sigmas[i], sigmas[i + 1], stochasticity.eta)
    x = x + _slope(x, denoised, sigmas[i]) * (down - sigmas[i])
    return with_noise(x, up * stochasticity.noise_scale, noise), memory


def ddim(
    x: Array, i: int, sigmas: Sequence[float], memory: Memory, noise: Noise, stochasticity: Stochasticity = OWN
) -> Denoising:
    """DDIM (Song et al. 2021, equations 12 and 16): divided by sqrt(alpha) it is ancestral Euler, for every eta."""
    return euler_ancestral(x, i, sigmas, memory, noise, replace(stochasticity, eta=stochasticity.eta_ddim))


def heun(
    x: Array, i: int, sigmas: Sequence[float], memory: Memory, noise: Noise, stochasticity: Stochasticity = OWN
) -> Denoising:
    """Heun's method: Karras et al. 2022, algorithm 2. Two calls a step, one in the last."""
    x, sigma = _churned(x, sigmas[i], len(sigmas) - 1, noise, stochasticity)
    sigma_next = sigmas[i + 1]
    denoised = yield x, sigma
    slope = _slope(x, denoised, sigma)
    end = x + slope * (sigma_next - sigma)
    if sigma_next == 0:
        return end, memory
    denoised = yield end, sigma_next
    slope = (slope + _slope(end, denoised, sigma_next)) * 0.5
    return x + slope * (sigma_next - sigma), memory


def dpm2(
    x: Array, i: int, sigmas: Sequence[float], memory: Memory, noise: Noise, stochasticity: Stochasticity = OWN
) -> Denoising:
    """DPM-Solver-2 (Lu et al. 2022, algorithm 1): the slope at the geometric middle. Two calls a step, one in the last."""
    x, sigma = _churned(x, sigmas[i], len(sigmas) - 1, noise, stochasticity)
    denoised = yield x, sigma
    slope = _slope(x, denoised, sigma)
    if sigmas[i + 1] > 0:
        slope = yield from _middle_slope(x, slope, sigma, sigmas[i + 1])
    return x + slope * (sigmas[i + 1] - sigma), memory


def dpm2_ancestral(
    x: Array, i: int, sigmas: Sequence[float], memory: Memory, noise: Noise, stochasticity: Stochasticity = OWN
) -> Denoising:
    """DPM-Solver-2 down to a lower level, then noise up to the next (k-diffusion's `sample_dpm_2_ancestral`)."""
    denoised = yield x, sigmas[i]
    down, up = ancestral_levels(sigmas[i], sigmas[i + 1], stochasticity.eta)
    slope = _slope(x, denoised, sigmas[i])
    if down > 0:
        slope = yield from _middle_slope(x, slope, sigmas[i], down)
    return with_noise(x + slope * (down - sigmas[i]), up * stochasticity.noise_scale, noise), memory


def linear_multistep(
    x: Array, i: int, sigmas: Sequence[float], memory: Memory, noise: Noise, stochasticity: Stochasticity = OWN
) -> Denoising:
    """Adams-Bashforth of order up to 4 on uneven levels (k-diffusion's `sample_lms`); remembers the last slopes."""
    denoised = yield x, sigmas[i]
    slopes = (_slope(x, denoised, sigmas[i]), *memory.arrays)[:4]
    known = [sigmas[i - back] for back in range(len(slopes))]
    for back, slope in enumerate(slopes):
        x = x + slope * _lagrange_integral(known, back, sigmas[i], sigmas[i + 1])
    return x, Memory(arrays=slopes[:3])


def lcm(
    x: Array, i: int, sigmas: Sequence[float], memory: Memory, noise: Noise, stochasticity: Stochasticity = OWN
) -> Denoising:
    """Latent consistency sampling: jump to the denoised picture, add the next level's noise (Luo et al. 2023)."""
    denoised = yield x, sigmas[i]
    return with_noise(denoised, sigmas[i + 1], noise), memory


def ancestral_levels(sigma: float, sigma_next: float, eta: float = 1.0) -> tuple[float, float]:
    """(down, up): go down to `down`, add noise of `up`, and the level is `sigma_next`; `eta` 0 adds none."""
    if eta == 0:
        return sigma_next, 0.0
    up = min(sigma_next, eta * math.sqrt(sigma_next**2 * (sigma**2 - sigma_next**2) / sigma**2))
    return math.sqrt(sigma_next**2 - up**2), up


def with_noise(x: Array, level: float, noise: Noise) -> Array:
    """x with noise of that deviation added; none is drawn for 0."""
    return x + noise(0) * level if level > 0 else x


def _slope(x: Array, denoised: Array, sigma: float) -> Array:
    return (x - denoised) / sigma


def _churned(x: Array, sigma: float, steps: int, noise: Noise, stochasticity: Stochasticity) -> tuple[Array, float]:
    """x raised to a higher level by noise of its own, and that level: Karras et al. 2022, algorithm 2, lines 4 to 6."""
    is_within = stochasticity.lowest <= sigma <= stochasticity.highest
    gain = min(stochasticity.churn / steps, math.sqrt(2) - 1) if is_within else 0.0
    if gain == 0:
        return x, sigma
    raised = sigma * (1 + gain)
    return x + noise(0) * (math.sqrt(raised**2 - sigma**2) * stochasticity.noise_scale), raised


def _middle_slope(x: Array, slope: Array, sigma: float, sigma_end: float) -> Generator[tuple[Array, float], Array, Array]:
    """The slope at the geometric middle of two levels, reached along `slope`."""
    middle = math.sqrt(sigma * sigma_end)
    between = x + slope * (middle - sigma)
    denoised = yield between, middle
    return _slope(between, denoised, middle)


def _lagrange_integral(known: Sequence[float], which: int, start: float, end: float) -> float:
    """The integral from start to end of the polynomial that is 1 at known[which] and 0 at the others."""
    basis = np.polynomial.Polynomial([1.0])
    for other, level in enumerate(known):
        if other != which:
            basis *= np.polynomial.Polynomial([-level, 1.0]) / (known[which] - level)
    antiderivative = basis.integ()
    return float(antiderivative(end) - antiderivative(start))
