"""Looking at every tensor of a model: what is well and what is not."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from tagloom.catalog import Catalog
from tagloom.diffusion.weights import verify
from tests.diffusion.small_models import SmallModel, small_model

UNET = "model.diffusion_model."
ATTENTION = "cond_stage_model.model.transformer.resblocks.1.attn.in_proj_weight"


@pytest.fixture(scope="module")
def sd2() -> SmallModel:
    return small_model("sd2")


def problems(path: Path) -> list[str]:
    return list(verify(Catalog().find(str(path))))


def test_nothing_is_wrong_with_a_sound_model(sd2: SmallModel, tmp_path: Path) -> None:
    assert problems(sd2.file(tmp_path / "m.safetensors")) == []
    assert problems(sd2.folder(tmp_path / "folder")) == []


def test_every_problem_of_every_tensor_is_named(sd2: SmallModel, tmp_path: Path) -> None:
    tensors = sd2.original()
    del tensors[f"{UNET}time_embed.2.bias"]
    tensors[ATTENTION][3, 5] = torch.nan
    tensors[ATTENTION][7, 5] = -torch.inf
    tensors[f"{UNET}out.2.weight"] = tensors[f"{UNET}out.2.weight"].half() * torch.inf
    tensors["first_stage_model.quant_conv.bias"] = torch.zeros(3)
    path = tmp_path / "m.safetensors"
    save_file(tensors, path)
    assert problems(path) == [
        f"{path} has tensor '{ATTENTION}' with 2 numbers that are NaN or infinite",
        f"{path} lacks tensor '{UNET}time_embed.2.bias'",
        f"{path} has tensor '{UNET}out.2.weight' with 2304 numbers that are NaN or infinite",
        f"{path} has tensor 'first_stage_model.quant_conv.bias' as (3,), where (8,) is needed",
    ]
