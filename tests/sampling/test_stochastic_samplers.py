"""Samplers that add noise, against closed forms: not their draws, but the law that the draws have.

With Gaussian data the ideal denoiser is affine, and so is every step: x at the end is an affine map of x at the start and of
every noise. Running a sampler on the coefficients of that map gives its mean and its variance to the last digit, where many
samples would give two digits. An array here is (constant, share of the start, shares of the noises).
"""

import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from tagloom.sampling import SAMPLERS, Array, Memory, noise_levels, run_sigmas
from tagloom.sampling.euler import ancestral_levels
from tests.sampling.run import run, take_step

MEAN, DEVIATION = 0.3, 0.5
LEVELS = noise_levels("scaled_linear", 0.00085, 0.012, 1000)
DRAWS = 2  # of noise, in a step
STOCHASTIC = [name for name, sampler in SAMPLERS.items() if sampler.is_stochastic and name != "LCM"]
UNEVEN = (9.0, 8.5, 4.0, 3.9, 3.0, 0.7, 0.5)
Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class Law:
    """x at the end, given x at the start: normal with mean `constant + share * x` and this variance."""

    constant: float
    share: float
    variance: float

    def marginal(self, mean: float, variance: float) -> tuple[float, float]:
        """The mean and variance at the end, of a normal start."""
        return self.constant + self.share * mean, self.share**2 * variance + self.variance


def law_of(name: str, sigmas: Sequence[float], deviation: float = DEVIATION) -> Law:
    """What a sampler really does with data of mean 0.3 and this deviation."""
    width = 2 + DRAWS * (len(sigmas) - 1)

    def denoise(x: Array, sigma: float) -> Array:
        denoised = np.asarray(x) * (deviation**2 / (deviation**2 + sigma**2))
        denoised[0] += MEAN * sigma**2 / (deviation**2 + sigma**2)
        return cast(Array, denoised)

    def unit(place: int) -> Array:
        return cast(Array, np.eye(1, width, place)[0])

    end = run(SAMPLERS[name], unit(1), sigmas, lambda step, index: unit(2 + DRAWS * step + index), denoise)
    constant, share, *shares = np.asarray(end).tolist()
    return Law(constant, share, sum(value**2 for value in shares))


def exact_law(sigma: float, sigma_end: float, deviation: float = DEVIATION) -> Law:
    """The reverse SDE run from sigma to sigma_end undoes the forward one, which adds noise of sigma^2 - sigma_end^2.

    So x at the end, given x at the start, is what it is given in the joint normal law of both.
    """
    share = (deviation**2 + sigma_end**2) / (deviation**2 + sigma**2)
    return Law(MEAN * (1 - share), share, share * (sigma**2 - sigma_end**2))


def log_levels(steps: int) -> list[float]:
    levels: list[float] = np.geomspace(2.0, 0.2, steps + 1).tolist()
    return levels


@pytest.mark.parametrize("name", ["Euler a", "DPM++ SDE", "DPM++ 2M SDE", "DPM++ 3M SDE"])
@pytest.mark.parametrize("sigmas", [UNEVEN, UNEVEN[:2], log_levels(40)])
def test_the_mean_is_exact_with_any_steps(name: str, sigmas: Sequence[float]) -> None:
    """The denoised picture is a martingale of the reverse SDE: what these extrapolate from it is zero on average."""
    got, expected = law_of(name, sigmas), exact_law(sigmas[0], sigmas[-1])
    assert math.isclose(got.constant, expected.constant, rel_tol=1e-12)
    assert math.isclose(got.share, expected.share, rel_tol=1e-12)


@pytest.mark.parametrize("name", ["DPM2 a", "DPM++ 2S a"])
def test_the_mean_of_the_others_converges_with_order_1(name: str) -> None:
    def error(steps: int) -> float:
        sigmas = log_levels(steps)
        return abs(law_of(name, sigmas).share - exact_law(sigmas[0], sigmas[-1]).share)

    assert math.log2(error(80) / error(160)) > 0.95


@pytest.mark.parametrize(
    ("name", "order"),
    [
        ("Euler a", 1),
        ("DPM2 a", 2),  # they go down as the ODE does, which keeps the law of x to order 2, and up exactly
        ("DPM++ 2S a", 2),
        ("DPM++ SDE", 2),
        ("DPM++ 2M SDE", 2),
        ("DPM++ 3M SDE", 2),  # 3 calls in its memory, but k-diffusion weighs the second difference by half: see below
    ],
)
def test_the_variance_of_pictures_converges_with_its_order(name: str, order: int) -> None:
    """From the true law of noisy pictures at one level to that at another."""

    def error(steps: int) -> float:
        sigmas = log_levels(steps)
        got_mean, got = law_of(name, sigmas).marginal(MEAN, DEVIATION**2 + sigmas[0] ** 2)
        assert math.isclose(got_mean, MEAN, rel_tol=1e-12)
        return abs(got - (DEVIATION**2 + sigmas[-1] ** 2))

    assert math.log2(error(80) / error(160)) > order - 0.1


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("Euler a", 0.1),  # of order 1
        ("DPM2 a", 0.02),
        ("DPM++ 2S a", 0.02),
        ("DPM++ SDE", 0.02),
        ("DPM++ 2M SDE", 0.02),
        ("DPM++ 3M SDE", 0.02),
    ],
)
def test_a_whole_run_ends_with_the_data_s_mean_and_deviation(name: str, most: float) -> None:
    """From pure noise at the model's highest level, in 40 steps; the start is off by the data's own deviation there."""
    sigmas = run_sigmas(SAMPLERS[name], "Karras", LEVELS, 40)
    mean, variance = law_of(name, sigmas).marginal(0.0, sigmas[0] ** 2)
    assert abs(mean - MEAN) < 0.002
    assert abs(math.sqrt(variance) / DEVIATION - 1) < most


@pytest.mark.parametrize("name", STOCHASTIC)
@pytest.mark.parametrize("sigmas", [UNEVEN, UNEVEN[:2]])
def test_the_law_is_exact_where_there_is_but_one_picture(name: str, sigmas: Sequence[float]) -> None:
    """Its denoiser is constant: nothing is left to approximate, on any levels."""
    got, expected = law_of(name, sigmas, deviation=0.0), exact_law(sigmas[0], sigmas[-1], deviation=0.0)
    for one, other in zip((got.constant, got.share, got.variance), _numbers(expected), strict=True):
        assert math.isclose(one, other, rel_tol=1e-12)


def _numbers(law: Law) -> tuple[float, float, float]:
    return law.constant, law.share, law.variance


def drift(denoised: Callable[[float], float], x: float, h: float) -> float:
    """The reverse SDE without its noise, dx = 2 (D - x) dl in l = -log sigma, from l = 0 to h: by Gauss-Legendre."""
    nodes, weights = np.polynomial.legendre.leggauss(20)
    places = (nodes + 1) * h / 2
    values = [math.exp(-2 * (h - place)) * denoised(place) for place in places.tolist()]
    return math.exp(-2 * h) * x + float(np.dot(weights, values)) * h


@pytest.mark.parametrize(
    ("name", "powers", "curvature"),
    [
        ("DPM++ 2M SDE", 0, None),
        ("DPM++ 3M SDE", 1, 0.5),
    ],
)
def test_a_multistep_sampler_without_noise_is_exact_for_polynomials_of_log_sigma(
    name: str, powers: int, curvature: float | None
) -> None:
    """3M takes half of what a second power adds (k-diffusion's phi_3 is that of D'', its difference that of D'' / 2)."""
    sigmas = (3.0, 2.5, 1.9, 1.0, 0.0)
    h = math.log(sigmas[2] / sigmas[3])

    def after(power: int) -> tuple[float, float]:
        def denoised(place: float) -> float:
            return float(place**power)

        before = tuple(cast(Array, np.array([denoised(math.log(sigmas[2] / sigmas[i]))])) for i in (1, 0))
        memory = Memory(arrays=before[: 1 + powers])
        silence = cast(Array, np.zeros(1))
        x, _ = take_step(
            SAMPLERS[name],
            cast(Array, np.array([5.0])),
            2,
            sigmas,
            memory,
            lambda _: silence,
            lambda _x, sigma: cast(Array, np.array([denoised(math.log(sigmas[2] / sigma))])),
        )
        return float(np.asarray(x)[0]), drift(denoised, 5.0, h)

    for power in range(powers + 1):
        got, expected = after(power)
        assert math.isclose(got, expected, rel_tol=1e-9)
    if curvature is not None:
        got, expected = after(2)
        still = math.exp(-2 * h) * 5.0
        assert math.isclose(got - still, curvature * (expected - still), rel_tol=1e-9)


@pytest.mark.parametrize("eta", [0.0, 0.5, 1.0])
def test_going_down_and_up_again_arrives_at_the_next_level(eta: float) -> None:
    for sigma, sigma_next in ((14.6, 12.0), (1.0, 0.9), (0.5, 0.0)):
        down, up = ancestral_levels(sigma, sigma_next, eta)
        assert math.isclose(math.hypot(down, up), sigma_next, rel_tol=1e-12)
        assert math.isclose(up, eta * sigma_next * math.sqrt(1 - (sigma_next / sigma) ** 2), rel_tol=1e-12)


def test_dpmpp_2m_sde_equals_diffusers_on_the_same_sigmas_and_noise() -> None:
    """diffusers keeps x at unit variance: x / sqrt(1 + sigma^2). Its third order SDE solver differs from k-diffusion's in a
    sign, and its DPMSolverSDEScheduler draws from another package's Brownian tree; neither is compared with."""
    import diffusers

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scheduler: Any = diffusers.DPMSolverMultistepScheduler(
            beta_start=0.00085,
            beta_end=0.012,
            beta_schedule="scaled_linear",
            algorithm_type="sde-dpmsolver++",
            use_karras_sigmas=True,
            lower_order_final=False,
        )
        scheduler.set_timesteps(20)
        sigmas = scheduler.sigmas.double().tolist()
        generator = torch.Generator().manual_seed(5)
        draws = [torch.randn(1, 4, 8, 8, generator=generator, dtype=torch.float64) for _ in range(20)]
        start = torch.randn(1, 4, 8, 8, generator=generator, dtype=torch.float64) * sigmas[0]
        expected = start / math.sqrt(1 + sigmas[0] ** 2)
        for i, timestep in enumerate(scheduler.timesteps):
            x = expected * math.sqrt(1 + sigmas[i] ** 2)
            noise = (x - ideal_denoiser(x, sigmas[i])) / sigmas[i]
            expected = scheduler.step(noise, timestep, expected, variance_noise=draws[i]).prev_sample.double()

    got = run(
        SAMPLERS["DPM++ 2M SDE"],
        cast(Array, start),
        sigmas,
        lambda step, _: cast(Array, draws[step]),
        lambda x, sigma: cast(Array, ideal_denoiser(cast(torch.Tensor, x), sigma)),
    )
    assert torch.allclose(cast(torch.Tensor, got), expected, atol=1e-5)


def ideal_denoiser(x: torch.Tensor, sigma: float) -> torch.Tensor:
    """E[x0 | x] for the data."""
    return (x * DEVIATION**2 + MEAN * sigma**2) / (DEVIATION**2 + sigma**2)
