"""Small random models of every family: diffusers' own networks, as a folder and as a single file in the original layout.

The original layout is written here from what its repositories build - blocks one after the other, counted through - and not
from the map that is under test, which computes the same names the other way round.
"""

import json
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

Kind = Literal["sd1", "sd2", "sdxl"]
BETAS = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "num_train_timesteps": 1000}
POOLED, SIZES = 96, 16
RESIDUAL = {
    "norm1": "in_layers.0",
    "conv1": "in_layers.2",
    "time_emb_proj": "emb_layers.1",
    "norm2": "out_layers.0",
    "conv2": "out_layers.3",
    "conv_shortcut": "skip_connection",
}


@dataclass(frozen=True)
class SmallModel:
    """diffusers' and transformers' networks with random weights; `text_encoders` are as many as the family has."""

    kind: Kind
    unet: nn.Module
    vae: nn.Module
    text_encoders: tuple[nn.Module, ...]

    def folder(self, path: Path) -> Path:
        """Written as a diffusers folder."""
        from diffusers import DDIMScheduler

        names = ("text_encoder", "text_encoder_2")
        parts = {"unet": self.unet, "vae": self.vae, **dict(zip(names, self.text_encoders, strict=False))}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for name, network in parts.items():
                network.save_pretrained(path / name)  # type: ignore[operator]  # no stubs
        prediction = "v_prediction" if self.kind == "sd2" else "epsilon"
        DDIMScheduler(**BETAS, prediction_type=prediction).save_pretrained(path / "scheduler")
        (path / "model_index.json").write_text(json.dumps({"force_zeros_for_empty_prompt": True}))
        return path

    def original(self) -> dict[str, Tensor]:
        """The tensors of a single file."""
        tensors = dict(prefixed("model.diffusion_model.", original_unet(self.unet)))
        tensors |= prefixed("first_stage_model.", original_autoencoder(self.vae))
        first = {
            f"text_model.{name.removeprefix('text_model.')}": t for name, t in self.text_encoders[0].state_dict().items()
        }
        match self.kind:
            case "sd1":
                tensors |= prefixed("cond_stage_model.transformer.", first)
            case "sd2":
                tensors |= prefixed("cond_stage_model.model.", openclip(self.text_encoders[0], has_unused_layer=True))
            case "sdxl":
                second = openclip(self.text_encoders[1], has_unused_layer=False)
                tensors |= prefixed("conditioner.embedders.0.transformer.", first)
                tensors |= prefixed("conditioner.embedders.1.model.", second)
        tensors |= {"model_ema.decay": torch.tensor(0.5), "alphas_cumprod": torch.ones(1000)}  # what such files hold too
        return {name: tensor.detach().clone().contiguous() for name, tensor in tensors.items()}

    def file(self, path: Path) -> Path:
        """Written as a single file."""
        save_file(self.original(), path)
        return path


def small_model(kind: Kind) -> SmallModel:
    """A model of a family; the same one every time."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from diffusers import AutoencoderKL, UNet2DConditionModel
    torch.manual_seed(0)
    return SmallModel(
        kind=kind,
        unet=UNet2DConditionModel(**UNETS[kind]).eval(),
        vae=AutoencoderKL(**AUTOENCODER, scaling_factor=0.13025 if kind == "sdxl" else 0.18215).eval(),
        text_encoders=tuple(text_encoder(**settings) for settings in TEXT_ENCODERS[kind]),
    )


def text_encoder(*, is_projected: bool, **settings: Any) -> nn.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

        network = (CLIPTextModelWithProjection if is_projected else CLIPTextModel)(CLIPTextConfig(**settings))
    eval_network: nn.Module = network.eval()
    return eval_network


PLAIN_UNET: dict[str, Any] = {
    "block_out_channels": [64, 128],
    "down_block_types": ["CrossAttnDownBlock2D", "DownBlock2D"],
    "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D"],
    "layers_per_block": 2,
    "attention_head_dim": 8,
    "cross_attention_dim": 64,
    "sample_size": 8,
}
SDXL_UNET: dict[str, Any] = PLAIN_UNET | {
    "block_out_channels": [64, 64, 128],
    "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
    "up_block_types": ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"],
    "transformer_layers_per_block": [1, 1, 2],
    "layers_per_block": 1,
    "attention_head_dim": [1, 1, 2],
    "cross_attention_dim": 64 + 128,
    "use_linear_projection": True,
    "addition_embed_type": "text_time",
    "addition_time_embed_dim": SIZES,
    "projection_class_embeddings_input_dim": POOLED + 6 * SIZES,
}
UNETS: dict[Kind, dict[str, Any]] = {
    "sd1": PLAIN_UNET,
    "sd2": PLAIN_UNET | {"attention_head_dim": [1, 2], "use_linear_projection": True},
    "sdxl": SDXL_UNET,
}
AUTOENCODER: dict[str, Any] = {
    "block_out_channels": [32, 64],
    "down_block_types": ["DownEncoderBlock2D"] * 2,
    "up_block_types": ["UpDecoderBlock2D"] * 2,
    "latent_channels": 4,
    "layers_per_block": 1,
    "sample_size": 16,
}
OPENAI: dict[str, Any] = {
    "is_projected": False,
    "hidden_size": 64,
    "intermediate_size": 96,
    "num_hidden_layers": 4,
    "num_attention_heads": 1,
    "hidden_act": "quick_gelu",
    "eos_token_id": 49407,
    "bos_token_id": 49406,
    "pad_token_id": 49407,
}
OPENCLIP = OPENAI | {"hidden_act": "gelu", "pad_token_id": 0}
PROJECTED = OPENCLIP | {"is_projected": True, "hidden_size": 128, "num_attention_heads": 2, "projection_dim": POOLED}
TEXT_ENCODERS: dict[Kind, list[dict[str, Any]]] = {"sd1": [OPENAI], "sd2": [OPENCLIP], "sdxl": [OPENAI, PROJECTED]}


def prefixed(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {prefix + name: tensor for name, tensor in tensors.items()}


def original_unet(unet: nn.Module) -> dict[str, Tensor]:
    """Every block in the order in which the original builds them, with the parameters that diffusers has for it."""
    config: Any = unet.config
    blocks, attends = config.layers_per_block, ["CrossAttn" in kind for kind in config.down_block_types]
    levels = len(attends)
    places = {"conv_in": "input_blocks.0.0", "conv_norm_out": "out.0", "conv_out": "out.2"}
    for ours, theirs in (("time_embedding", "time_embed"), ("add_embedding", "label_emb.0")):
        places |= {f"{ours}.linear_1": f"{theirs}.0", f"{ours}.linear_2": f"{theirs}.2"}
    places |= {"mid_block.resnets.0": "middle_block.0", "mid_block.attentions.0": "middle_block.1"}
    places |= {"mid_block.resnets.1": "middle_block.2"}
    count = 1
    for level in range(levels):
        for block in range(blocks):
            places[f"down_blocks.{level}.resnets.{block}"] = f"input_blocks.{count}.0"
            places[f"down_blocks.{level}.attentions.{block}"] = f"input_blocks.{count}.1"
            count += 1
        if level < levels - 1:
            places[f"down_blocks.{level}.downsamplers.0.conv"] = f"input_blocks.{count}.0.op"
            count += 1
    count = 0
    for level in range(levels):
        for block in range(blocks + 1):
            parts = ["resnets", "attentions"] if attends[levels - 1 - level] else ["resnets"]
            if block == blocks and level < levels - 1:
                parts.append("upsamplers")
            for position, part in enumerate(parts):
                number = 0 if part == "upsamplers" else block
                places[f"up_blocks.{level}.{part}.{number}"] = f"output_blocks.{count}.{position}"
            count += 1
    return {placed(name, places, RESIDUAL): tensor for name, tensor in unet.state_dict().items()}


def original_autoencoder(vae: nn.Module) -> dict[str, Tensor]:
    """Encoder and decoder; the decoder builds its levels from the coarsest but puts each one in front of the list."""
    config: Any = vae.config
    levels, blocks = len(config.block_out_channels), config.layers_per_block
    places = {"quant_conv": "quant_conv", "post_quant_conv": "post_quant_conv"}
    for side in ("encoder", "decoder"):
        places |= {f"{side}.conv_in": f"{side}.conv_in", f"{side}.conv_norm_out": f"{side}.norm_out"}
        places |= {f"{side}.conv_out": f"{side}.conv_out"}
        places |= {f"{side}.mid_block.resnets.{i}": f"{side}.mid.block_{i + 1}" for i in range(2)}
        places[f"{side}.mid_block.attentions.0"] = f"{side}.mid.attn_1"
    for level in range(levels):
        places[f"encoder.down_blocks.{level}.downsamplers.0.conv"] = f"encoder.down.{level}.downsample.conv"
        places |= {f"encoder.down_blocks.{level}.resnets.{b}": f"encoder.down.{level}.block.{b}" for b in range(blocks)}
    built: list[int] = []
    for level in range(levels):
        built.insert(0, level)
    for place, level in enumerate(built):
        places[f"decoder.up_blocks.{level}.upsamplers.0.conv"] = f"decoder.up.{place}.upsample.conv"
        places |= {f"decoder.up_blocks.{level}.resnets.{b}": f"decoder.up.{place}.block.{b}" for b in range(blocks + 1)}
    inner = {
        "conv_shortcut": "nin_shortcut",
        "group_norm": "norm",
        "to_q": "q",
        "to_k": "k",
        "to_v": "v",
        "to_out": "proj_out",
    }
    tensors = {}
    for name, tensor in vae.state_dict().items():
        original = placed(name, places, inner).replace("proj_out.0.", "proj_out.")
        is_matrix = ".attn_1." in original and tensor.dim() == 2
        tensors[original] = tensor[:, :, None, None] if is_matrix else tensor
    return tensors


def placed(name: str, places: Mapping[str, str], inner: Mapping[str, str]) -> str:
    """A parameter's name: the place of its block, then the block's own name of it."""
    block = next(block for block in sorted(places, key=len, reverse=True) if name.startswith(f"{block}."))
    head, dot, tail = name[len(block) + 1 :].partition(".")
    return f"{places[block]}.{inner.get(head, head)}{dot}{tail}"


def openclip(encoder: nn.Module, *, has_unused_layer: bool) -> dict[str, Tensor]:
    """A text encoder as open_clip writes it: nn.MultiheadAttention's fused projections, a bare matrix at the end."""
    state = {name.removeprefix("text_model."): tensor for name, tensor in encoder.state_dict().items()}
    tensors = {
        "token_embedding.weight": state["embeddings.token_embedding.weight"],
        "positional_embedding": state["embeddings.position_embedding.weight"],
        "ln_final.weight": state["final_layer_norm.weight"],
        "ln_final.bias": state["final_layer_norm.bias"],
        "logit_scale": torch.tensor(1.0),
    }
    layers = sum(name.endswith(".layer_norm1.weight") for name in state)
    for layer in range(layers):
        tensors |= prefixed(f"transformer.resblocks.{layer}.", dict(openclip_layer(state, layer)))
    width = state["final_layer_norm.bias"].shape[0]
    tensors["text_projection"] = torch.zeros(width, width)
    if "text_projection.weight" in state:  # open_clip multiplies from the right
        tensors["text_projection"] = state["text_projection.weight"].T
    if has_unused_layer:  # SD 2.x is trained on the last layer but one, which diffusers' folders leave out
        unused = {name: torch.full_like(tensor, 7.0) for name, tensor in openclip_layer(state, 0)}
        tensors |= prefixed(f"transformer.resblocks.{layers}.", unused)
    return tensors


def openclip_layer(state: Mapping[str, Tensor], layer: int) -> Iterator[tuple[str, Tensor]]:
    at = f"encoder.layers.{layer}."
    for kind in ("weight", "bias"):
        fused = torch.cat([state[f"{at}self_attn.{part}_proj.{kind}"] for part in "qkv"])
        yield f"attn.in_proj_{kind}", fused
        yield f"attn.out_proj.{kind}", state[f"{at}self_attn.out_proj.{kind}"]
        yield f"ln_1.{kind}", state[f"{at}layer_norm1.{kind}"]
        yield f"ln_2.{kind}", state[f"{at}layer_norm2.{kind}"]
        yield f"mlp.c_fc.{kind}", state[f"{at}mlp.fc1.{kind}"]
        yield f"mlp.c_proj.{kind}", state[f"{at}mlp.fc2.{kind}"]
