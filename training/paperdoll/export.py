"""Trained networks -> a standard diffusers folder in half precision."""

import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from tagloom.diffusion.networks import Autoencoder, TextEncoder, UNet
from tagloom.diffusion.weights import TABLE, compacted
from training.paperdoll.train_text_encoder import TOKENS
from training.paperdoll.vocabulary import CompactVocabulary

_SCHEDULER = {
    "_class_name": "DDIMScheduler",
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "beta_start": 0.00085,
    "clip_sample": False,
    "num_train_timesteps": 1000,
    "prediction_type": "epsilon",
    "set_alpha_to_one": False,
    "steps_offset": 1,
    "timestep_spacing": "leading",
}


def export(
    folder: Path,
    taught: tuple[TextEncoder, CompactVocabulary],
    unet: UNet,
    autoencoder: Autoencoder,
    scaling_factor: float,
    size: int,
) -> None:
    """Write the folder; `scaling_factor` brings the autoencoder's latents to unit variance, `size` is in pixels.

    Of the text tower's token table only the rows of its vocabulary are written: `tagloom models export` completes it.
    """
    tower, vocabulary = taught
    _write(folder / "scheduler" / "scheduler_config.json", _SCHEDULER)
    _write(folder / "text_encoder" / "config.json", _text_encoder_json(tower))
    _write(folder / "unet" / "config.json", _unet_json(unet, size // 2 ** (len(autoencoder.config.channels) - 1)))
    _write(folder / "vae" / "config.json", _autoencoder_json(autoencoder, scaling_factor, size))
    _write(folder / "model_index.json", _INDEX)
    _write(folder / "tokenizer" / "tokenizer_config.json", {"tokenizer_class": "CLIPTokenizer", "model_max_length": TOKENS})
    halves = _halves(tower)
    halves |= compacted(halves[TABLE], torch.tensor(vocabulary.ids, dtype=torch.int32), vocabulary.untrained_id)
    save_file(halves, folder / "text_encoder" / "model.safetensors", metadata={"format": "pt"})
    for name, network in (("unet", unet), ("vae", autoencoder)):
        save_file(_halves(network), folder / name / "diffusion_pytorch_model.safetensors", metadata={"format": "pt"})


_INDEX = {
    "_class_name": "StableDiffusionPipeline",
    "feature_extractor": [None, None],
    "image_encoder": [None, None],
    "requires_safety_checker": False,
    "safety_checker": [None, None],
    "scheduler": ["diffusers", "DDIMScheduler"],
    "text_encoder": ["transformers", "CLIPTextModel"],
    "tokenizer": ["transformers", "CLIPTokenizer"],
    "unet": ["diffusers", "UNet2DConditionModel"],
    "vae": ["diffusers", "AutoencoderKL"],
}


def _halves(network: nn.Module) -> dict[str, Tensor]:
    return {name: tensor.detach().to(torch.float16).contiguous() for name, tensor in network.state_dict().items()}


def _write(path: Path, value: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")


def _text_encoder_json(tower: TextEncoder) -> dict[str, object]:
    config = tower.config
    return {
        "architectures": ["CLIPTextModel"],
        "bos_token_id": 49406,
        "eos_token_id": 49407,
        "hidden_act": config.activation,
        "hidden_size": config.width,
        "intermediate_size": config.hidden_width,
        "layer_norm_eps": config.layer_norm_eps,
        "max_position_embeddings": config.positions,
        "model_type": "clip_text_model",
        "num_attention_heads": config.heads,
        "num_hidden_layers": config.layers,
        "pad_token_id": 49407,
        "projection_dim": 512,
        "vocab_size": config.vocabulary,
    }


def _unet_json(unet: UNet, side: int) -> dict[str, object]:
    config = unet.config
    attends = [layers > 0 for layers in config.transformer_layers]
    return {
        "_class_name": "UNet2DConditionModel",
        "attention_head_dim": list(config.heads),
        "block_out_channels": list(config.channels),
        "cross_attention_dim": config.context_width,
        "down_block_types": ["CrossAttnDownBlock2D" if here else "DownBlock2D" for here in attends],
        "in_channels": config.in_channels,
        "layers_per_block": config.residual_blocks,
        "norm_num_groups": config.groups,
        "out_channels": config.out_channels,
        "sample_size": side,
        "up_block_types": ["CrossAttnUpBlock2D" if here else "UpBlock2D" for here in reversed(attends)],
        "use_linear_projection": config.linear_projection,
    }


def _autoencoder_json(autoencoder: Autoencoder, scaling_factor: float, size: int) -> dict[str, object]:
    config = autoencoder.config
    levels = len(config.channels)
    return {
        "_class_name": "AutoencoderKL",
        "block_out_channels": list(config.channels),
        "down_block_types": ["DownEncoderBlock2D"] * levels,
        "latent_channels": config.latent_channels,
        "layers_per_block": config.residual_blocks,
        "mid_block_add_attention": config.middle_attention,
        "norm_num_groups": config.groups,
        "sample_size": size,
        "scaling_factor": scaling_factor,
        "up_block_types": ["UpDecoderBlock2D"] * levels,
        "use_post_quant_conv": config.quantisers,
        "use_quant_conv": config.quantisers,
    }
