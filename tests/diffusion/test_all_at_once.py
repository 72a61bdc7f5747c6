"""Everything a request may ask for in one batch: a varied, seamless second pass beside inpainting."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

import numpy as np
import pytest
from numpy.typing import NDArray

from tagloom.diffusion import DiffusionEngine
from tagloom.diffusion.route import Route
from tagloom.engine import (
    Finished,
    InpaintMask,
    ModelFacts,
    Picture,
    Progress,
    Provenance,
    Request,
    SecondPass,
    SourceImage,
    total_steps,
)
from tagloom.engine.second_pass import Upscaler
from tagloom.sampling import NoiseSource
from tagloom.tokenizer import load_tokenizer
from tests.diffusion.test_second_pass import finish

WHITE = np.zeros((64, 64, 3), np.uint8)
WHITE[16:48, 16:48] = 255
MASK = Picture(width=64, height=64, pixels=WHITE.tobytes())
PHOTO = Picture(width=64, height=64, pixels=np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8).tobytes())


@pytest.fixture
def painter(engine: DiffusionEngine, paperdoll: ModelFacts) -> DiffusionEngine:
    pictures: Mapping[str, Picture] = {one.sha256: one for one in (PHOTO, MASK)}
    return DiffusionEngine(engine.runtime, paperdoll, load_tokenizer(), version="test", pictures=pictures)


@pytest.fixture
def twice(request_: Request) -> Request:
    """A variation that repeats along both axes, and once more half as large again."""
    second = SecondPass(
        width=96,
        height=96,
        upscaler="latent",
        steps=5,
        strength=0.7,
        prompt="street, night",
        negative_prompt="",
        sampler="Euler a",
        schedule="Karras",
        guidance_scale=5.0,
    )
    varied = replace(request_, variation_seed=7, variation_strength=0.3, eta=0.8, tiling="both")
    return replace(varied, prompt="street, night", steps=6, sampler="DPM++ SDE", second_pass=second)


@pytest.fixture
def repainted(request_: Request) -> Request:
    mask = InpaintMask(sha256=MASK.sha256, blur=0.0)
    image = SourceImage(sha256=PHOTO.sha256, width=64, height=64, strength=0.5, mask=mask)
    return replace(request_, image=image, variation_seed=9, variation_strength=0.4, sampler="Euler a")


def pixels(picture: Picture) -> NDArray[np.float64]:
    return np.frombuffer(picture.pixels, np.uint8).reshape(picture.height, picture.width, 3).astype(float)


def painted(engine: DiffusionEngine, request: Request) -> Picture:
    *_, last = engine.generate(request)
    assert isinstance(last, Finished)
    return last.picture


def test_a_varied_seamless_second_pass_and_inpainting_in_one_batch(
    painter: DiffusionEngine, twice: Request, repainted: Request
) -> None:
    requests = [twice, repainted, replace(twice, vae_tiling="on")]
    told = list(painter.generate_together(requests))
    pictures: dict[int, Picture] = {}
    for number, request in enumerate(requests):
        events = [event for which, event in told if which == number]
        steps = total_steps(request)
        counted = [(event.step, event.steps) for event in events if isinstance(event, Progress)]
        assert counted == [(step, steps) for step in range(1, steps + 1)]
        last = events[-1]
        assert isinstance(last, Finished)
        provenance: Provenance = last.provenance
        assert provenance.batch_size == 3
        assert provenance.model_hash
        pictures[number] = last.picture
    assert [total_steps(request) for request in requests] == [11, 3, 11]

    for number, request in enumerate(requests[:2]):
        assert np.abs(pixels(pictures[number]) - pixels(painted(painter, request))).max() <= 1
    assert np.abs(pixels(pictures[0]) - pixels(pictures[2])).max() <= 1
    assert (pictures[0].width, pictures[0].height) == (96, 96)
    kept = WHITE == 0
    assert np.array_equal(pixels(pictures[1])[kept], pixels(PHOTO)[kept])
    assert (pixels(pictures[1])[~kept] != pixels(PHOTO)[~kept]).mean() > 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Rolled(NoiseSource):
    """The same noise, moved to the right by half of its width."""

    def initial(self) -> NDArray[np.float32]:
        return rolled(NoiseSource.initial(self))

    def at(self, step: int, index: int = 0) -> NDArray[np.float32]:
        return rolled(NoiseSource.at(self, step, index))


def rolled(latents: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.roll(latents, latents.shape[2] // 2, axis=2)


def with_rolled_noise(route: Route) -> Route:
    noise = Rolled(**{one.name: getattr(route.noise, one.name) for one in fields(route.noise)})
    second = route.second_pass
    return replace(route, noise=noise, second_pass=None if second is None else with_rolled_noise(second))


@pytest.mark.parametrize(("upscaler", "most"), [("latent", 1e-3), ("latent-bicubic", 1e-3), ("lanczos", 0.05)])
def test_a_seamless_picture_moves_with_its_noise_through_both_passes(
    upscaler: Upscaler, most: float, painter: DiffusionEngine, twice: Request
) -> None:
    assert twice.second_pass is not None
    request = replace(twice, steps=3, second_pass=replace(twice.second_pass, upscaler=upscaler, steps=2, strength=0.3))
    route = painter.route(request)
    ends = [painter.runtime.to_numpy(finish(painter, one).latents) for one in (route, with_rolled_noise(route))]
    assert np.abs(rolled(ends[0]) - ends[1]).max() / np.abs(ends[0]).max() < most


def test_settings_of_the_noise_reach_both_passes_and_the_image_s_start(
    painter: DiffusionEngine, twice: Request, repainted: Request
) -> None:
    route = painter.route(twice)
    assert route.second_pass is not None
    for one in (route, route.second_pass):
        assert one.noise.variation.strength == 0.3
        assert one.stochasticity.eta == 0.8
        assert all(condition.tiling == "both" for moment in one.conditioning.moments for condition, _ in moment.parts)
    plain = replace(repainted, variation_seed=0, variation_strength=0.0)
    varied, unvaried = (
        painter.runtime.to_numpy(painter.stepper.start(painter.route(one)).latents) for one in (repainted, plain)
    )
    assert not np.array_equal(varied, unvaried)
    other = painter.runtime.to_numpy(
        painter.stepper.start(painter.route(replace(plain, seed=repainted.variation_seed))).latents
    )
    whole = replace(repainted, variation_strength=1.0)
    assert np.array_equal(painter.runtime.to_numpy(painter.stepper.start(painter.route(whole)).latents), other)
