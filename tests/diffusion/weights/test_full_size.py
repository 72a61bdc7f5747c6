"""The layouts at full size, on the meta device: every parameter has one source, in the shape that the real files have."""

import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
import torch
from torch import nn

from tagloom.catalog import TensorInfo
from tagloom.diffusion.weights.checkpoint_file import Parts, checkpoint_parts
from tagloom.diffusion.weights.part import Part
from tagloom.diffusion.weights.source import problems_of
from tagloom.diffusion.weights.tensors import Tensors
from tests.diffusion.small_models import Kind, SmallModel

SD1_UNET: dict[str, Any] = {"cross_attention_dim": 768, "attention_head_dim": 8}
UNETS: dict[Kind, dict[str, Any]] = {
    "sd1": SD1_UNET,
    "sd2": {"cross_attention_dim": 1024, "attention_head_dim": [5, 10, 20, 20], "use_linear_projection": True},
    "sdxl": {
        "block_out_channels": [320, 640, 1280],
        "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
        "up_block_types": ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"],
        "transformer_layers_per_block": [1, 2, 10],
        "attention_head_dim": [5, 10, 20],
        "cross_attention_dim": 2048,
        "use_linear_projection": True,
        "addition_embed_type": "text_time",
        "addition_time_embed_dim": 256,
        "projection_class_embeddings_input_dim": 2816,
    },
}
OPENAI = {"hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 12, "num_attention_heads": 12}
TEXT_ENCODERS: dict[Kind, list[dict[str, Any]]] = {
    "sd1": [OPENAI],
    "sd2": [{"hidden_size": 1024, "intermediate_size": 4096, "num_hidden_layers": 23, "num_attention_heads": 16}],
    "sdxl": [
        OPENAI,
        {
            "hidden_size": 1280,
            "intermediate_size": 5120,
            "num_hidden_layers": 32,
            "num_attention_heads": 20,
            "projection_dim": 1280,
        },
    ],
}
AUTOENCODER: dict[str, Any] = {
    "block_out_channels": [128, 256, 512, 512],
    "down_block_types": ["DownEncoderBlock2D"] * 4,
    "up_block_types": ["UpDecoderBlock2D"] * 4,
    "latent_channels": 4,
    "layers_per_block": 2,
}
# Facts of the published files: tensors of the whole file, and some of their shapes.
KNOWN: dict[Kind, dict[str, tuple[int, ...]]] = {
    "sd1": {
        "model.diffusion_model.input_blocks.11.0.out_layers.3.weight": (1280, 1280, 3, 3),
        "model.diffusion_model.input_blocks.8.1.proj_in.weight": (1280, 1280, 1, 1),
        "model.diffusion_model.output_blocks.2.1.conv.weight": (1280, 1280, 3, 3),
        "model.diffusion_model.output_blocks.5.2.conv.weight": (1280, 1280, 3, 3),
        "model.diffusion_model.output_blocks.11.1.transformer_blocks.0.attn2.to_k.weight": (320, 768),
        "first_stage_model.decoder.up.3.upsample.conv.weight": (512, 512, 3, 3),
        "first_stage_model.encoder.mid.attn_1.q.weight": (512, 512, 1, 1),
        "cond_stage_model.transformer.text_model.encoder.layers.11.mlp.fc1.weight": (3072, 768),
    },
    "sd2": {
        "model.diffusion_model.middle_block.1.proj_in.weight": (1280, 1280),
        "model.diffusion_model.input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight": (320, 1024),
        "cond_stage_model.model.transformer.resblocks.22.attn.in_proj_weight": (3072, 1024),
        "cond_stage_model.model.positional_embedding": (77, 1024),
    },
    "sdxl": {
        "model.diffusion_model.label_emb.0.0.weight": (1280, 2816),
        "model.diffusion_model.input_blocks.8.1.transformer_blocks.9.attn2.to_k.weight": (1280, 2048),
        "model.diffusion_model.output_blocks.2.2.conv.weight": (1280, 1280, 3, 3),
        "model.diffusion_model.output_blocks.5.2.conv.weight": (640, 640, 3, 3),
        "conditioner.embedders.1.model.transformer.resblocks.31.attn.in_proj_weight": (3840, 1280),
        "conditioner.embedders.1.model.text_projection": (1280, 1280),
    },
}


@pytest.fixture(scope="module", params=["sd1", "sd2", "sdxl"])
def full(request: pytest.FixtureRequest) -> SmallModel:
    """diffusers' and transformers' own networks of a family, shapes without weights."""
    kind = cast(Kind, request.param)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from diffusers import AutoencoderKL, UNet2DConditionModel
        from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

        with torch.device("meta"):
            encoders = [
                (CLIPTextModelWithProjection if "projection_dim" in settings else CLIPTextModel)(CLIPTextConfig(**settings))
                for settings in TEXT_ENCODERS[kind]
            ]
            unet, vae = UNet2DConditionModel(**UNETS[kind]), AutoencoderKL(**AUTOENCODER)
    return SmallModel(kind=kind, unet=unet, vae=vae, text_encoders=tuple(encoders))


@pytest.fixture(scope="module")
def parts(full: SmallModel) -> Parts:
    """What tagloom makes of a single file of these networks."""
    with torch.device("meta"):
        infos = {name: TensorInfo(dtype="F16", shape=tuple(t.shape)) for name, t in full.original().items()}
    assert {name: infos[name].shape for name in KNOWN[full.kind]} == KNOWN[full.kind]

    def get(name: str) -> torch.Tensor:
        raise AssertionError(name)

    return checkpoint_parts(Tensors(origin=Path("full.safetensors"), infos=infos, get=get), None)


def all_parts(parts: Parts) -> list[Part[Any]]:
    return [*parts.text_encoders, parts.unet, parts.autoencoder]


def test_every_parameter_is_called_and_shaped_as_diffusers_and_transformers_have_it(full: SmallModel, parts: Parts) -> None:
    def shapes(network: nn.Module, name_of: Callable[[str], str] = str) -> dict[str, tuple[int, ...]]:
        return {name_of(name): tuple(tensor.shape) for name, tensor in network.state_dict().items()}

    assert shapes(parts.unet.empty()) == shapes(full.unet)
    assert shapes(parts.autoencoder.empty()) == shapes(full.vae)
    for ours, theirs in zip(parts.text_encoders, full.text_encoders, strict=True):
        assert shapes(ours.empty()) == shapes(theirs, lambda name: name.removeprefix("text_model."))


def test_every_parameter_has_one_source_that_fits_and_every_tensor_of_the_file_is_one(parts: Parts) -> None:
    used: list[tuple[str, str]] = []
    for part in all_parts(parts):
        network = part.empty()
        sources = part.sources(network)
        assert problems_of(network, part.tensors, sources) == []
        used += [(source.key, source.take) for source in sources.values()]
    assert len(used) == len(set(used))
    rest = parts.unet.tensors.infos.keys() - {key for key, _ in used}
    unused = r"model_ema\.decay|alphas_cumprod|cond_stage_model\.model\.(text_projection|transformer\.resblocks\.23\..*)"
    assert {name for name in rest if not re.fullmatch(rf"{unused}|.*logit_scale", name)} == set()


def test_heads_are_as_the_family_s_published_configuration_has_them(full: SmallModel, parts: Parts) -> None:
    config: Any = full.unet.config
    heads = config.attention_head_dim
    levels = len(parts.unet.empty().config.channels)
    assert list(parts.unet.empty().config.heads) == (heads if isinstance(heads, list) else [heads] * levels)
    for ours, theirs in zip(parts.text_encoders, TEXT_ENCODERS[full.kind], strict=True):
        assert ours.empty().config.heads == theirs["num_attention_heads"]
