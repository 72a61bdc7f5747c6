"""Samplers against closed forms, against diffusers' schedulers, and against themselves interrupted."""

import math
import warnings
from collections.abc import Callable, Sequence
from functools import partial
from typing import cast

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from tagloom.errors import RequestError
from tagloom.sampling import (
    AUTOMATIC,
    SAMPLERS,
    SCHEDULES,
    Array,
    Memory,
    NoiseSource,
    find_sampler,
    find_schedule,
    noise_levels,
    run_sigmas,
)
from tests.sampling.run import run, take_step

LEVELS = noise_levels("scaled_linear", 0.00085, 0.012, 1000)
MEAN, DEVIATION = 0.3, 0.5
Doubles = NDArray[np.float64]


def ideal_denoiser(x: Array, sigma: float) -> Array:
    """E[x0 | x] for data that is normal with mean 0.3 and deviation 0.5: the score of a Gaussian in closed form."""
    return (x * DEVIATION**2 + MEAN * sigma**2) / (DEVIATION**2 + sigma**2)


def exact_solution(x: Doubles, sigma: float, sigma_end: float) -> Doubles:
    """The probability-flow ODE of that data moves every point along a straight ray from the mean."""
    scale = math.sqrt((DEVIATION**2 + sigma_end**2) / (DEVIATION**2 + sigma**2))
    return MEAN + scale * (x - MEAN)


def start(sigma: float, shape: tuple[int, ...] = (4, 8, 8)) -> Doubles:
    noise = np.random.default_rng(0).standard_normal(shape)
    return MEAN + math.sqrt(DEVIATION**2 + sigma**2) * noise


def no_noise(step: int, index: int) -> Array:
    raise AssertionError((step, index))


def normal_noise(shape: tuple[int, ...]) -> Callable[[int, int], Array]:
    return lambda step, index: cast(Array, np.random.default_rng((7, step, index)).standard_normal(shape))


@pytest.mark.parametrize(
    ("name", "order"),
    [("Euler", 1), ("DDIM", 1), ("Heun", 2), ("DPM2", 2), ("DPM++ 2M", 2), ("UniPC", 2), ("LMS", 3)],
)
def test_a_deterministic_sampler_converges_with_its_order(name: str, order: int) -> None:
    """Between two positive sigmas, where the ODE is smooth, halving the steps divides the error by 2 ** order.

    UniPC ends with a step of order 1, as its reference does (`lower_order_final`), which leaves order 2 for the whole.
    """

    def error(steps: int) -> float:
        sigmas = np.geomspace(10, 0.5, steps + 1).tolist()
        x = start(10.0)
        got = run(SAMPLERS[name], cast(Array, x), sigmas, no_noise, ideal_denoiser)
        return float(np.abs(got - exact_solution(x, 10.0, 0.5)).max())  # type: ignore[operator]  # numpy's own subtraction

    measured = math.log2(error(40) / error(80))
    assert measured > order - 0.3


@pytest.mark.parametrize("name", ["Euler", "Heun", "DPM2", "DPM++ 2M", "UniPC", "LMS", "DDIM"])
def test_a_deterministic_sampler_ends_at_the_solution(name: str) -> None:
    sigmas = run_sigmas(SAMPLERS[name], "Karras", LEVELS, 60)
    x = start(sigmas[0])
    got = run(SAMPLERS[name], cast(Array, x), sigmas, no_noise, ideal_denoiser)
    assert np.abs(got - exact_solution(x, sigmas[0], 0.0)).max() < 0.05  # type: ignore[operator]  # numpy's own subtraction


@pytest.mark.parametrize("name", [name for name, sampler in SAMPLERS.items() if sampler.is_stochastic and name != "LCM"])
def test_a_stochastic_sampler_gives_the_data_s_mean_and_deviation(name: str) -> None:
    sigmas = run_sigmas(SAMPLERS[name], "Karras", LEVELS, 100)
    shape = (4, 64, 64)
    x = run(SAMPLERS[name], cast(Array, start(sigmas[0], shape)), sigmas, normal_noise(shape), ideal_denoiser)
    values = np.asarray(x)
    assert abs(values.mean() - MEAN) < 0.02
    assert abs(values.std() - DEVIATION) < 0.03


def test_lcm_jumps_to_the_denoised_picture_and_adds_the_next_noise() -> None:
    x = start(4.0)
    noise = np.random.default_rng(1).standard_normal(x.shape)
    got, memory = take_step(
        SAMPLERS["LCM"], cast(Array, x), 0, (4.0, 2.0, 0.0), Memory(), lambda _: cast(Array, noise), ideal_denoiser
    )
    assert np.array_equal(np.asarray(got), np.asarray(ideal_denoiser(cast(Array, x), 4.0)) + noise * 2.0)
    assert memory == Memory()


@pytest.mark.parametrize("name", SAMPLERS)
def test_a_sampler_takes_numpy_and_torch_alike(name: str) -> None:
    sigmas = run_sigmas(SAMPLERS[name], AUTOMATIC, LEVELS, 7)
    shape = (4, 8, 8)
    x = start(sigmas[0])
    draws = normal_noise(shape)
    ours = np.asarray(run(SAMPLERS[name], cast(Array, x), sigmas, draws, ideal_denoiser))
    theirs = run(
        SAMPLERS[name],
        cast(Array, torch.from_numpy(x)),
        sigmas,
        lambda step, index: cast(Array, torch.from_numpy(np.asarray(draws(step, index)))),
        ideal_denoiser,
    )
    assert np.allclose(ours, cast(torch.Tensor, theirs).numpy(), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("name", SAMPLERS)
def test_a_sampler_runs_every_number_of_steps(name: str) -> None:
    for steps in (1, 2, 3, 4, 5, 8, 20, 33, 149, 150):
        sigmas = run_sigmas(SAMPLERS[name], AUTOMATIC, LEVELS, steps)
        shape = (1, 2, 2)
        x = run(SAMPLERS[name], cast(Array, start(sigmas[0], shape)), sigmas, normal_noise(shape), ideal_denoiser)
        assert np.isfinite(np.asarray(x)).all()
        assert len(sigmas) == steps + 1


@pytest.mark.parametrize("name", SAMPLERS)
def test_the_table_tells_the_calls_of_a_step(name: str) -> None:
    calls = 0

    def counting(x: Array, sigma: float) -> Array:
        nonlocal calls
        calls += 1
        return ideal_denoiser(x, sigma)

    shape = (1, 2, 2)
    take_step(
        SAMPLERS[name],
        cast(Array, start(4.0, shape)),
        0,
        (4.0, 2.0, 0.0),
        Memory(),
        lambda index: normal_noise(shape)(0, index),
        counting,
    )
    assert calls == SAMPLERS[name].calls


# name -> (diffusers class, settings, how our sigmas come out of its own list)
REFERENCES: dict[str, tuple[str, dict[str, object], Callable[[Sequence[float]], Sequence[float]]]] = {
    "Euler": ("EulerDiscreteScheduler", {}, lambda sigmas: sigmas),
    "Euler a": ("EulerAncestralDiscreteScheduler", {}, lambda sigmas: sigmas),
    "Heun": ("HeunDiscreteScheduler", {}, lambda sigmas: [sigmas[0], *sigmas[1:-1:2], 0.0]),
    "DPM2": ("KDPM2DiscreteScheduler", {}, lambda sigmas: [sigmas[0], *sigmas[1:-1:2]]),
    "DPM2 a": ("KDPM2AncestralDiscreteScheduler", {}, lambda sigmas: [sigmas[0], *sigmas[1:-1:2]]),
    "LMS": ("LMSDiscreteScheduler", {}, lambda sigmas: sigmas),
}


@pytest.mark.parametrize("name", REFERENCES)
def test_a_sampler_equals_diffusers_on_the_same_sigmas(name: str) -> None:
    """In the variance-exploding samplers x is the same in both. LMS: diffusers integrates its coefficients numerically."""
    import diffusers

    kind, settings, ours = REFERENCES[name]
    shape = (1, 4, 8, 8)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scheduler = getattr(diffusers, kind)(
            beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", timestep_spacing="linspace", **settings
        )
        scheduler.set_timesteps(11)
        sigmas = [float(sigma) for sigma in ours(scheduler.sigmas.tolist())]
        x = torch.from_numpy(start(sigmas[0], shape))
        expected = x.clone()
        generator = torch.Generator().manual_seed(3)
        for timestep in scheduler.timesteps:
            scaled = scheduler.scale_model_input(expected, timestep)
            sigma = float((expected / scaled).flatten()[0] ** 2 - 1) ** 0.5
            denoised = cast(torch.Tensor, ideal_denoiser(cast(Array, expected), sigma))
            extra = {"generator": generator} if SAMPLERS[name].is_stochastic else {}
            expected = scheduler.step((expected - denoised) / sigma, timestep, expected, **extra).prev_sample
    draws = torch.Generator().manual_seed(3)
    steps: dict[int, torch.Tensor] = {}

    def noise(step: int, index: int) -> Array:
        assert index == 0
        if step not in steps:
            steps[step] = torch.randn(shape, generator=draws, dtype=torch.float64)
        return cast(Array, steps[step])

    got = cast(torch.Tensor, run(SAMPLERS[name], cast(Array, x), sigmas, noise, ideal_denoiser))
    assert torch.allclose(got, expected.double(), rtol=2e-3, atol=2e-3)


@pytest.mark.parametrize("name", SAMPLERS)
def test_what_a_sampler_remembers_is_all_it_needs(name: str) -> None:
    sigmas = run_sigmas(SAMPLERS[name], AUTOMATIC, LEVELS, 8)
    shape = (4, 8, 8)
    draws = normal_noise(shape)
    x: Array = cast(Array, start(sigmas[0]))
    memory = Memory()
    for i in range(8):
        arrays = tuple(cast(Array, np.asarray(array).copy()) for array in memory.arrays)
        memory = Memory(arrays=arrays, numbers=tuple(memory.numbers))
        noise = partial(draws, i)
        x, memory = take_step(SAMPLERS[name], cast(Array, np.asarray(x).copy()), i, sigmas, memory, noise, ideal_denoiser)
    expected = run(SAMPLERS[name], cast(Array, start(sigmas[0])), sigmas, draws, ideal_denoiser)
    assert np.asarray(x).tobytes() == np.asarray(expected).tobytes()


@pytest.mark.parametrize(
    ("spelling", "expected"),
    [
        ("euler_a", ("Euler a", None)),
        ("k_euler_ancestral", ("Euler a", None)),
        ("sample_dpmpp_2m", ("DPM++ 2M", None)),
        ("DPM++ 2M Karras", ("DPM++ 2M", "Karras")),
        ("dpm++ 3m sde exponential", ("DPM++ 3M SDE", "Exponential")),
        ("UniPCMultistepScheduler", ("UniPC", None)),
        ("ddim", ("DDIM", None)),
    ],
)
def test_a_sampler_is_found_by_any_spelling(spelling: str, expected: tuple[str, str | None]) -> None:
    assert find_sampler(spelling) == expected


def test_every_sampler_and_schedule_is_found_by_its_own_name() -> None:
    assert [find_sampler(name) for name in SAMPLERS] == [(name, None) for name in SAMPLERS]
    assert [find_schedule(name) for name in SCHEDULES] == list(SCHEDULES)


def test_an_unknown_sampler_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(RequestError, match=r"there is no sampler 'Eulr' \(did you mean 'Euler'") as caught:
        find_sampler("Eulr")
    assert caught.value.field == "sampler"


def test_an_unknown_schedule_is_refused_with_what_there_is() -> None:
    with pytest.raises(RequestError, match=r"there is no schedule 'zzz' \(known: Automatic, Normal, Karras"):
        find_schedule("zzz")


def test_noise_of_a_step_is_the_generators_next_draw() -> None:
    source = NoiseSource(kind="cpu", seed=9, shape=(4, 8, 8))
    generator = torch.Generator().manual_seed(9)
    drawn = [torch.randn(4, 8, 8, generator=generator).numpy() for _ in range(4)]
    assert np.allclose(source.initial(), drawn[0], atol=1e-6)
    assert all(np.allclose(source.at(step), drawn[step + 1], atol=1e-6) for step in range(3))
