"""A profile of the recipe: every number that a run depends on, read from a TOML file."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

import torch

from tagloom.diffusion.networks import AutoencoderConfig, TextEncoderConfig, UNetConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """How long one network is trained: steps of `batch` samples, a peak learning rate with a cosine to zero."""

    steps: int
    batch: int
    learning_rate: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """size: pixels a side. scenes: how many pictures are drawn. captions: how many each gets. threads: torch's.

    minutes_between_checkpoints: how much work a kill may cost. precision: "bf16" where the CPU is faster in it (measured:
    1.36 times with AVX512-BF16, but fp32 1.6 times where the CPU has neither that nor AMX), else "fp32". device: "cpu" or
    "cuda". keeps_optimizer: whether checkpoints hold the optimiser's state too, which makes them eight times as large.
    """

    size: int
    scenes: int
    captions: int
    threads: int
    minutes_between_checkpoints: float
    precision: str
    device: str
    keeps_optimizer: bool
    autoencoder_channels: tuple[int, ...]
    text_width: int
    text_layers: int
    text_heads: int
    unet_channels: tuple[int, ...]
    unet_residual_blocks: int
    unet_heads: int
    autoencoder: Stage
    text_encoder: Stage
    denoiser: Stage

    def autocast(self) -> torch.autocast:
        """The context that training computes in."""
        return torch.autocast(self.device, torch.bfloat16, enabled=self.precision == "bf16")

    @property
    def factor(self) -> int:
        """Pixels along one latent cell."""
        return int(2 ** (len(self.autoencoder_channels) - 1))

    def autoencoder_config(self, scaling_factor: float) -> AutoencoderConfig:
        """Sizes of the autoencoder."""
        return AutoencoderConfig(
            latent_channels=4,
            channels=self.autoencoder_channels,
            residual_blocks=1,
            groups=16,
            middle_attention=False,
            quantisers=True,
            scaling_factor=scaling_factor,
            shift_factor=0.0,
        )

    def text_encoder_config(self) -> TextEncoderConfig:
        """Sizes of the text tower: CLIP's, only narrower."""
        return TextEncoderConfig(
            vocabulary=49408,
            positions=77,
            width=self.text_width,
            layers=self.text_layers,
            heads=self.text_heads,
            hidden_width=4 * self.text_width,
            activation="quick_gelu",
            layer_norm_eps=1e-5,
        )

    def unet_config(self) -> UNetConfig:
        """Sizes of the U-Net: attention at all resolutions but the finest."""
        levels = len(self.unet_channels)
        return UNetConfig(
            in_channels=4,
            out_channels=4,
            channels=self.unet_channels,
            heads=(self.unet_heads,) * levels,
            transformer_layers=(0, *[1] * (levels - 1)),
            middle_transformer_layers=1,
            residual_blocks=self.unet_residual_blocks,
            context_width=self.text_width,
            groups=16,
            linear_projection=False,
        )


def read_profile(path: Path) -> Profile:
    """The profile in a TOML file."""
    values = tomllib.loads(path.read_text(encoding="utf-8"))
    stages = {name: Stage(**values.pop(name)) for name in ("autoencoder", "text_encoder", "denoiser")}
    lists = {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
    return Profile(**values | lists | stages)
