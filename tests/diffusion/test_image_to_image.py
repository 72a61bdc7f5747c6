"""Image-to-image and inpainting with the bundled model: against diffusers, against a loop written out, and laws."""

import warnings
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from tagloom.diffusion import DiffusionEngine, Trajectory, fork, load_trajectory, save_trajectory
from tagloom.diffusion.masks import blurred, filled, latent_mask
from tagloom.diffusion.route import Route
from tagloom.engine import Finished, InpaintMask, ModelFacts, Picture, Request, SecondPass, SourceImage
from tagloom.errors import RequestError
from tagloom.sampling import input_scale
from tagloom.tokenizer import load_tokenizer
from tests.diffusion.test_parity import BETAS, SCHEDULERS, reference_embedding, scheduler_sigmas

if TYPE_CHECKING:
    from diffusers import StableDiffusionPipeline

SIDE = 64


def to_picture(pixels: NDArray[np.uint8]) -> Picture:
    return Picture(width=pixels.shape[1], height=pixels.shape[0], pixels=pixels.tobytes())


def to_pixels(picture: Picture) -> NDArray[np.uint8]:
    return np.frombuffer(picture.pixels, np.uint8).reshape(picture.height, picture.width, 3)


ROWS, COLUMNS = np.mgrid[:SIDE, :SIDE].astype(np.uint8)
IMAGE = to_picture(np.stack([4 * ROWS, 4 * COLUMNS, 255 - 4 * ROWS], axis=2))
WHITE = np.zeros((SIDE, SIDE, 3), np.uint8)
WHITE[16:48, 8:40] = 255
MASK = to_picture(WHITE)
PICTURES: Mapping[str, Picture] = {one.sha256: one for one in (IMAGE, MASK)}
SOURCE = SourceImage(sha256=IMAGE.sha256, width=SIDE, height=SIDE, strength=0.5)
INPAINT = InpaintMask(sha256=MASK.sha256, blur=0.0)


@pytest.fixture(scope="module")
def painter(engine: DiffusionEngine, paperdoll: ModelFacts) -> DiffusionEngine:
    """The engine, with the pictures at hand."""
    return DiffusionEngine(engine.runtime, paperdoll, load_tokenizer(), version="test", pictures=PICTURES)


def finish(engine: DiffusionEngine, route: Route) -> Trajectory:
    trajectory = engine.stepper.start(route)
    while not trajectory.is_finished:
        (trajectory,) = engine.stepper.advance([(trajectory, route)])
    return trajectory


def latents(engine: DiffusionEngine, trajectory: Trajectory) -> NDArray[np.float32]:
    return engine.runtime.to_numpy(trajectory.latents)


def painted(engine: DiffusionEngine, request: Request) -> Picture:
    *_, last = engine.generate(request)
    assert isinstance(last, Finished)
    return last.picture


def test_an_image_is_encoded_to_the_mean_that_diffusers_gives(
    painter: DiffusionEngine, pipeline: "StableDiffusionPipeline"
) -> None:
    pixels = torch.from_numpy(to_pixels(IMAGE).copy()).float().permute(2, 0, 1)[None] / 127.5 - 1
    with torch.inference_mode():
        expected = pipeline.vae.encode(pixels).latent_dist.mean[0].numpy() * pipeline.vae.config.scaling_factor
    got = painter.runtime.to_numpy(painter.runtime.encode(to_pixels(IMAGE)))
    assert np.abs(got - expected).max() / np.abs(expected).max() < 1e-5


def test_an_image_comes_through_the_autoencoder(painter: DiffusionEngine) -> None:
    again = painter.runtime.decode(painter.runtime.encode(to_pixels(IMAGE))).astype(int)
    assert np.abs(again - to_pixels(IMAGE)).mean() < 20  # no picture of its world


@pytest.mark.parametrize("sampler", ["Euler", "DDIM", "DPM++ 2M"])
def test_image_to_image_equals_diffusers(
    sampler: str, painter: DiffusionEngine, pipeline: "StableDiffusionPipeline", request_: Request
) -> None:
    """ "exact" runs the steps that diffusers runs, from the same level, with the same noise: torch's, from the seed."""
    import diffusers

    kind, settings = SCHEDULERS[sampler]
    steps, strength = 8, 0.7  # 5 steps run
    request = replace(request_, steps=steps, sampler=sampler, noise="cpu", image=replace(SOURCE, strength=strength))
    route = painter.route(request)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        scheduler = getattr(diffusers, kind)(**BETAS, **settings)
        scheduler.set_timesteps(steps)
        sigmas = scheduler_sigmas(scheduler, sampler)
        theirs = diffusers.StableDiffusionImg2ImgPipeline(**pipeline.components | {"scheduler": scheduler})
        theirs.set_progress_bar_config(disable=True)
        assert route.image is not None
        expected = (
            theirs(
                prompt_embeds=reference_embedding(pipeline, request.prompt),
                negative_prompt_embeds=reference_embedding(pipeline, request.negative_prompt),
                image=torch.from_numpy(painter.runtime.to_numpy(route.image.latents))[None],
                strength=strength,
                num_inference_steps=steps,
                guidance_scale=request.guidance_scale,
                generator=torch.Generator().manual_seed(request.seed),
                output_type="latent",
            )
            .images[0]
            .numpy()
        )
    assert route.steps == 5
    got = latents(painter, finish(painter, replace(route, sigmas=sigmas[-6:])))
    assert np.abs(got - expected).max() / np.abs(expected).max() < 1e-3


def test_the_last_steps_of_the_schedule_run_and_a1111_runs_one_more(painter: DiffusionEngine, request_: Request) -> None:
    whole = painter.route(replace(request_, steps=10)).sigmas
    request = replace(request_, steps=10, image=SOURCE)
    assert painter.route(request).sigmas == whole[-6:]
    assert painter.route(replace(request, compat="a1111")).sigmas == whole[-7:]


def test_at_strength_1_it_is_text_to_image_bit_for_bit(painter: DiffusionEngine, request_: Request) -> None:
    request = replace(request_, steps=3, sampler="Euler a")
    begun = replace(request, image=replace(SOURCE, strength=1.0))
    expected = latents(painter, finish(painter, painter.route(request)))
    assert latents(painter, finish(painter, painter.route(begun))).tobytes() == expected.tobytes()
    as_there = latents(painter, painter.stepper.start(painter.route(replace(begun, compat="a1111"))))
    assert np.abs(as_there - latents(painter, painter.stepper.start(painter.route(request)))).max() > 0.1


def test_a_low_strength_stays_near_the_image(painter: DiffusionEngine, request_: Request) -> None:
    low, high = (
        to_pixels(painted(painter, replace(request_, steps=10, image=replace(SOURCE, strength=strength))))
        for strength in (0.1, 0.9)
    )
    far = [np.abs(one.astype(int) - to_pixels(IMAGE)).mean() for one in (low, high)]
    assert far[0] < 20
    assert far[1] > 40


@pytest.mark.parametrize("fill", ["original", "blur", "noise", "zeros"])
def test_inpainting_equals_a_loop_written_out(fill: str, painter: DiffusionEngine, request_: Request) -> None:
    mask = replace(INPAINT, fill=fill)  # type: ignore[arg-type]  # one of the choices
    request = replace(request_, steps=6, image=replace(SOURCE, mask=mask))
    route = painter.route(request)
    got = latents(painter, finish(painter, route))
    runtime, levels = painter.runtime, painter.stepper.levels
    noise = route.noise.initial()
    cells = latent_mask(WHITE[:, :, 0], 16, 16)[None]
    assert cells.sum() == 8 * 8
    hidden = to_pixels(IMAGE) if fill == "original" else filled(to_pixels(IMAGE), WHITE[:, :, 0])
    begun = runtime.to_numpy(runtime.encode(hidden))
    begun = begun * (1 - cells) + {"noise": noise, "zeros": 0 * noise}.get(fill, begun) * cells
    x = begun + noise * route.sigmas[0]
    for step, (sigma, sigma_next) in enumerate(zip(route.sigmas, route.sigmas[1:], strict=False)):
        moment = route.conditioning.at(step, step)
        rows = [moment.parts[0][0], moment.negative]
        scaled = runtime.from_numpy(x * np.float32(input_scale(sigma)))
        outputs = [runtime.to_numpy(o) for o in runtime.predict([scaled] * 2, [levels.timestep(sigma)] * 2, rows)]
        output = outputs[1] + (outputs[0] - outputs[1]) * request.guidance_scale
        denoised = (x - output * sigma) * cells + begun * (1 - cells)
        x = x + (x - denoised) * ((sigma_next - sigma) / sigma)
    assert np.abs(got - x).max() / np.abs(x).max() < 1e-4
    outside = np.broadcast_to(cells == 0, got.shape)
    assert np.array_equal(got[outside], begun.astype(np.float32)[outside])


@pytest.mark.parametrize("blur", [0.0, 2.0])
def test_outside_the_mask_every_pixel_is_the_image_s_own(blur: float, painter: DiffusionEngine, request_: Request) -> None:
    request = replace(request_, steps=4, image=replace(SOURCE, mask=replace(INPAINT, blur=blur)))
    result = to_pixels(painted(painter, request))
    outside = blurred(WHITE[:, :, 0], blur) == 0
    assert outside.mean() > 0.5
    assert np.array_equal(result[outside], to_pixels(IMAGE)[outside])
    assert (result[~outside] != to_pixels(IMAGE)[~outside]).any(axis=1).mean() > 0.9


def test_a_mask_that_is_resized_does_not_reach_where_it_is_black(painter: DiffusionEngine, request_: Request) -> None:
    request = replace(request_, width=96, height=96, image=replace(SOURCE, mask=INPAINT))
    route = painter.route(request)
    assert route.image is not None
    assert route.image.repainting is not None
    mask = route.image.repainting.mask
    assert (mask[26:70, 14:58] == 255).all()
    assert not mask[:22].any()
    assert not mask[:, 62:].any()


def test_an_inverted_mask_repaints_the_rest(painter: DiffusionEngine, request_: Request) -> None:
    request = replace(request_, steps=4, image=replace(SOURCE, mask=replace(INPAINT, is_inverted=True)))
    result = to_pixels(painted(painter, request))
    inside = WHITE[:, :, 0] > 0
    assert np.array_equal(result[inside], to_pixels(IMAGE)[inside])
    assert (result[~inside] != to_pixels(IMAGE)[~inside]).any(axis=1).mean() > 0.9


def test_the_masked_region_alone_is_painted_at_the_request_s_size_and_put_back(
    engine: DiffusionEngine, paperdoll: ModelFacts, request_: Request
) -> None:
    large = to_picture(np.kron(to_pixels(IMAGE), np.ones((2, 3, 1), np.uint8)))  # 192 x 128, no multiple needed
    white = np.zeros((128, 192, 3), np.uint8)
    white[30:60, 100:130] = 255
    mask = to_picture(white)
    painter = DiffusionEngine(
        engine.runtime,
        paperdoll,
        load_tokenizer(),
        version="test",
        pictures={one.sha256: one for one in (large, mask)},
    )
    inpaint = InpaintMask(sha256=mask.sha256, blur=1.0, only_masked=True, padding=8)
    image = SourceImage(sha256=large.sha256, width=192, height=128, mask=inpaint)
    request = replace(request_, steps=2, image=image)
    route = painter.route(request)
    assert route.noise.shape == (4, 16, 16)
    result = painter.finish(finish(painter, route), route)
    assert (result.width, result.height) == (192, 128)
    outside = blurred(white[:, :, 0], 1.0) == 0
    assert np.array_equal(to_pixels(result)[outside], to_pixels(large)[outside])
    assert (to_pixels(result)[white[:, :, 0] > 0] != to_pixels(large)[white[:, :, 0] > 0]).any(axis=1).mean() > 0.9


def test_a_mask_that_selects_nothing_is_refused(painter: DiffusionEngine, paperdoll: ModelFacts, request_: Request) -> None:
    black = to_picture(np.zeros((SIDE, SIDE, 3), np.uint8))
    blind = DiffusionEngine(
        painter.runtime, paperdoll, load_tokenizer(), version="test", pictures={**PICTURES, black.sha256: black}
    )
    for only_masked in (False, True):
        mask = InpaintMask(sha256=black.sha256, only_masked=only_masked)
        with pytest.raises(RequestError, match="the mask selects nothing") as refusal:
            blind.route(replace(request_, image=replace(SOURCE, mask=mask)))
        assert refusal.value.field == "mask"


def test_an_image_that_is_not_at_hand_is_refused(engine: DiffusionEngine, request_: Request) -> None:
    with pytest.raises(RequestError, match="the image with sha256 .* is not at hand"):
        engine.route(replace(request_, image=SOURCE))


def test_a_fork_keeps_the_image_whatever_its_file_is_called(painter: DiffusionEngine, request_: Request) -> None:
    request = replace(request_, image=SOURCE)
    trajectory = painter.stepper.start(painter.route(request))
    fork(trajectory, replace(request, prompt="a tree", image=replace(SOURCE, name="moved.png")))
    with pytest.raises(RequestError, match="begun with one image, or strength, or mask, cannot go on with another"):
        fork(trajectory, replace(request, image=replace(SOURCE, strength=0.6)))


def test_requests_of_every_kind_advance_together_as_they_do_alone(painter: DiffusionEngine, request_: Request) -> None:
    second = SecondPass(
        width=96,
        height=96,
        upscaler="latent",
        steps=2,
        strength=0.6,
        prompt="1girl, blue hair",
        negative_prompt="",
        sampler="Euler",
        schedule="Karras",
        guidance_scale=3.0,
    )
    requests = [
        replace(request_, steps=3),
        replace(request_, steps=6, seed=1, image=SOURCE),
        replace(request_, steps=6, seed=2, sampler="DPM++ SDE", image=replace(SOURCE, mask=INPAINT)),
        replace(request_, steps=1, seed=3, second_pass=second),
        replace(request_, steps=6, seed=4, compat="a1111", image=replace(SOURCE, strength=0.3)),
    ]
    routes = [painter.route(request) for request in requests]
    together = [painter.stepper.start(route) for route in routes]
    while moving := [index for index, trajectory in enumerate(together) if not trajectory.is_finished]:
        alone = [painter.stepper.advance([(together[index], routes[index])])[0] for index in moving]
        advanced = painter.stepper.advance([(together[index], routes[index]) for index in moving])
        for index, one, other in zip(moving, alone, advanced, strict=True):
            expected, got = latents(painter, one), latents(painter, other)
            assert np.abs(got - expected).max() / np.abs(expected).max() < 1e-4, (index, one.step)
            together[index] = other
    assert [trajectory.step for trajectory in together] == [3, 3, 3, 3, 2]


def test_inpainting_can_be_saved_between_steps_without_a_trace(painter: DiffusionEngine, request_: Request) -> None:
    request = replace(request_, steps=6, sampler="DPM++ 2M SDE", image=replace(SOURCE, mask=replace(INPAINT, fill="noise")))
    route = painter.route(request)
    trajectory = painter.stepper.start(route)
    while not trajectory.is_finished:
        trajectory = load_trajectory(save_trajectory(trajectory, painter.runtime), painter.runtime)
        assert trajectory.request == request
        (trajectory,) = painter.stepper.advance([(trajectory, painter.route(trajectory.request))])
    assert latents(painter, trajectory).tobytes() == latents(painter, finish(painter, route)).tobytes()
