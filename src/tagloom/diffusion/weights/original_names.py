"""Parameter names of our networks (diffusers', transformers') -> those of the original layout.

The original layout is that of the CompVis and Stability repositories, in which checkpoints are passed on as single files:
the U-Net's blocks are counted through (`input_blocks.7`), the autoencoder's decoder counts its levels from the finest, and
OpenCLIP's encoders hold queries, keys and values in one matrix. Names here have no prefix; see `checkpoint_file`.
"""

import re
from collections.abc import Mapping
from typing import Final

from tagloom.diffusion.networks import AutoencoderConfig, UNetConfig
from tagloom.diffusion.weights.source import Source, Take

_UNET_ENDS: Final = {
    "time_embedding.linear_1": "time_embed.0",
    "time_embedding.linear_2": "time_embed.2",
    "add_embedding.linear_1": "label_emb.0.0",
    "add_embedding.linear_2": "label_emb.0.2",
    "conv_in": "input_blocks.0.0",
    "conv_norm_out": "out.0",
    "conv_out": "out.2",
    "mid_block.resnets.0": "middle_block.0",
    "mid_block.attentions.0": "middle_block.1",
    "mid_block.resnets.1": "middle_block.2",
}
_UNET_RESIDUAL: Final = {
    "norm1": "in_layers.0",
    "conv1": "in_layers.2",
    "time_emb_proj": "emb_layers.1",
    "norm2": "out_layers.0",
    "conv2": "out_layers.3",
    "conv_shortcut": "skip_connection",
}
_AUTOENCODER_ATTENTION: Final = {"to_q": "q", "to_k": "k", "to_v": "v", "to_out.0": "proj_out"}
_OPENCLIP_ENDS: Final = {
    "embeddings.token_embedding.weight": "token_embedding.weight",
    "embeddings.position_embedding.weight": "positional_embedding",
    "final_layer_norm.weight": "ln_final.weight",
    "final_layer_norm.bias": "ln_final.bias",
}
_OPENCLIP_LAYER: Final = {
    "layer_norm1": "ln_1",
    "layer_norm2": "ln_2",
    "mlp.fc1": "mlp.c_fc",
    "mlp.fc2": "mlp.c_proj",
    "self_attn.out_proj": "attn.out_proj",
}
_THIRDS: Final[Mapping[str, Take]] = {"q_proj": "first third", "k_proj": "second third", "v_proj": "last third"}

_BLOCK: Final = re.compile(r"(down|up)_blocks\.(\d+)\.(resnets|attentions|downsamplers|upsamplers)\.(\d+)\.(.+)")
_LAYER: Final = re.compile(r"encoder\.layers\.(\d+)\.(.+)\.(weight|bias)")


def unet_source(name: str, config: UNetConfig) -> Source:
    """Where a U-Net's parameter stands."""
    for ours, theirs in _UNET_ENDS.items():
        if name.startswith(f"{ours}."):
            return Source(theirs + _residual(name.removeprefix(ours), _UNET_RESIDUAL))
    found = _BLOCK.fullmatch(name)
    assert found, name
    way, kind, rest = found[1], found[3], found[5]
    block, index = int(found[2]), int(found[4])
    length = config.residual_blocks + 1  # of a level in either direction: downwards its last is the change of resolution
    match way, kind:
        case "down", "resnets":
            return Source(f"input_blocks.{1 + block * length + index}.0.{_residual(rest, _UNET_RESIDUAL)}")
        case "down", "attentions":
            return Source(f"input_blocks.{1 + block * length + index}.1.{rest}")
        case "down", _:
            return Source(f"input_blocks.{(block + 1) * length}.0.op.{rest.removeprefix('conv.')}")
        case _, "resnets":
            return Source(f"output_blocks.{block * length + index}.0.{_residual(rest, _UNET_RESIDUAL)}")
        case _, "attentions":
            return Source(f"output_blocks.{block * length + index}.1.{rest}")
        case _:
            # Upwards it is the last part of the level's last block: behind the transformer, where there is one.
            has_transformer = config.transformer_layers[len(config.channels) - 1 - block] > 0
            return Source(f"output_blocks.{block * length + length - 1}.{1 + has_transformer}.{rest}")


def autoencoder_source(name: str, config: AutoencoderConfig) -> Source:
    """Where an autoencoder's parameter stands."""
    side, _, rest = name.partition(".")
    if side not in {"encoder", "decoder"}:
        return Source(name)
    if rest.startswith("conv_norm_out."):
        return Source(f"{side}.{rest.replace('conv_norm_out', 'norm_out')}")
    if rest.startswith("mid_block.resnets."):
        number, _, end = rest.removeprefix("mid_block.resnets.").partition(".")
        return Source(f"{side}.mid.block_{int(number) + 1}.{end.replace('conv_shortcut', 'nin_shortcut')}")
    if rest.startswith("mid_block.attentions.0."):
        return _attention_source(side, rest.removeprefix("mid_block.attentions.0."))
    found = _BLOCK.fullmatch(rest)
    if not found:
        return Source(name)
    way, kind, end = found[1], found[3], found[5]
    # The decoder's blocks run from the coarsest level, but are counted from the finest.
    level = int(found[2]) if way == "down" else len(config.channels) - 1 - int(found[2])
    if kind == "resnets":
        return Source(f"{side}.{way}.{level}.block.{found[4]}.{end.replace('conv_shortcut', 'nin_shortcut')}")
    return Source(f"{side}.{way}.{level}.{way}sample.{end}")


def openclip_source(name: str) -> Source:
    """Where a text encoder's parameter stands in OpenCLIP's layout (OpenAI's is transformers' own)."""
    if name in _OPENCLIP_ENDS:
        return Source(_OPENCLIP_ENDS[name])
    if name == "text_projection.weight":
        return Source("text_projection", "transposed")
    found = _LAYER.fullmatch(name)
    assert found, name
    layer, part, kind = found[1], found[2], found[3]
    if part in _OPENCLIP_LAYER:
        return Source(f"transformer.resblocks.{layer}.{_OPENCLIP_LAYER[part]}.{kind}")
    return Source(f"transformer.resblocks.{layer}.attn.in_proj_{kind}", _THIRDS[part.removeprefix("self_attn.")])


def _residual(rest: str, names: Mapping[str, str]) -> str:
    """The rest of a name with the part of a residual block, if it begins with one, in the original's words."""
    dot = "." if rest.startswith(".") else ""
    first, _, last = rest.removeprefix(".").partition(".")
    return f"{dot}{names.get(first, first)}.{last}" if last else rest


def _attention_source(side: str, rest: str) -> Source:
    part, _, kind = rest.rpartition(".")
    if part == "group_norm":
        return Source(f"{side}.mid.attn_1.norm.{kind}")
    return Source(f"{side}.mid.attn_1.{_AUTOENCODER_ATTENTION[part]}.{kind}", "matrix" if kind == "weight" else "whole")
