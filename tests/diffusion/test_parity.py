"""The whole pipeline against diffusers' StableDiffusionPipeline on the same weights, noise, sigmas and guidance.

Every scheduler is set to what our sampler of that name does; where its defaults differ, the arguments say how:
- diffusers rounds timesteps to whole numbers; we do not. Each run takes diffusers' own sigmas.
- DDIM: `set_alpha_to_one`: our last step ends at sigma 0, diffusers' default at the first training sigma.
- DPM++ 2M, UniPC: `final_sigmas_type="zero"` for the same reason.
- DPM++ 2M starts like k-diffusion at sigma * noise, diffusers at sqrt(sigma^2 + 1) * noise; here both take the latter.
"""

import warnings
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch

from tagloom.diffusion import DiffusionEngine
from tagloom.engine import Request
from tagloom.sampling import SAMPLERS
from tagloom.tokenizer import BEGIN_OF_TEXT, END_OF_TEXT, load_tokenizer

if TYPE_CHECKING:
    from diffusers import StableDiffusionPipeline

STEPS = 12
BETAS = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}
SCHEDULERS: dict[str, tuple[str, dict[str, object]]] = {
    "Euler": ("EulerDiscreteScheduler", {"timestep_spacing": "linspace"}),
    "Heun": ("HeunDiscreteScheduler", {"timestep_spacing": "linspace"}),
    "DDIM": (
        "DDIMScheduler",
        {"timestep_spacing": "leading", "steps_offset": 1, "set_alpha_to_one": True, "clip_sample": False},
    ),
    "DPM++ 2M": ("DPMSolverMultistepScheduler", {"timestep_spacing": "linspace", "final_sigmas_type": "zero"}),
    "UniPC": (
        "UniPCMultistepScheduler",
        {"timestep_spacing": "linspace", "solver_order": 3, "final_sigmas_type": "zero"},
    ),
}


def reference_ids(text: str) -> list[int]:
    ids = load_tokenizer().encode_ids(text)
    return [BEGIN_OF_TEXT, *ids, *[END_OF_TEXT] * (76 - len(ids))]


def reference_embedding(pipeline: "StableDiffusionPipeline", text: str, clip_skip: int = 1) -> torch.Tensor:
    """diffusers' own clip_skip counts from 0."""
    ids = torch.tensor([reference_ids(text)])
    with torch.inference_mode():
        output = pipeline.text_encoder(ids, output_hidden_states=True)
        normed: torch.Tensor = pipeline.text_encoder.final_layer_norm(output.hidden_states[-clip_skip])
    return normed


def scheduler_sigmas(scheduler: object, sampler: str) -> tuple[float, ...]:
    if sampler == "DDIM":
        alphas = scheduler.alphas_cumprod[scheduler.timesteps].double()  # type: ignore[attr-defined]  # no stubs
        return (*((1 - alphas) / alphas).sqrt().tolist(), 0.0)
    sigmas = scheduler.sigmas.double().tolist()  # type: ignore[attr-defined]  # no stubs
    if sampler == "Heun":  # diffusers lists inner sigmas twice, one for each call
        sigmas = [sigmas[0], *sigmas[1:-1:2], 0.0]
    return tuple(sigmas)


@pytest.mark.parametrize("sampler", SCHEDULERS)
def test_a_picture_equals_diffusers(
    sampler: str, engine: DiffusionEngine, pipeline: "StableDiffusionPipeline", request_: Request
) -> None:
    import diffusers

    kind, settings = SCHEDULERS[sampler]
    request = replace(request_, steps=STEPS, sampler=sampler)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pipeline.scheduler = getattr(diffusers, kind)(**BETAS, **settings)
        pipeline.scheduler.set_timesteps(STEPS)
        route = engine.route(request)
        ours = SAMPLERS[sampler]
        if sampler == "DPM++ 2M":
            ours = replace(ours, starts_variance_preserving=True)
        route = replace(route, sampler=ours, sigmas=scheduler_sigmas(pipeline.scheduler, sampler))
        expected = (
            pipeline(
                prompt_embeds=reference_embedding(pipeline, request.prompt),
                negative_prompt_embeds=reference_embedding(pipeline, request.negative_prompt),
                latents=torch.from_numpy(route.noise.initial())[None],
                guidance_scale=request.guidance_scale,
                num_inference_steps=STEPS,
                output_type="latent",
                width=request.width,
                height=request.height,
            )
            .images[0]
            .numpy()
        )
    trajectory = engine.stepper.start(route)
    while not trajectory.is_finished:
        (trajectory,) = engine.stepper.advance([(trajectory, route)])
    got = engine.runtime.to_numpy(trajectory.latents)
    assert np.linalg.norm(got - expected) / np.linalg.norm(expected) < 1e-3


@pytest.mark.parametrize("clip_skip", range(1, 13))
def test_conditioning_at_every_clip_skip_equals_transformers(
    clip_skip: int, engine: DiffusionEngine, pipeline: "StableDiffusionPipeline", request_: Request
) -> None:
    route = engine.route(replace(request_, clip_skip=float(clip_skip)))
    ((condition, weight),) = route.conditioning.at(0, 0).parts
    expected = reference_embedding(pipeline, request_.prompt, clip_skip)[0].numpy()
    assert weight == 1.0
    assert np.abs(engine.runtime.to_numpy(condition.context) - expected).max() <= 1e-5


def test_the_decoded_picture_equals_diffusers(
    engine: DiffusionEngine, pipeline: "StableDiffusionPipeline", request_: Request
) -> None:
    latents = engine.route(request_).noise.initial()
    with torch.inference_mode():
        scaled = torch.from_numpy(latents)[None] / pipeline.vae.config.scaling_factor
        pixels = pipeline.vae.decode(scaled).sample[0].clamp(-1, 1).permute(1, 2, 0).numpy() * 127.5 + 127.5
    got = engine.runtime.decode(engine.runtime.from_numpy(latents))
    assert np.abs(got - pixels).max() <= 0.5 + 1e-3
