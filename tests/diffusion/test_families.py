"""Every family against diffusers' pipelines, on small random models, from single files and from folders."""

import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tagloom.catalog import Catalog
from tagloom.diffusion import DiffusionEngine, open_engine
from tagloom.diffusion.conditioning import Moment
from tagloom.diffusion.reading import sinusoids
from tagloom.diffusion.runtime.protocol import Floats
from tagloom.engine import Overrides, Request, SecondPass
from tagloom.tokenizer import BEGIN_OF_TEXT, END_OF_TEXT, load_tokenizer
from tests.diffusion.small_models import BETAS, SIZES, Kind, SmallModel, small_model
from tests.diffusion.test_stepper import finish

STEPS = 3
PREDICTION: dict[Kind, str] = {"sd1": "epsilon", "sd2": "v_prediction", "sdxl": "epsilon"}
PADDING: dict[str, int] = {"sd1": END_OF_TEXT, "sd2": 0}


@pytest.fixture(scope="module")
def models() -> dict[Kind, SmallModel]:
    return {kind: small_model(kind) for kind in PREDICTION}


@pytest.fixture(scope="module")
def engines(
    models: dict[Kind, SmallModel], tmp_path_factory: pytest.TempPathFactory
) -> dict[tuple[str, str], DiffusionEngine]:
    """By family and layout."""
    opened: dict[tuple[str, str], DiffusionEngine] = {}
    for kind, model in models.items():
        folder = tmp_path_factory.mktemp(kind)
        for layout, path in (("folder", model.folder(folder / "f")), ("file", model.file(folder / "m.safetensors"))):
            facts = Catalog().find(str(path), Overrides(prediction_type=PREDICTION[kind]))
            opened[kind, layout] = open_engine(facts, device="cpu", precision="fp32")
    return opened


@pytest.fixture
def small_request(request_: Request) -> Request:
    return replace(request_, prompt="1girl, pink hair", negative_prompt="hat", steps=STEPS, width=16, height=32)


def ids(text: str, padding: int) -> torch.Tensor:
    said = load_tokenizer().encode_ids(text)
    return torch.tensor([[BEGIN_OF_TEXT, *said, END_OF_TEXT, *[padding] * (75 - len(said))]])


@torch.inference_mode()
def sdxl_text(model: SmallModel, text: str, clip_skip: int = 2) -> tuple[torch.Tensor, torch.Tensor]:
    """(context, pooled) as StableDiffusionXLPipeline.encode_prompt makes them; its own clip_skip is two less than ours."""
    first: Any = model.text_encoders[0](ids(text, END_OF_TEXT), output_hidden_states=True)
    second: Any = model.text_encoders[1](ids(text, 0), output_hidden_states=True)
    states = (first.hidden_states[-clip_skip], second.hidden_states[-clip_skip])
    return torch.cat(states, dim=-1), second.text_embeds


@torch.inference_mode()
def plain_text(model: SmallModel, text: str) -> torch.Tensor:
    encoded: torch.Tensor = model.text_encoders[0](ids(text, PADDING[model.kind])).last_hidden_state
    return encoded


def scheduler(prediction: str) -> Any:
    from diffusers import DDIMScheduler

    settings: dict[str, Any] = {"timestep_spacing": "leading", "steps_offset": 1, "clip_sample": False}
    made = DDIMScheduler(**BETAS, **settings, prediction_type=prediction, set_alpha_to_one=True)
    made.set_timesteps(STEPS)
    return made


def painted(engine: DiffusionEngine, request: Request, made: Any) -> tuple[Floats, Floats]:
    """(noise, finished latents) at the scheduler's own noise levels."""
    alphas = made.alphas_cumprod[made.timesteps].double()
    route = replace(engine.route(request), sigmas=(*((1 - alphas) / alphas).sqrt().tolist(), 0.0))
    trajectory = engine.stepper.start(route)
    while not trajectory.is_finished:
        (trajectory,) = engine.stepper.advance([(trajectory, route)])
    return route.noise.initial(), engine.runtime.to_numpy(trajectory.latents)


def close(ours: Floats, theirs: Floats) -> bool:
    return bool(np.abs(ours - theirs).max() / np.abs(theirs).max() < 1e-3)


@pytest.mark.parametrize("kind", ["sd2", "sdxl"])
@pytest.mark.parametrize("layout", ["folder", "file"])
def test_every_family_and_layout_encodes_pictures_as_diffusers_does(
    kind: Kind, layout: str, models: dict[Kind, SmallModel], engines: dict[tuple[str, str], DiffusionEngine]
) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (32, 16, 3), np.uint8)
    vae: Any = models[kind].vae
    with torch.inference_mode():
        levels = torch.from_numpy(pixels).float().permute(2, 0, 1)[None] / 127.5 - 1
        expected = (vae.encode(levels).latent_dist.mean[0] * vae.config.scaling_factor).numpy()
    runtime = engines[kind, layout].runtime
    assert close(runtime.to_numpy(runtime.encode(pixels)), expected)


def test_sdxl_is_told_the_size_of_the_second_pass_in_the_second_pass(
    engines: dict[tuple[str, str], DiffusionEngine], small_request: Request
) -> None:
    second = SecondPass(
        width=32,
        height=64,
        upscaler="latent",
        steps=2,
        strength=0.5,
        prompt="1girl",
        negative_prompt="",
        sampler="Euler",
        schedule="Normal",
        guidance_scale=4.0,
    )
    engine = engines["sdxl", "folder"]
    route = engine.route(replace(small_request, second_pass=second))
    assert route.second_pass is not None
    for leg, height, width in ((route, 32, 16), (route.second_pass, 64, 32)):
        told = engine.runtime.to_numpy(leg.conditioning.at(0, 0).parts[0][0].added)[-6 * SIZES :]
        assert np.array_equal(told, sinusoids((height, width, 0, 0, height, width), SIZES))
    assert engine.runtime.decode(finish(engine, replace(small_request, second_pass=second)).latents).shape == (64, 32, 3)


@pytest.mark.parametrize("negative_prompt", ["hat", ""])
@pytest.mark.parametrize("layout", ["folder", "file"])
def test_sdxl_paints_what_diffusers_paints(
    layout: str,
    negative_prompt: str,
    models: dict[Kind, SmallModel],
    engines: dict[tuple[str, str], DiffusionEngine],
    small_request: Request,
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from diffusers import StableDiffusionXLPipeline

        model, made = models["sdxl"], scheduler("epsilon")
        request = replace(small_request, sampler="DDIM", negative_prompt=negative_prompt)
        noise, got = painted(engines["sdxl", layout], request, made)
        pipeline = StableDiffusionXLPipeline(
            vae=model.vae,
            text_encoder=model.text_encoders[0],
            text_encoder_2=model.text_encoders[1],
            tokenizer=None,
            tokenizer_2=None,
            unet=model.unet,
            scheduler=made,
            add_watermarker=False,
        )
        pipeline.set_progress_bar_config(disable=True)
        context, pooled = sdxl_text(model, request.prompt)
        negative, negative_pooled = sdxl_text(model, negative_prompt)
        if not negative_prompt:  # diffusers does so where no negative prompt is given at all
            negative, negative_pooled = torch.zeros_like(negative), torch.zeros_like(negative_pooled)
        expected = pipeline(
            prompt_embeds=context,
            pooled_prompt_embeds=pooled,
            negative_prompt_embeds=negative,
            negative_pooled_prompt_embeds=negative_pooled,
            latents=torch.from_numpy(noise)[None],
            guidance_scale=request.guidance_scale,
            num_inference_steps=STEPS,
            output_type="latent",
            width=request.width,
            height=request.height,
        ).images[0]
    assert close(got, expected.numpy())


@pytest.mark.parametrize("layout", ["folder", "file"])
@pytest.mark.parametrize(("kind", "prediction"), [("sd1", "epsilon"), ("sd2", "v_prediction"), ("sd2", "epsilon")])
def test_sd_1_and_2_paint_what_diffusers_paints(
    kind: Kind,
    prediction: str,
    layout: str,
    models: dict[Kind, SmallModel],
    engines: dict[tuple[str, str], DiffusionEngine],
    small_request: Request,
    tmp_path: Path,
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from diffusers import StableDiffusionPipeline

        model, made = models[kind], scheduler(prediction)
        engine = engines[kind, layout]
        if prediction != PREDICTION[kind]:
            path = model.folder(tmp_path / "f") if layout == "folder" else model.file(tmp_path / "m.safetensors")
            facts = Catalog().find(str(path), Overrides(prediction_type=prediction))
            engine = open_engine(facts, device="cpu", precision="fp32")
        request = replace(small_request, sampler="DDIM")
        noise, got = painted(engine, request, made)
        pipeline = StableDiffusionPipeline(
            vae=model.vae,
            text_encoder=model.text_encoders[0],
            tokenizer=None,
            unet=model.unet,
            scheduler=made,
            safety_checker=None,
            feature_extractor=None,
            requires_safety_checker=False,
        )
        pipeline.set_progress_bar_config(disable=True)
        expected = pipeline(
            prompt_embeds=plain_text(model, request.prompt),
            negative_prompt_embeds=plain_text(model, request.negative_prompt),
            latents=torch.from_numpy(noise)[None],
            guidance_scale=request.guidance_scale,
            num_inference_steps=STEPS,
            output_type="latent",
            width=request.width,
            height=request.height,
        ).images[0]
    assert close(got, expected.numpy())


def moment(engine: DiffusionEngine, request: Request) -> Moment:
    return engine.route(request).conditioning.at(0, 0)


@pytest.mark.parametrize(("clip_skip", "layer"), [(1.0, 2), (2.0, 2), (3.0, 3), (4.0, 4)])
def test_sdxl_skips_at_least_to_the_last_layer_but_one(
    clip_skip: float,
    layer: int,
    models: dict[Kind, SmallModel],
    engines: dict[tuple[str, str], DiffusionEngine],
    small_request: Request,
) -> None:
    engine = engines["sdxl", "file"]
    ((condition, _),) = moment(engine, replace(small_request, clip_skip=clip_skip)).parts
    context, pooled = sdxl_text(models["sdxl"], small_request.prompt, layer)
    assert np.abs(engine.runtime.to_numpy(condition.context) - context[0].numpy()).max() < 1e-5
    assert np.abs(engine.runtime.to_numpy(condition.added)[: pooled.shape[1]] - pooled[0].numpy()).max() < 1e-5


def test_the_first_chunk_is_pooled_and_emphasis_leaves_it_alone(
    models: dict[Kind, SmallModel], engines: dict[tuple[str, str], DiffusionEngine], small_request: Request
) -> None:
    engine = engines["sdxl", "file"]
    request = replace(small_request, prompt="(1girl, pink hair:1.4) BREAK hat AND fox")
    added = [engine.runtime.to_numpy(condition.added) for condition, _ in moment(engine, request).parts]
    for vector, text in zip(added, ("1girl, pink hair", "fox"), strict=True):
        pooled = sdxl_text(models["sdxl"], text)[1][0].numpy()
        assert np.abs(vector[: len(pooled)] - pooled).max() < 1e-5
        assert np.array_equal(vector[len(pooled) :], sinusoids((32, 16, 0, 0, 32, 16), SIZES))


def test_sizes_are_told_as_diffusers_tells_them() -> None:
    from diffusers.models.embeddings import get_timestep_embedding

    numbers = (1024, 768, 0, 16, 1024, 768)
    expected = get_timestep_embedding(torch.tensor(numbers), 256, flip_sin_to_cos=True, downscale_freq_shift=0)
    assert np.abs(sinusoids(numbers, 256) - expected.flatten().numpy()).max() < 2e-4  # of arguments up to 1024, in float32


def test_an_empty_negative_prompt_of_sdxl_is_zeros_but_for_the_sizes(
    engines: dict[tuple[str, str], DiffusionEngine], small_request: Request
) -> None:
    engine = engines["sdxl", "file"]
    negative = moment(engine, replace(small_request, negative_prompt="  ")).negative
    assert not engine.runtime.to_numpy(negative.context).any()
    sizes = sinusoids((32, 16, 0, 0, 32, 16), SIZES)
    assert np.array_equal(engine.runtime.to_numpy(negative.added), [*np.zeros(96), *sizes])


def test_rows_of_several_sdxl_pictures_are_predicted_as_if_alone(
    engines: dict[tuple[str, str], DiffusionEngine], small_request: Request
) -> None:
    engine = engines["sdxl", "file"]
    requests = [small_request, replace(small_request, prompt="fox", negative_prompt="", seed=1)]
    routes = [engine.route(request) for request in requests]
    together = engine.stepper.advance([(engine.stepper.start(route), route) for route in routes])
    for route, trajectory in zip(routes, together, strict=True):
        (alone,) = engine.stepper.advance([(engine.stepper.start(route), route)])
        ours, theirs = engine.runtime.to_numpy(trajectory.latents), engine.runtime.to_numpy(alone.latents)
        assert np.allclose(ours, theirs, atol=1e-4 * np.abs(theirs).max())


def test_what_is_assumed_of_a_file_is_a_notice(
    models: dict[Kind, SmallModel], tmp_path: Path, small_request: Request
) -> None:
    facts = Catalog().find(str(models["sd2"].file(tmp_path / "m.safetensors")))
    engine = open_engine(facts, device="cpu", precision="fp32")
    assert engine.route(small_request).notices == facts.assumptions
    assert finish(engine, replace(small_request, steps=1)).is_finished
