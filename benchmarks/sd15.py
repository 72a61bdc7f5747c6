"""Stable Diffusion 1.5 at full size, with random weights: a single file in the original layout, and its configuration."""

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch import nn

from tagloom.diffusion.networks import Autoencoder, AutoencoderConfig, TextEncoder, TextEncoderConfig, UNet, UNetConfig
from tagloom.diffusion.weights.original_names import autoencoder_source, unet_source
from tagloom.diffusion.weights.source import Source, stored_shape

UNET: Final = UNetConfig(
    in_channels=4,
    out_channels=4,
    channels=(320, 640, 1280, 1280),
    heads=(8, 8, 8, 8),
    transformer_layers=(1, 1, 1, 0),
    middle_transformer_layers=1,
    residual_blocks=2,
    context_width=768,
    groups=32,
    linear_projection=False,
)
AUTOENCODER: Final = AutoencoderConfig(
    latent_channels=4,
    channels=(128, 256, 512, 512),
    residual_blocks=2,
    groups=32,
    middle_attention=True,
    quantisers=True,
    scaling_factor=0.18215,
    shift_factor=0.0,
)
TEXT_ENCODER: Final = TextEncoderConfig(
    vocabulary=49408,
    positions=77,
    width=768,
    layers=12,
    heads=12,
    hidden_width=3072,
    activation="quick_gelu",
    layer_norm_eps=1e-5,
)
_BLOCK: Final = 1 << 24  # random numbers, repeated
_HALF: Final = 2  # bytes


def write_single_file(path: Path) -> Path:
    """Write the 2.1 GB in float16."""
    header: dict[str, object] = {}
    end = 0
    for name, shape in _shapes():
        start, end = end, end + _HALF * math.prod(shape)
        header[name] = {"dtype": "F16", "shape": list(shape), "data_offsets": [start, end]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    block = (np.random.default_rng(0).standard_normal(_BLOCK, np.float32) * 0.02).astype(np.float16).tobytes()
    with path.open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for start in range(0, end, len(block)):
            file.write(block[: end - start])
    return path


def write_configuration(folder: Path) -> Path:
    """Write the published configuration files, and a tokenizer, as `from_single_file` wants them; no weights."""
    from tagloom.diffusion.weights.export import write_tokenizer

    for name, content in _CONFIGURATION.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    write_tokenizer(folder / "tokenizer")
    return folder


def _shapes() -> Iterator[tuple[str, tuple[int, ...]]]:
    """Every tensor of the file, by its name in the original layout."""
    with torch.device("meta"):
        unet, autoencoder, encoder = UNet(UNET), Autoencoder(AUTOENCODER), TextEncoder(TEXT_ENCODER)
    yield from _stored("model.diffusion_model.", unet, {name: unet_source(name, UNET) for name in unet.state_dict()})
    sources = {name: autoencoder_source(name, AUTOENCODER) for name in autoencoder.state_dict()}
    yield from _stored("first_stage_model.", autoencoder, sources)
    sources = {name: Source(name) for name in encoder.state_dict()}
    yield from _stored("cond_stage_model.transformer.text_model.", encoder, sources)


def _stored(prefix: str, network: nn.Module, sources: dict[str, Source]) -> Iterator[tuple[str, tuple[int, ...]]]:
    for name, tensor in network.state_dict().items():
        yield prefix + sources[name].key, stored_shape(sources[name], tuple(tensor.shape))


_CONFIGURATION: Final[dict[str, dict[str, Any]]] = {
    "model_index.json": {
        "_class_name": "StableDiffusionPipeline",
        "_diffusers_version": "0.30.0",
        "feature_extractor": [None, None],
        "safety_checker": [None, None],
        "requires_safety_checker": False,
        "scheduler": ["diffusers", "PNDMScheduler"],
        "text_encoder": ["transformers", "CLIPTextModel"],
        "tokenizer": ["transformers", "CLIPTokenizer"],
        "unet": ["diffusers", "UNet2DConditionModel"],
        "vae": ["diffusers", "AutoencoderKL"],
    },
    "scheduler/scheduler_config.json": {
        "_class_name": "PNDMScheduler",
        "beta_start": 0.00085,
        "beta_end": 0.012,
        "beta_schedule": "scaled_linear",
        "num_train_timesteps": 1000,
        "skip_prk_steps": True,
        "steps_offset": 1,
    },
    "text_encoder/config.json": {
        "architectures": ["CLIPTextModel"],
        "model_type": "clip_text_model",
        "hidden_size": 768,
        "intermediate_size": 3072,
        "num_hidden_layers": 12,
        "num_attention_heads": 12,
        "hidden_act": "quick_gelu",
        "projection_dim": 768,
    },
    "unet/config.json": {
        "_class_name": "UNet2DConditionModel",
        "in_channels": 4,
        "out_channels": 4,
        "layers_per_block": 2,
        "down_block_types": ["CrossAttnDownBlock2D"] * 3 + ["DownBlock2D"],
        "up_block_types": ["UpBlock2D"] + ["CrossAttnUpBlock2D"] * 3,
        "block_out_channels": [320, 640, 1280, 1280],
        "attention_head_dim": 8,
        "cross_attention_dim": 768,
        "sample_size": 64,
    },
    "vae/config.json": {
        "_class_name": "AutoencoderKL",
        "block_out_channels": [128, 256, 512, 512],
        "down_block_types": ["DownEncoderBlock2D"] * 4,
        "up_block_types": ["UpDecoderBlock2D"] * 4,
        "in_channels": 3,
        "out_channels": 3,
        "latent_channels": 4,
        "layers_per_block": 2,
        "sample_size": 512,
    },
}
