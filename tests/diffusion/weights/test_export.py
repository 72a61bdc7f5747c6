"""Exported folders: other tools load them, and nothing half-done is left behind."""

import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from tagloom.diffusion import DiffusionEngine
from tagloom.diffusion.weights import export_folder, load_folder
from tagloom.engine import Finished, ModelFacts, Request
from tagloom.errors import RequestError, UnwritableError
from tagloom.tokenizer import BEGIN_OF_TEXT, END_OF_TEXT, load_tokenizer


def test_the_exported_weights_are_the_model_s(exported: Path, paperdoll: ModelFacts) -> None:
    ours, theirs = load_folder(Path(paperdoll.path)), load_folder(exported)
    for name in ("text_encoder", "unet", "autoencoder"):
        pairs = zip(getattr(ours, name).state_dict().values(), getattr(theirs, name).state_dict().values(), strict=True)
        assert all(torch.equal(a, b) for a, b in pairs), name


def test_transformers_reads_the_exported_tokenizer_and_encoder(exported: Path, paperdoll: ModelFacts) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from transformers import CLIPTextModel, CLIPTokenizer

        tokenizer = CLIPTokenizer.from_pretrained(exported / "tokenizer")
        encoder = CLIPTextModel.from_pretrained(exported / "text_encoder", dtype=torch.float32).eval()
    text = "1girl, pink hair, 日本語 café 😀"
    ids = tokenizer(text).input_ids
    assert ids == [BEGIN_OF_TEXT, *load_tokenizer().encode_ids(text), END_OF_TEXT]
    ours = load_folder(Path(paperdoll.path)).text_encoder.float()
    tokens = torch.tensor([ids])
    with torch.inference_mode():
        expected = encoder(tokens).last_hidden_state
        got = ours.final_layer_norm(ours(ours.embed(tokens))[-1])
    assert (expected - got).abs().max() < 1e-4


def test_diffusers_loads_the_exported_folder_and_paints_the_same_picture(
    exported: Path, engine: DiffusionEngine, request_: Request
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from diffusers import DDIMScheduler, StableDiffusionPipeline

        pipe = StableDiffusionPipeline.from_pretrained(exported, torch_dtype=torch.float32)
    pipe.set_progress_bar_config(disable=True)
    pipe.scheduler = DDIMScheduler.from_config(pipe.scheduler.config, set_alpha_to_one=True)
    asked = replace(request_, sampler="DDIM", schedule="DDIM", emphasis="no_norm")
    *_, last = engine.generate(asked)
    assert isinstance(last, Finished)
    noise = engine.route(asked).noise.initial()
    with torch.inference_mode():
        theirs = pipe(
            asked.prompt,
            negative_prompt=asked.negative_prompt,
            latents=torch.from_numpy(noise)[None],
            num_inference_steps=asked.steps,
            guidance_scale=asked.guidance_scale,
            width=asked.width,
            height=asked.height,
            output_type="np",
        ).images[0]
    ours = np.frombuffer(last.picture.pixels, np.uint8).reshape(asked.height, asked.width, 3) / 255
    assert np.abs(ours - theirs).mean() < 0.01


def test_a_target_that_is_there_is_left_alone(exported: Path, paperdoll: ModelFacts) -> None:
    with pytest.raises(RequestError, match="is there already"):
        export_folder(Path(paperdoll.path), exported)


def test_a_target_that_cannot_be_written_is_named(tmp_path: Path, paperdoll: ModelFacts) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UnwritableError, match="cannot be written"):
        export_folder(Path(paperdoll.path), tmp_path / "file" / "model")
