"""The engine under test, and the reference libraries on the same weights."""

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import torch

from tagloom.diffusion import DiffusionEngine, open_engine
from tagloom.diffusion.weights import export_folder
from tagloom.engine import ModelFacts, Request

if TYPE_CHECKING:
    from diffusers import StableDiffusionPipeline


@pytest.fixture(scope="session")
def engine(paperdoll: ModelFacts) -> DiffusionEngine:
    """Paints with the bundled model on the CPU, in float32, on two threads."""
    return open_engine(paperdoll, device="cpu", precision="fp32", threads=2)


@pytest.fixture(scope="session")
def exported(paperdoll: ModelFacts, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled model as a standard diffusers folder."""
    target = tmp_path_factory.mktemp("export") / "paperdoll"
    export_folder(Path(paperdoll.path), target)
    return target


@pytest.fixture(scope="session")
def pipeline(exported: Path) -> "StableDiffusionPipeline":
    """diffusers' own pipeline on the same weights, without a tokenizer: it is given embeddings."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel
        from transformers import CLIPTextModel

        folder = exported
        pipe = StableDiffusionPipeline(
            vae=AutoencoderKL.from_pretrained(folder / "vae", torch_dtype=torch.float32),
            text_encoder=CLIPTextModel.from_pretrained(folder / "text_encoder", dtype=torch.float32),
            tokenizer=None,
            unet=UNet2DConditionModel.from_pretrained(folder / "unet", torch_dtype=torch.float32),
            scheduler=DDIMScheduler(),
            safety_checker=None,
            feature_extractor=None,
            requires_safety_checker=False,
        )
        pipe.set_progress_bar_config(disable=True)
        return pipe


@pytest.fixture
def request_(paperdoll: ModelFacts) -> Request:
    """A small request that every test may vary."""
    return Request(
        prompt="1girl, pink hair, upper body",
        negative_prompt="extra hand",
        seed=42,
        steps=6,
        width=64,
        height=64,
        sampler="Euler",
        schedule="Normal",
        guidance_scale=5.0,
        clip_skip=1.0,
        model=paperdoll.name,
        emphasis="original",
        noise="philox",
        compat="exact",
        underscores="keep",
    )
