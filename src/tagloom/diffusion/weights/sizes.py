"""The shapes in a file of the original layout -> our networks' configurations.

Heads cannot be told from shapes; they are the families' own: SD 1.x has 8 everywhere, the others as many as make 64
channels each, as have all text encoders.
"""

from typing import Final

from tagloom.catalog import TAKE_AGAIN, Header
from tagloom.catalog.checkpoint import text_layers
from tagloom.diffusion.networks import AutoencoderConfig, TextEncoderConfig, UNetConfig
from tagloom.engine.model import Family
from tagloom.errors import ModelDamagedError

_GROUPS: Final = 32
_SD1_HEADS: Final = 8
_HEAD_WIDTH: Final = 64
_SCALING: Final = {"sd1": 0.18215, "sd2": 0.18215, "sdxl": 0.13025}
_MATRIX: Final = 2


def unet_sizes(header: Header, family: Family) -> UNetConfig:
    """The sizes of a U-Net whose names begin at `input_blocks`.

    Raises:
        ModelDamagedError: a tensor that tells one is missing, or its levels are not built alike.
    """
    levels: list[list[tuple[int, int]]] = [[]]  # of each residual block: channels, transformer layers
    for index in range(1, header.count("input_blocks.")):
        if f"input_blocks.{index}.0.op.weight" in header.tensors:
            levels.append([])
            continue
        channels = _side(header, f"input_blocks.{index}.0.in_layers.2.weight", 0)
        levels[-1].append((channels, header.count(f"input_blocks.{index}.1.transformer_blocks.")))
    if not all(level and len(level) == len(levels[0]) and len(set(level)) == 1 for level in levels):
        raise ModelDamagedError(f"{header.path} has a U-Net whose levels are not built alike", hint=TAKE_AGAIN)
    widths = tuple(level[0][0] for level in levels)
    attends = [name for name in header.tensors if name.endswith(".attn2.to_k.weight")]
    projections = [name for name in header.tensors if name.endswith(".1.proj_in.weight")]
    added = "label_emb.0.0.weight"
    return UNetConfig(
        in_channels=_side(header, "input_blocks.0.0.weight", 1),
        out_channels=_side(header, "out.2.weight", 0),
        channels=widths,
        heads=tuple(_SD1_HEADS if family == "sd1" else max(width // _HEAD_WIDTH, 1) for width in widths),
        transformer_layers=tuple(level[0][1] for level in levels),
        middle_transformer_layers=header.count("middle_block.1.transformer_blocks."),
        residual_blocks=len(levels[0]),
        context_width=_side(header, attends[0], 1) if attends else 0,
        groups=_GROUPS,
        linear_projection=bool(projections) and len(header.shape(projections[0])) == _MATRIX,
        added_width=_side(header, added, 1) if added in header.tensors else 0,
    )


def autoencoder_sizes(header: Header, family: Family) -> AutoencoderConfig:
    """The sizes of an autoencoder whose names begin at `decoder`, as the original or as diffusers calls its parts.

    Raises:
        ModelDamagedError: a tensor that tells one is missing, or whole levels are.
    """
    is_diffusers = header.has("decoder.up_blocks.")
    levels = header.count("decoder.up_blocks." if is_diffusers else "decoder.up.")
    first = "decoder.up_blocks.{}.resnets.0.conv1.weight" if is_diffusers else "decoder.up.{}.block.0.conv1.weight"
    finest = "decoder.up_blocks.0.resnets." if is_diffusers else "decoder.up.0.block."
    numbers = reversed(range(levels)) if is_diffusers else range(levels)
    attention = "decoder.mid_block.attentions." if is_diffusers else "decoder.mid.attn_1."
    channels = tuple(_side(header, first.format(number), 0) for number in numbers)
    residual_blocks = header.count(finest) - 1
    if not channels or residual_blocks < 1:
        raise ModelDamagedError(f"{header.path} has an autoencoder without its levels", hint=TAKE_AGAIN)
    return AutoencoderConfig(
        latent_channels=_side(header, "decoder.conv_in.weight", 1),
        channels=channels,
        residual_blocks=residual_blocks,
        groups=_GROUPS,
        middle_attention=header.has(attention),
        quantisers=header.has("post_quant_conv."),
        scaling_factor=_SCALING[family],
        shift_factor=0.0,
    )


def openai_sizes(header: Header) -> TextEncoderConfig:
    """The sizes of a text encoder in transformers' layout, whose names begin at `embeddings`.

    Raises:
        ModelDamagedError: a tensor that tells one is missing.
    """
    width = _side(header, "embeddings.token_embedding.weight", 1)
    return TextEncoderConfig(
        vocabulary=_side(header, "embeddings.token_embedding.weight", 0),
        positions=_side(header, "embeddings.position_embedding.weight", 0),
        width=width,
        layers=text_layers(header, ""),
        heads=max(width // _HEAD_WIDTH, 1),
        hidden_width=_side(header, "encoder.layers.0.mlp.fc1.weight", 0),
        activation="quick_gelu",
        layer_norm_eps=1e-5,
    )


def openclip_sizes(header: Header, *, left_out: int, projection: int) -> TextEncoderConfig:
    """The sizes of a text encoder in OpenCLIP's layout, less so many layers at its end.

    Raises:
        ModelDamagedError: a tensor that tells one is missing.
    """
    width = _side(header, "token_embedding.weight", 1)
    return TextEncoderConfig(
        vocabulary=_side(header, "token_embedding.weight", 0),
        positions=_side(header, "positional_embedding", 0),
        width=width,
        layers=text_layers(header, "") - left_out,
        heads=max(width // _HEAD_WIDTH, 1),
        hidden_width=_side(header, "transformer.resblocks.0.mlp.c_fc.weight", 0),
        activation="gelu",
        layer_norm_eps=1e-5,
        projection=projection,
    )


def _side(header: Header, name: str, axis: int) -> int:
    """One side of a tensor's shape."""
    shape = header.shape(name)
    if axis >= len(shape):
        raise ModelDamagedError(f"{header.path}: tensor '{name}' has only {len(shape)} dimensions", hint=TAKE_AGAIN)
    return shape[axis]
