"""Variations of a seed and the noise of samplers, from the request to the picture."""

from dataclasses import replace

import pytest

from tagloom.diffusion import DiffusionEngine
from tagloom.engine import Finished, Picture, Request, Started
from tests.diffusion.test_stepper import finish


def picture(engine: DiffusionEngine, request: Request) -> Picture:
    *_, last = engine.generate(request)
    assert isinstance(last, Finished)
    return last.picture


@pytest.mark.parametrize("sampler", ["Euler", "Euler a", "DPM++ SDE"])
def test_a_variation_leads_from_one_seed_s_picture_to_the_other_s(
    sampler: str, engine: DiffusionEngine, request_: Request
) -> None:
    own = replace(request_, steps=4, sampler=sampler)
    varied = {strength: replace(own, variation_seed=7, variation_strength=strength) for strength in (0.0, 0.4, 1.0)}
    assert picture(engine, varied[0.0]) == picture(engine, own)
    assert picture(engine, varied[1.0]) == picture(engine, replace(own, seed=7))
    assert picture(engine, varied[0.4]) not in (picture(engine, own), picture(engine, varied[1.0]))


def test_a1111_varies_the_first_noise_alone(engine: DiffusionEngine, request_: Request) -> None:
    request = replace(request_, variation_seed=7, variation_strength=0.5)
    exact, a1111 = (engine.route(replace(request, compat=compat)).noise for compat in ("exact", "a1111"))
    plain = engine.route(request_).noise
    assert exact.initial().tobytes() == a1111.initial().tobytes() != plain.initial().tobytes()
    assert a1111.at(2).tobytes() == plain.at(2).tobytes() != exact.at(2).tobytes()


def test_a_seed_of_another_size_is_told_in_pixels(engine: DiffusionEngine, request_: Request) -> None:
    noise = engine.route(replace(request_, seed_width=32, seed_height=96)).noise
    assert noise.seed_shape == (4, 24, 8)
    smaller = engine.route(replace(request_, width=32, height=32)).noise
    inner = engine.route(replace(request_, seed_width=32, seed_height=32)).noise.initial()
    assert inner[:, 4:12, 4:12].tobytes() == smaller.initial().tobytes()


@pytest.mark.parametrize(
    ("sampler", "settings"),
    [
        ("Euler a", {"eta": 0.5}),
        ("DPM++ 2M SDE", {"s_noise": 0.9}),
        ("DDIM", {"eta_ddim": 0.5}),
        ("Heun", {"s_churn": 2.0}),
        ("Euler", {"s_churn": 2.0, "s_tmin": 0.5, "s_tmax": 5.0, "s_noise": 1.01}),
    ],
)
def test_the_settings_of_a_sampler_s_noise_reach_it(
    sampler: str, settings: dict[str, float], engine: DiffusionEngine, request_: Request
) -> None:
    request = replace(request_, steps=3, width=32, height=32, sampler=sampler)
    told = replace(request, **settings)  # type: ignore[arg-type]  # the fields above are numbers
    assert engine.route(told).notices == engine.route(request).notices == ()
    ends = [engine.runtime.to_numpy(finish(engine, one).latents).tobytes() for one in (request, told)]
    assert ends[0] != ends[1]


def test_a_setting_that_a_sampler_does_not_have_is_told(engine: DiffusionEngine, request_: Request) -> None:
    request = replace(request_, steps=1, sampler="DPM++ 2M", eta=0.5, s_churn=2.0)
    started = next(engine.generate(request))
    assert started == Started(
        request=request, notices=("eta 0.5 has no effect with DPM++ 2M", "s churn 2 has no effect with DPM++ 2M")
    )


def test_several_pictures_at_once_are_those_of_one_at_a_time(engine: DiffusionEngine, request_: Request) -> None:
    requests = [replace(request_, seed=seed, steps=steps) for seed, steps in ((1, 3), (2, 5), (3, 3))]
    told = list(engine.generate_together(requests, preview_every=2))
    for number, request in enumerate(requests):
        events = [event for which, event in told if which == number]
        alone = list(engine.generate(request, preview_every=2))
        assert [type(event) for event in events] == [type(event) for event in alone]
        one, other = events[-1], alone[-1]
        assert isinstance(one, Finished)
        assert isinstance(other, Finished)
        assert (one.provenance.batch_size, other.provenance.batch_size) == (3, 1)
        levels = [abs(a - b) for a, b in zip(one.picture.pixels, other.picture.pixels, strict=True)]
        assert max(levels) <= 2
        assert sum(levels) / len(levels) < 0.02
