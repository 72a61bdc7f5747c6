"""Sigma schedules: their laws, and equality with the libraries that define them."""

import itertools

import numpy as np
import pytest
from scipy.stats import beta as beta_distribution

from tagloom.sampling import AUTOMATIC, SAMPLERS, SCHEDULES, noise_levels, run_sigmas
from tagloom.sampling.beta_quantile import beta_quantile

# diffusers hands numpy torch tensors in a way that numpy 2 is to drop.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

LEVELS = noise_levels("scaled_linear", 0.00085, 0.012, 1000)


@pytest.mark.parametrize("name", SCHEDULES)
def test_every_schedule_descends_to_zero_for_every_number_of_steps(name: str) -> None:
    for steps in range(1, 151):
        sigmas = SCHEDULES[name](LEVELS, steps)
        assert len(sigmas) == steps + 1
        assert sigmas[-1] == 0
        assert all(a > b for a, b in itertools.pairwise(sigmas))
        assert sigmas[0] <= LEVELS.high * 1.001


def test_the_training_sigmas_are_those_of_stable_diffusion() -> None:
    assert LEVELS.low == pytest.approx(0.0291672, abs=1e-6)
    assert LEVELS.high == pytest.approx(14.614643, abs=1e-4)


def test_zero_terminal_snr_is_rescaled_as_diffusers_does() -> None:
    from diffusers import EulerDiscreteScheduler

    betas = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}
    theirs = EulerDiscreteScheduler(**betas, rescale_betas_zero_snr=True)
    expected = ((1 - theirs.alphas_cumprod.double()) / theirs.alphas_cumprod.double()).sqrt().numpy()
    ours = noise_levels("scaled_linear", 0.00085, 0.012, 1000, zero_terminal_snr=True)
    assert ours.low == pytest.approx(LEVELS.low)
    assert ours.high == pytest.approx(4096, abs=0.01)
    assert np.allclose(ours.sigmas, expected, rtol=1e-3)


def test_timesteps_and_sigmas_are_inverse() -> None:
    for timestep in (0.0, 0.5, 17.25, 500.0, 998.75, 999.0):
        assert LEVELS.timestep(LEVELS.sigma(timestep)) == pytest.approx(timestep, abs=1e-6)


@pytest.mark.parametrize(
    ("ours", "settings"),
    [
        ("Karras", {"use_karras_sigmas": True}),
        ("Exponential", {"use_exponential_sigmas": True}),
        ("Beta", {"use_beta_sigmas": True}),
        ("Normal", {"timestep_spacing": "linspace"}),
    ],
)
def test_a_schedule_equals_diffusers(ours: str, settings: dict[str, object]) -> None:
    """diffusers computes in float32, and between two timesteps it interpolates sigma, where we interpolate log sigma."""
    from diffusers import EulerDiscreteScheduler

    scheduler = EulerDiscreteScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", **settings)
    scheduler.set_timesteps(20)
    assert np.allclose(SCHEDULES[ours](LEVELS, 20), scheduler.sigmas.numpy(), rtol=1e-3, atol=1e-5)


def test_the_ddim_schedule_visits_the_timesteps_of_diffusers_leading_spacing() -> None:
    from diffusers import DDIMScheduler

    scheduler = DDIMScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", steps_offset=1)
    scheduler.set_timesteps(20)
    expected = [LEVELS.sigmas[int(timestep)] for timestep in scheduler.timesteps]
    assert SCHEDULES["DDIM"](LEVELS, 20) == (*expected, 0.0)


def test_align_your_steps_gives_the_published_levels() -> None:
    published = (14.615, 6.475, 3.861, 2.697, 1.886, 1.396, 0.963, 0.652, 0.399, 0.152, 0.029)
    assert SCHEDULES["Align Your Steps"](LEVELS, 11)[:-1] == pytest.approx(published)


def test_beta_quantiles_equal_scipy() -> None:
    for alpha, beta in ((0.6, 0.6), (0.5, 2.0), (3.0, 0.7)):
        for share in np.linspace(0, 1, 41).tolist():
            assert beta_quantile(share, alpha, beta) == pytest.approx(beta_distribution.ppf(share, alpha, beta), abs=1e-9)


def test_automatic_is_the_schedule_that_the_sampler_names() -> None:
    for sampler in SAMPLERS.values():
        assert run_sigmas(sampler, AUTOMATIC, LEVELS, 9) == run_sigmas(sampler, sampler.schedule, LEVELS, 9)


def test_a_sampler_that_drops_the_last_but_one_sigma_leaps_over_it() -> None:
    long = SCHEDULES["Karras"](LEVELS, 11)
    assert run_sigmas(SAMPLERS["DPM2"], "Karras", LEVELS, 10) == (*long[:-2], 0.0)


@pytest.mark.parametrize("schedule", ["linear", "scaled_linear", "squaredcos_cap_v2"])
def test_training_sigmas_equal_diffusers(schedule: str) -> None:
    from diffusers import DDPMScheduler

    alphas = DDPMScheduler(beta_start=0.0001, beta_end=0.02, beta_schedule=schedule).alphas_cumprod.double().numpy()
    ours = noise_levels(schedule, 0.0001, 0.02, 1000)
    assert np.allclose(ours.sigmas, np.sqrt((1 - alphas) / alphas), rtol=2e-3)
