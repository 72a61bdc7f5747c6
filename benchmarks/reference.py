"""diffusers' pipeline on the bundled model's weights: the peer that the benchmarks measure against."""

from pathlib import Path

import torch
from diffusers import AutoencoderKL, DPMSolverMultistepScheduler, StableDiffusionPipeline, UNet2DConditionModel
from diffusers.utils import logging
from transformers import CLIPTextModel

from benchmarks.example import NEGATIVE, PROMPT
from tagloom.tokenizer import BEGIN_OF_TEXT, END_OF_TEXT, load_tokenizer


def load_pipeline(folder: Path) -> StableDiffusionPipeline:
    """As diffusers' documentation loads a folder, except that our tokenizer gives the ids."""
    logging.set_verbosity_error()
    pipeline = StableDiffusionPipeline(
        vae=AutoencoderKL.from_pretrained(folder / "vae", torch_dtype=torch.float32),
        unet=UNet2DConditionModel.from_pretrained(folder / "unet", torch_dtype=torch.float32),
        text_encoder=CLIPTextModel.from_pretrained(folder / "text_encoder", dtype=torch.float32),
        tokenizer=None,
        scheduler=DPMSolverMultistepScheduler.from_pretrained(folder / "scheduler", use_karras_sigmas=True),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def paint(pipeline: StableDiffusionPipeline, count: int, picture: Path | None = None) -> None:
    """`count` pictures in one call, 20 steps, from text to pixels; the first is saved where a path is given."""

    def embed(text: str) -> torch.Tensor:
        ids = load_tokenizer().encode_ids(text)
        tokens = torch.tensor([[BEGIN_OF_TEXT, *ids, *[END_OF_TEXT] * (76 - len(ids))]])
        embedded: torch.Tensor = pipeline.text_encoder(tokens)[0]
        return embedded

    with torch.inference_mode():
        images = pipeline(
            prompt_embeds=embed(PROMPT),
            negative_prompt_embeds=embed(NEGATIVE),
            num_images_per_prompt=count,
            width=128,
            height=128,
            num_inference_steps=20,
            guidance_scale=7.0,
            generator=torch.Generator().manual_seed(7),
        ).images
    if picture:
        images[0].save(picture)
