"""What AND, alternation, editing, BREAK, weights and the negative prompt do to a picture, against a direct computation.

The reference below is slow and obvious: it encodes every text at every step with transformers, asks diffusers' U-Net one
row at a time, and takes Euler steps in plain arithmetic.
"""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch

from tagloom.diffusion import DiffusionEngine
from tagloom.engine import Request
from tagloom.tokenizer import BEGIN_OF_TEXT, END_OF_TEXT, load_tokenizer

if TYPE_CHECKING:
    from diffusers import StableDiffusionPipeline

Weighted = list[tuple[str, float]]  # words of one chunk, each with its weight
Said = Callable[[int], list[tuple[list[Weighted], float]]]  # step from 1 -> AND-parts: (chunks, strength)


def encode(pipeline: "StableDiffusionPipeline", chunks: list[Weighted]) -> torch.Tensor:
    """(1, 77 * chunks, C), weights applied the "original" way over the whole prompt."""
    ids, weights = [], []
    for chunk in chunks:
        tokens = [(token, weight) for text, weight in chunk for token in load_tokenizer().encode_ids(text)]
        rest = 75 - len(tokens)
        ids.append([BEGIN_OF_TEXT, *(token for token, _ in tokens), END_OF_TEXT, *[END_OF_TEXT] * rest])
        weights.append([1.0, *(weight for _, weight in tokens), 1.0, *[1.0] * rest])
    with torch.inference_mode():
        embedded: torch.Tensor = pipeline.text_encoder(torch.tensor(ids)).last_hidden_state
    weighted = embedded * torch.tensor(weights)[:, :, None]
    weighted *= embedded.mean() / weighted.mean()
    return weighted.reshape(1, -1, embedded.shape[-1])


def paint_slowly(
    engine: DiffusionEngine, pipeline: "StableDiffusionPipeline", request: Request, said: Said
) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    route = engine.route(request)
    x = torch.from_numpy(route.noise.initial())[None] * route.sigmas[0]
    negative = encode(pipeline, [[(request.negative_prompt, 1.0)]])
    for step in range(request.steps):
        sigma, sigma_next = route.sigmas[step], route.sigmas[step + 1]
        timestep = torch.tensor([engine.stepper.levels.timestep(sigma)])
        scaled = x / math.sqrt(sigma**2 + 1)
        with torch.inference_mode():
            unguided = x - sigma * pipeline.unet(scaled, timestep, negative).sample
            denoised = unguided.clone()
            for chunks, strength in said(step + 1):
                prediction = x - sigma * pipeline.unet(scaled, timestep, encode(pipeline, chunks)).sample
                denoised += request.guidance_scale * strength * (prediction - unguided)
        x = x + (x - denoised) / sigma * (sigma_next - sigma)
    return x[0].numpy()


CASES: dict[str, Said] = {
    "1girl, (pink hair:1.3), [smile]": lambda _: [
        ([[("1girl, ", 1.0), ("pink hair", 1.3), (", ", 1.0), ("smile", 1 / 1.1)]], 1.0)
    ],
    "1girl AND fox :0.6": lambda _: [([[("1girl", 1.0)]], 1.0), ([[("fox", 1.0)]], 0.6)],
    "[girl | fox], tree": lambda s: [([[("girl , tree" if s % 2 else "fox, tree", 1.0)]], 1.0)],
    "[girl:fox:2] tree": lambda s: [([[("girl tree" if s <= 2 else "fox tree", 1.0)]], 1.0)],
    "pink hair BREAK (green shirt:1.2)": lambda _: [([[("pink hair", 1.0)], [("green shirt", 1.2)]], 1.0)],
    "girl BREAK tree AND fox": lambda _: [([[("girl", 1.0)], [("tree", 1.0)]], 1.0), ([[("fox", 1.0)]], 1.0)],
}


@pytest.mark.parametrize("prompt", CASES)
def test_a_prompt_paints_what_it_means(
    prompt: str, engine: DiffusionEngine, pipeline: "StableDiffusionPipeline", request_: Request
) -> None:
    request = replace(request_, prompt=prompt, steps=5, width=32, height=32)
    expected = paint_slowly(engine, pipeline, request, CASES[prompt])
    route = engine.route(request)
    trajectory = engine.stepper.start(route)
    while not trajectory.is_finished:
        (trajectory,) = engine.stepper.advance([(trajectory, route)])
    got = engine.runtime.to_numpy(trajectory.latents)
    assert np.abs(got - expected).max() / np.abs(expected).max() < 1e-3
