"""A diffusers folder's JSON configurations -> our networks' configurations; what we cannot build is refused by name."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from tagloom.diffusion.networks import AutoencoderConfig, TextEncoderConfig, UNetConfig
from tagloom.errors import ModelDamagedError

_Value = TypeVar("_Value", int, str, bool)
_DOWN: Final = {"DownBlock2D": False, "CrossAttnDownBlock2D": True}
_UP: Final = {"UpBlock2D": False, "CrossAttnUpBlock2D": True}


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """A JSON object with the path it was read from; every access checks the type and names the file."""

    path: str
    values: Mapping[str, object]

    def integer(self, name: str, default: int | None = None) -> int:
        """A whole number; `default` where the key is missing or null."""
        return self._get(name, int, default)

    def number(self, name: str, default: float | None = None) -> float:
        """A number; `default` where the key is missing or null."""
        value = self.values.get(name)
        value = default if value is None else value
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise self.refuse(name, "a number")
        return float(value)

    def text(self, name: str, default: str | None = None) -> str:
        """A string; `default` where the key is missing or null."""
        return self._get(name, str, default)

    def flag(self, name: str, default: bool) -> bool:
        """True or false; `default` where the key is missing or null."""
        return self._get(name, bool, default)

    def integers(self, name: str) -> tuple[int, ...]:
        """A list of whole numbers."""
        value = self.values.get(name)
        if not isinstance(value, list) or not value or not all(isinstance(item, int) for item in value):
            raise self.refuse(name, "a list of whole numbers")
        return tuple(value)

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of strings."""
        value = self.values.get(name)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.refuse(name, "a list of strings")
        return tuple(value)

    def spread(self, name: str, count: int, default: int | None = None) -> tuple[int, ...]:
        """A list of `count` whole numbers, or one that stands for all of them."""
        if isinstance(self.values.get(name), list):
            values = self.integers(name)
            if len(values) != count:
                raise self.refuse(name, f"{count} whole numbers")
            return values
        return (self.integer(name, default),) * count

    def refuse(self, name: str, expected: str) -> ModelDamagedError:
        """The error that `name` is not what it must be."""
        found = self.values.get(name)
        message = f"{self.path}: '{name}' is {found!r}, where {expected} is expected"
        return ModelDamagedError(message, hint="take the file from the model's origin again")

    def _get(self, name: str, kind: type[_Value], default: _Value | None) -> _Value:
        value = self.values.get(name)
        value = default if value is None else value
        if type(value) is not kind:
            raise self.refuse(name, {int: "a whole number", str: "a string", bool: "true or false"}[kind])
        return value


def text_encoder_config(file: ConfigFile) -> TextEncoderConfig:
    """The sizes in a `text_encoder/config.json`.

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
    for name in ("addition_embed_type", "class_embed_type", "encoder_hid_dim_type", "time_cond_proj_dim"):
        if file.values.get(name) is not None:
            raise file.refuse(name, "null (a plain SD 1.x or 2.x U-Net)")
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
