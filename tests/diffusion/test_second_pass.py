"""The second pass: two stages written out, saved and resumed, forked, and what its prompt means."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch.nn import functional

from tagloom.diffusion import DiffusionEngine, Trajectory, fork, load_trajectory, save_trajectory
from tagloom.diffusion.route import Route
from tagloom.engine import Finished, ModelFacts, Picture, Preview, Progress, Request, SecondPass, SourceImage
from tagloom.errors import RequestError
from tagloom.tokenizer import load_tokenizer

SECOND = SecondPass(
    width=96,
    height=64,
    upscaler="latent",
    steps=3,
    strength=0.6,
    prompt="1girl, blue hair",
    negative_prompt="extra hand",
    sampler="DPM++ 2M",
    schedule="Karras",
    guidance_scale=3.0,
)


@pytest.fixture
def twice(request_: Request) -> Request:
    """Two steps, and three more at one and a half times the size."""
    return replace(request_, steps=2, height=48, second_pass=replace(SECOND, height=72))


def finish(engine: DiffusionEngine, route: Route, trajectory: Trajectory | None = None) -> Trajectory:
    trajectory = trajectory or engine.stepper.start(route)
    while not trajectory.is_finished:
        (trajectory,) = engine.stepper.advance([(trajectory, route)])
    return trajectory


def latents(engine: DiffusionEngine, trajectory: Trajectory) -> NDArray[np.float32]:
    return engine.runtime.to_numpy(trajectory.latents)


@pytest.mark.parametrize(("upscaler", "mode"), [("latent", "bilinear"), ("latent-nearest", "nearest")])
def test_a_second_pass_over_latents_equals_two_stages(
    upscaler: str, mode: str, engine: DiffusionEngine, twice: Request
) -> None:
    assert twice.second_pass is not None
    second = replace(twice.second_pass, upscaler=upscaler)  # type: ignore[arg-type]  # one of the choices
    got = finish(engine, engine.route(replace(twice, second_pass=second)))
    assert (got.step, got.calls) == (5, 3)

    small = latents(engine, finish(engine, engine.route(replace(twice, second_pass=None))))
    large = functional.interpolate(torch.from_numpy(small)[None], size=(18, 24), mode=mode)[0].numpy()
    alone = replace(
        twice,
        prompt=SECOND.prompt,
        steps=5,  # 3 steps are 0.6 of 5
        width=96,
        height=72,
        sampler="DPM++ 2M",
        schedule="Karras",
        guidance_scale=3.0,
        second_pass=None,
    )
    route = engine.route(alone)
    route = replace(route, request=replace(alone, steps=3), sigmas=route.sigmas[2:])
    begun = replace(
        engine.stepper.start(route), latents=engine.runtime.from_numpy(large + route.noise.initial() * route.sigmas[0])
    )
    expected = latents(engine, finish(engine, route, begun))
    assert np.abs(latents(engine, got) - expected).max() / np.abs(expected).max() < 1e-4


def test_a_second_pass_over_pixels_is_image_to_image_over_the_enlarged_picture(
    engine: DiffusionEngine, paperdoll: ModelFacts, twice: Request
) -> None:
    assert twice.second_pass is not None
    request = replace(twice, second_pass=replace(twice.second_pass, upscaler="lanczos", prompt=twice.prompt))
    *_, last = engine.generate(request)
    assert isinstance(last, Finished)
    *_, first = engine.generate(replace(twice, second_pass=None))
    assert isinstance(first, Finished)
    image = SourceImage(sha256=first.picture.sha256, width=64, height=48, strength=0.6)
    painter = DiffusionEngine(
        engine.runtime, paperdoll, load_tokenizer(), version="test", pictures={first.picture.sha256: first.picture}
    )
    again = replace(
        twice,
        steps=5,
        width=96,
        height=72,
        sampler="DPM++ 2M",
        schedule="Karras",
        guidance_scale=3.0,
        image=image,
        second_pass=None,
    )
    *_, expected = painter.generate(again)
    assert isinstance(expected, Finished)
    assert last.picture == expected.picture


def test_a_picture_saved_between_any_two_steps_of_both_passes_is_the_same_bit_for_bit(
    engine: DiffusionEngine, twice: Request
) -> None:
    assert twice.second_pass is not None
    request = replace(twice, sampler="DPM++ 2M SDE", second_pass=replace(twice.second_pass, sampler="UniPC"))
    expected = latents(engine, finish(engine, engine.route(request)))
    trajectory = engine.stepper.start(engine.route(request))
    while not trajectory.is_finished:
        trajectory = load_trajectory(save_trajectory(trajectory, engine.runtime), engine.runtime)
        assert trajectory.request == request
        (trajectory,) = engine.stepper.advance([(trajectory, engine.route(trajectory.request))])
    assert latents(engine, trajectory).tobytes() == expected.tobytes()


def test_events_count_through_both_passes_and_previews_have_the_size_at_hand(
    engine: DiffusionEngine, twice: Request
) -> None:
    events = list(engine.generate(twice, preview_every=1))
    assert [(event.step, event.steps) for event in events if isinstance(event, Progress)] == [(n, 5) for n in range(1, 6)]
    sizes = [(event.picture.width, event.picture.height) for event in events if isinstance(event, Preview)]
    assert sizes == [(16, 12), (16, 12), (24, 18), (24, 18)]
    last = events[-1]
    assert isinstance(last, Finished)
    picture: Picture = last.picture
    assert (picture.width, picture.height) == (96, 72)


def test_variants_of_the_second_pass_share_the_first(engine: DiffusionEngine, twice: Request) -> None:
    assert twice.second_pass is not None
    route = engine.route(twice)
    trajectory = engine.stepper.start(route)
    for _ in range(2):
        (trajectory,) = engine.stepper.advance([(trajectory, route)])
    other = replace(twice, second_pass=replace(twice.second_pass, upscaler="bicubic", steps=1, sampler="Euler"))
    expected = latents(engine, finish(engine, engine.route(other)))
    assert latents(engine, finish(engine, engine.route(other), fork(trajectory, other))).tobytes() == expected.tobytes()
    assert fork(trajectory, replace(twice, second_pass=None)).is_finished
    (begun,) = engine.stepper.advance([(trajectory, route)])
    fork(begun, replace(twice, second_pass=replace(twice.second_pass, prompt="a tree")))
    with pytest.raises(RequestError, match="begun with second pass's upscaler latent cannot go on with upscaler bicubic"):
        fork(begun, other)
    with pytest.raises(RequestError, match="begun with second pass's width 96 cannot go on with width None"):
        fork(begun, replace(twice, second_pass=None))


def test_a_schedule_of_the_second_pass_is_its_own(engine: DiffusionEngine, twice: Request) -> None:
    assert twice.second_pass is not None
    prompt = "[girl:fox:1.5]"
    route = engine.route(replace(twice, prompt=prompt, second_pass=replace(twice.second_pass, prompt=prompt, steps=4)))
    assert route.second_pass is not None
    assert [moment.start for moment in route.conditioning.moments] == [0]
    assert [moment.start for moment in route.second_pass.conditioning.moments] == [0, 2]
    assert [route.at(step)[1] for step in range(6)] == [0, 1, 0, 1, 2, 3]
