"""A diffusers folder's JSON configurations -> our networks' configurations; what we cannot build is refused by name.

Every option of diffusers' and transformers' classes is read, or refused unless it has the value that all Stable Diffusion
models have, or makes no difference when painting (dropout, say); a test goes through all of them.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from tagloom.catalog import MOST_LEVELS, ConfigFile
from tagloom.diffusion.networks import AutoencoderConfig, TextEncoderConfig, UNetConfig

_DOWN: Final = {"DownBlock2D": False, "CrossAttnDownBlock2D": True}
_UP: Final = {"UpBlock2D": False, "CrossAttnUpBlock2D": True}
_SILU: Final = ("silu", "swish")  # two names of x * sigmoid(x)

_TEXT_ENCODER: Final[Mapping[str, Sequence[object]]] = MappingProxyType(
    {"model_type": ("clip_text_model", "clip"), "hidden_act": ("quick_gelu", "gelu")}
)
_UNET: Final[Mapping[str, Sequence[object]]] = MappingProxyType(
    {
        "act_fn": _SILU,
        "addition_embed_type": (None, "text_time"),
        "attention_type": ("default",),
        "center_input_sample": (False, None),
        "class_embed_type": (None,),
        "class_embeddings_concat": (False, None),
        "conv_in_kernel": (3,),
        "conv_out_kernel": (3,),
        "cross_attention_norm": (False, None),
        "downsample_padding": (1,),
        "dual_cross_attention": (False, None),
        "encoder_hid_dim": (None,),
        "encoder_hid_dim_type": (None,),
        "flip_sin_to_cos": (True,),
        "freq_shift": (0,),
        "mid_block_only_cross_attention": (False, None),
        "mid_block_scale_factor": (1,),
        "mid_block_type": ("UNetMidBlock2DCrossAttn",),
        "norm_eps": (1e-5,),
        "num_class_embeds": (None,),
        "only_cross_attention": (False, None),
        "resnet_out_scale_factor": (1,),
        "resnet_skip_time_act": (False, None),
        "resnet_time_scale_shift": ("default",),
        "reverse_transformer_layers_per_block": (None,),
        "time_cond_proj_dim": (None,),
        "time_embedding_act_fn": (None,),
        "time_embedding_dim": (None,),
        "time_embedding_type": ("positional",),
        "timestep_post_act": (None,),
    }
)
_AUTOENCODER: Final[Mapping[str, Sequence[object]]] = MappingProxyType(
    {"act_fn": _SILU, "in_channels": (3,), "latents_mean": (None,), "latents_std": (None,), "out_channels": (3,)}
)
_MOST_LAYERS: Final = 256
_MOST_BLOCKS: Final = 16
_MOST_TRANSFORMERS: Final = 1024  # of a whole U-Net; SDXL's has 70
_MOST_TOKENS: Final = 1 << 17
_MOST_SCALING: Final = 1e4


def text_encoder_config(file: ConfigFile, *, is_projected: bool = False) -> TextEncoderConfig:
    """The sizes in a `text_encoder/config.json`; SDXL's second encoder `is_projected`.

    Raises:
        ModelDamagedError: a value is missing, of the wrong type, or out of all proportion.
        ModelUnsupportedError: it names something we do not build.
    """
    _require_all(file, _TEXT_ENCODER)
    width, heads = file.integer("hidden_size"), file.integer("num_attention_heads")
    if width % heads:
        raise file.refuse("num_attention_heads", f"a divisor of 'hidden_size' {width}")
    return TextEncoderConfig(
        vocabulary=file.integer("vocab_size", most=_MOST_TOKENS),
        positions=file.integer("max_position_embeddings", 77),
        width=width,
        layers=file.integer("num_hidden_layers", most=_MOST_LAYERS),
        heads=heads,
        hidden_width=file.integer("intermediate_size"),
        activation="quick_gelu" if file.text("hidden_act") == "quick_gelu" else "gelu",
        layer_norm_eps=file.number("layer_norm_eps", 1e-5, least=0, most=1),
        projection=file.integer("projection_dim") if is_projected else 0,
    )


def unet_config(file: ConfigFile) -> UNetConfig:
    """The sizes in a `unet/config.json`.

    Raises:
        ModelDamagedError: a value is missing, of the wrong type, or out of all proportion.
        ModelUnsupportedError: it names something we do not build.
    """
    _require_all(file, _UNET)
    channels = file.integers("block_out_channels", longest=MOST_LEVELS)
    levels = len(channels)
    attends = _attending(file, "down_block_types", _DOWN, levels)
    if _attending(file, "up_block_types", _UP, levels) != attends[::-1]:
        raise file.unsupported("up_block_types", "the mirror image of down_block_types")
    if file.integer("in_channels", 4) != file.integer("out_channels", 4):
        raise file.unsupported("in_channels", "as many as out_channels (inpainting and editing models have more)")
    blocks = file.integer("layers_per_block", 2, most=_MOST_BLOCKS)
    layers = file.spread("transformer_layers_per_block", levels, 1, most=_MOST_LAYERS)
    if sum(layers) * (2 * blocks + 1) > _MOST_TRANSFORMERS:
        raise file.refuse("transformer_layers_per_block", f"at most {_MOST_TRANSFORMERS} transformer blocks in all")
    has_added = file.values.get("addition_embed_type") is not None
    return UNetConfig(
        in_channels=file.integer("in_channels", 4),
        out_channels=file.integer("out_channels", 4),
        channels=channels,
        heads=_heads(file, channels, attends),
        transformer_layers=tuple(count if attending else 0 for count, attending in zip(layers, attends, strict=True)),
        middle_transformer_layers=layers[-1],
        residual_blocks=blocks,
        context_width=file.integer("cross_attention_dim"),
        groups=_groups(file, channels),
        linear_projection=file.flag("use_linear_projection", False),
        added_width=file.integer("projection_class_embeddings_input_dim") if has_added else 0,
    )


def autoencoder_config(file: ConfigFile) -> AutoencoderConfig:
    """The sizes in a `vae/config.json`.

    Raises:
        ModelDamagedError: a value is missing, of the wrong type, or out of all proportion.
        ModelUnsupportedError: it names something we do not build.
    """
    _require_all(file, _AUTOENCODER)
    channels = file.integers("block_out_channels", longest=MOST_LEVELS)
    for name, kind in (("down_block_types", "DownEncoderBlock2D"), ("up_block_types", "UpDecoderBlock2D")):
        if list(file.texts(name)) != [kind] * len(channels):
            raise file.unsupported(name, f"{len(channels)} times {kind}")
    quantisers = file.flag("use_quant_conv", True)
    if file.flag("use_post_quant_conv", True) != quantisers:
        raise file.unsupported("use_post_quant_conv", "the same as use_quant_conv")
    return AutoencoderConfig(
        latent_channels=file.integer("latent_channels", 4),
        channels=channels,
        residual_blocks=file.integer("layers_per_block", 1, most=_MOST_BLOCKS),
        groups=_groups(file, channels),
        middle_attention=file.flag("mid_block_add_attention", True),
        quantisers=quantisers,
        scaling_factor=file.number("scaling_factor", 0.18215, least=1 / _MOST_SCALING, most=_MOST_SCALING),
        shift_factor=file.number("shift_factor", 0.0, least=-_MOST_SCALING, most=_MOST_SCALING),
    )


def _require_all(file: ConfigFile, options: Mapping[str, Sequence[object]]) -> None:
    for name, accepted in options.items():
        file.require(name, accepted)


def _attending(file: ConfigFile, name: str, known: Mapping[str, bool], levels: int) -> list[bool]:
    types = file.texts(name)
    if len(types) != levels or not set(types) <= known.keys():
        raise file.unsupported(name, f"{levels} of {' or '.join(known)}")
    return [known[kind] for kind in types]


def _heads(file: ConfigFile, channels: Sequence[int], attends: Sequence[bool]) -> tuple[int, ...]:
    """The attention heads of every level; where it attends, and in the middle, they share out its channels."""
    # diffusers calls the number of heads `attention_head_dim`: a misnomer it keeps for old files' sake.
    name = "num_attention_heads" if file.values.get("num_attention_heads") is not None else "attention_head_dim"
    heads = file.spread(name, len(channels), 8)
    uses = [*attends[:-1], True]
    if any(used and width % count for width, count, used in zip(channels, heads, uses, strict=True)):
        raise file.refuse(name, f"divisors of 'block_out_channels' {list(channels)}")
    return heads


def _groups(file: ConfigFile, channels: Sequence[int]) -> int:
    groups = file.integer("norm_num_groups", 32)
    if any(width % groups for width in channels):
        raise file.refuse("norm_num_groups", f"a divisor of 'block_out_channels' {list(channels)}")
    return groups
