"""Eta, churn and the scale of the noise: against deterministic samplers, diffusers' schedulers, and closed forms."""

import inspect
import math
import warnings
from functools import partial
from typing import cast

import numpy as np
import pytest
import torch

from tagloom.sampling import SAMPLERS, Array, Memory, Stochasticity, run_sigmas
from tests.sampling.run import run, take_step
from tests.sampling.test_samplers import DEVIATION, LEVELS, MEAN, ideal_denoiser, no_noise, normal_noise, start

CHURNING = [name for name, sampler in SAMPLERS.items() if "s_churn" in sampler.settings]
ETA = [name for name, sampler in SAMPLERS.items() if "eta" in sampler.settings]


def test_every_sampler_that_adds_noise_can_be_told_how_much() -> None:
    assert [name for name, sampler in SAMPLERS.items() if sampler.is_stochastic and name != "LCM"] == ETA
    assert CHURNING == ["Euler", "Heun", "DPM2"]
    assert SAMPLERS["DDIM"].settings == ("eta_ddim", "s_noise")


@pytest.mark.parametrize(
    ("name", "deterministic"), [("Euler a", "Euler"), ("DPM2 a", "DPM2"), ("DPM++ 2M SDE", "DPM++ 2M"), ("DDIM", "Euler")]
)
def test_without_eta_a_stochastic_sampler_is_its_deterministic_twin(name: str, deterministic: str) -> None:
    sigmas = run_sigmas(SAMPLERS["Euler"], "Karras", LEVELS, 12)
    x = cast(Array, start(sigmas[0]))
    got = run(SAMPLERS[name], x, sigmas, no_noise, ideal_denoiser, stochasticity=Stochasticity(eta=0.0))
    assert np.allclose(
        np.asarray(got), np.asarray(run(SAMPLERS[deterministic], x, sigmas, no_noise, ideal_denoiser)), atol=1e-12
    )


@pytest.mark.parametrize("name", ETA)
@pytest.mark.parametrize("eta", [0.3, 0.7])
def test_with_less_eta_the_data_s_mean_and_deviation_come_out_too(name: str, eta: float) -> None:
    sigmas = run_sigmas(SAMPLERS[name], "Karras", LEVELS, 100)
    shape = (4, 64, 64)
    x = cast(Array, start(sigmas[0], shape))
    values = np.asarray(
        run(SAMPLERS[name], x, sigmas, normal_noise(shape), ideal_denoiser, stochasticity=Stochasticity(eta=eta))
    )
    assert abs(values.mean() - MEAN) < 0.02
    assert abs(values.std() - DEVIATION) < 0.03


@pytest.mark.parametrize("name", CHURNING)
def test_churn_keeps_the_data_s_mean_and_deviation(name: str) -> None:
    sigmas = run_sigmas(SAMPLERS[name], "Karras", LEVELS, 100)
    shape = (4, 64, 64)
    x = cast(Array, start(sigmas[0], shape))
    values = np.asarray(
        run(SAMPLERS[name], x, sigmas, normal_noise(shape), ideal_denoiser, stochasticity=Stochasticity(churn=5.0))
    )
    assert abs(values.mean() - MEAN) < 0.03
    assert abs(values.std() - DEVIATION) < 0.03


def test_euler_with_churn_equals_diffusers() -> None:
    import diffusers

    shape = (1, 4, 8, 8)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scheduler = diffusers.EulerDiscreteScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear")
        scheduler.set_timesteps(9)
        sigmas = [float(sigma) for sigma in scheduler.sigmas.tolist()]
        x = torch.from_numpy(start(sigmas[0], shape))
        expected, generator = x.clone(), torch.Generator().manual_seed(3)
        for i, timestep in enumerate(scheduler.timesteps):
            scheduler.scale_model_input(expected, timestep)
            raised = sigmas[i] * (1 + min(3.0 / 9, math.sqrt(2) - 1))
            # diffusers takes the output at the lower level: what the network says of the raised x must be worked out here.
            draw = torch.randn(shape, generator=torch.Generator().manual_seed(100 + i), dtype=torch.float64)
            lifted = expected + draw * 1.01 * math.sqrt(raised**2 - sigmas[i] ** 2)
            denoised = cast(torch.Tensor, ideal_denoiser(cast(Array, lifted), raised))
            generator = torch.Generator().manual_seed(100 + i)
            expected = scheduler.step(
                (lifted - denoised) / raised, timestep, expected, s_churn=3.0, s_noise=1.01, generator=generator
            ).prev_sample
    assert "s_noise" in inspect.signature(scheduler.step).parameters

    def noise(step: int, index: int) -> Array:
        assert index == 0
        generator = torch.Generator().manual_seed(100 + step)
        return cast(Array, torch.randn(shape, generator=generator, dtype=torch.float64))

    settings = Stochasticity(churn=3.0, noise_scale=1.01)
    got = cast(torch.Tensor, run(SAMPLERS["Euler"], cast(Array, x), sigmas, noise, ideal_denoiser, stochasticity=settings))
    assert torch.allclose(got, expected.double(), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("eta", [0.0, 0.4, 1.0])
def test_ddim_with_eta_equals_diffusers(eta: float) -> None:
    """There x is sqrt(alpha) times ours."""
    import diffusers

    shape = (1, 4, 8, 8)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scheduler = diffusers.DDIMScheduler(
            beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", clip_sample=False, set_alpha_to_one=False
        )
        scheduler.set_timesteps(10)
        timesteps = [int(timestep) for timestep in scheduler.timesteps]
        alphas = [float(scheduler.alphas_cumprod[timestep]) for timestep in timesteps]
        sigmas = [math.sqrt((1 - alpha) / alpha) for alpha in alphas]
        x = torch.from_numpy(start(sigmas[0], shape))
        expected = x * math.sqrt(alphas[0])
        for i, timestep in enumerate(timesteps[:-1]):
            denoised = cast(torch.Tensor, ideal_denoiser(cast(Array, expected / math.sqrt(alphas[i])), sigmas[i]))
            output = (expected / math.sqrt(alphas[i]) - denoised) / sigmas[i]
            generator = torch.Generator().manual_seed(100 + i)
            expected = scheduler.step(output, timestep, expected, eta=eta, generator=generator).prev_sample

    def noise(step: int, index: int) -> Array:
        assert index == 0
        generator = torch.Generator().manual_seed(100 + step)
        return cast(Array, torch.randn(shape, generator=generator, dtype=torch.float64))

    settings = Stochasticity(eta_ddim=eta)
    got = cast(torch.Tensor, run(SAMPLERS["DDIM"], cast(Array, x), sigmas, noise, ideal_denoiser, stochasticity=settings))
    assert torch.allclose(got * math.sqrt(alphas[-1]), expected.double(), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("name", ETA)
def test_noise_of_no_scale_is_no_noise(name: str) -> None:
    sigmas = run_sigmas(SAMPLERS[name], "Karras", LEVELS, 6)
    x = cast(Array, start(sigmas[0]))
    settings = Stochasticity(noise_scale=0.0)
    loud = run(SAMPLERS[name], x, sigmas, normal_noise((4, 8, 8)), ideal_denoiser, stochasticity=settings)
    louder = run(
        SAMPLERS[name], x, sigmas, lambda step, index: x * (step + index + 9.0), ideal_denoiser, stochasticity=settings
    )
    assert np.array_equal(np.asarray(loud), np.asarray(louder))


@pytest.mark.parametrize(("i", "is_churned"), [(0, False), (1, True), (2, False)])
def test_churn_acts_between_its_two_levels_only(i: int, is_churned: bool) -> None:
    sigmas, x = (8.0, 4.0, 2.0, 0.0), cast(Array, start(8.0))
    noise = cast(Array, np.ones((4, 8, 8)))
    settings = Stochasticity(churn=1.0, lowest=3.0, highest=5.0)
    step = partial(take_step, SAMPLERS["Euler"], x, i, sigmas, Memory(), lambda _: noise, ideal_denoiser)
    (got, _), (plain, _) = step(stochasticity=settings), step()
    assert np.array_equal(np.asarray(got), np.asarray(plain)) is not is_churned
