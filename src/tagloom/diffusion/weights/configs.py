"""A diffusers folder's JSON configurations -> our networks' configurations; what we cannot build is refused by name."""

from collections.abc import Mapping
from typing import Final

from tagloom.catalog import ConfigFile
from tagloom.diffusion.networks import AutoencoderConfig, TextEncoderConfig, UNetConfig

_DOWN: Final = {"DownBlock2D": False, "CrossAttnDownBlock2D": True}
_UP: Final = {"UpBlock2D": False, "CrossAttnUpBlock2D": True}


def text_encoder_config(file: ConfigFile, *, is_projected: bool = False) -> TextEncoderConfig:
    """The sizes in a `text_encoder/config.json`; SDXL's second encoder `is_projected`.

    Raises:
        ModelDamagedError: a value is missing, of the wrong type, or names something we do not build.
    """
    activation = file.text("hidden_act")
    if activation not in {"quick_gelu", "gelu"}:
        raise file.refuse("hidden_act", "'quick_gelu' or 'gelu'")
    return TextEncoderConfig(
        vocabulary=file.integer("vocab_size"),
        positions=file.integer("max_position_embeddings", 77),
        width=file.integer("hidden_size"),
        layers=file.integer("num_hidden_layers"),
        heads=file.integer("num_attention_heads"),
        hidden_width=file.integer("intermediate_size"),
        activation="quick_gelu" if activation == "quick_gelu" else "gelu",
        layer_norm_eps=file.number("layer_norm_eps", 1e-5),
        projection=file.integer("projection_dim") if is_projected else 0,
    )


def unet_config(file: ConfigFile) -> UNetConfig:
    """The sizes in a `unet/config.json`.

    Raises:
        ModelDamagedError: a value is missing, of the wrong type, or names something we do not build.
    """
    channels = file.integers("block_out_channels")
    levels = len(channels)
    attends = _attending(file, "down_block_types", _DOWN, levels)
    if _attending(file, "up_block_types", _UP, levels) != attends[::-1]:
        raise file.refuse("up_block_types", "the mirror image of down_block_types")
    _require(file, "mid_block_type", "UNetMidBlock2DCrossAttn")
    _require(file, "act_fn", "silu")
    _require(file, "resnet_time_scale_shift", "default")
    for name in ("class_embed_type", "encoder_hid_dim_type", "time_cond_proj_dim", "reverse_transformer_layers_per_block"):
        if file.values.get(name) is not None:
            raise file.refuse(name, "null (a plain SD 1.x, 2.x or SDXL U-Net)")
    has_added = file.values.get("addition_embed_type") is not None
    if has_added:
        _require(file, "addition_embed_type", "text_time")
    if file.integer("in_channels") != file.integer("out_channels"):
        raise file.refuse("in_channels", "as many as out_channels (inpainting and editing models have more)")
    layers = file.spread("transformer_layers_per_block", levels, 1)
    # diffusers calls the number of heads `attention_head_dim`: a misnomer it keeps for old files' sake.
    heads = file.spread("num_attention_heads" if file.values.get("num_attention_heads") else "attention_head_dim", levels, 8)
    return UNetConfig(
        in_channels=file.integer("in_channels"),
        out_channels=file.integer("out_channels"),
        channels=channels,
        heads=heads,
        transformer_layers=tuple(count if attending else 0 for count, attending in zip(layers, attends, strict=True)),
        middle_transformer_layers=layers[-1],
        residual_blocks=file.integer("layers_per_block"),
        context_width=file.integer("cross_attention_dim"),
        groups=file.integer("norm_num_groups", 32),
        linear_projection=file.flag("use_linear_projection", False),
        added_width=file.integer("projection_class_embeddings_input_dim") if has_added else 0,
    )


def autoencoder_config(file: ConfigFile) -> AutoencoderConfig:
    """The sizes in a `vae/config.json`.

    Raises:
        ModelDamagedError: a value is missing, of the wrong type, or names something we do not build.
    """
    if set(file.texts("down_block_types")) != {"DownEncoderBlock2D"}:
        raise file.refuse("down_block_types", "DownEncoderBlock2D only")
    _require(file, "act_fn", "silu")
    return AutoencoderConfig(
        latent_channels=file.integer("latent_channels"),
        channels=file.integers("block_out_channels"),
        residual_blocks=file.integer("layers_per_block"),
        groups=file.integer("norm_num_groups", 32),
        middle_attention=file.flag("mid_block_add_attention", True),
        quantisers=file.flag("use_quant_conv", True),
        scaling_factor=file.number("scaling_factor", 0.18215),
        shift_factor=file.number("shift_factor", 0.0),
    )


def _attending(file: ConfigFile, name: str, known: Mapping[str, bool], levels: int) -> list[bool]:
    types = file.texts(name)
    if len(types) != levels or not set(types) <= known.keys():
        raise file.refuse(name, f"{levels} of {' or '.join(known)}")
    return [known[kind] for kind in types]


def _require(file: ConfigFile, name: str, expected: str) -> None:
    if file.text(name, expected) != expected:
        raise file.refuse(name, f"'{expected}'")
