"""Pixels <-> latents: the variational autoencoder of Stable Diffusion (Rombach et al. 2022; Esser et al. 2021).

Parameter names are those of diffusers' `AutoencoderKL`.
"""

from dataclasses import dataclass
from typing import cast

from torch import Tensor, nn
from torch.nn import functional

from tagloom.choices import Tiling
from tagloom.diffusion.networks.attention import Attention
from tagloom.diffusion.networks.blocks import Downsample, ResidualBlock, Upsample, convolve
from tagloom.diffusion.networks.row_wise import RowConv2d, RowGroupNorm

_EPS = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoencoderConfig:
    """Sizes of an autoencoder; `channels` has one entry for each resolution, from the finest.

    Latents are (encoded - shift_factor) * scaling_factor, so that they have about unit variance.
    """

    latent_channels: int
    channels: tuple[int, ...]
    residual_blocks: int
    groups: int
    middle_attention: bool
    quantisers: bool
    scaling_factor: float
    shift_factor: float


class Autoencoder(nn.Module):
    """Encodes pixels in [-1, 1] to latents and back. Along the axes of `tiling` the picture is a ring."""

    def __init__(self, config: AutoencoderConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = _Encoder(config)
        self.decoder = Decoder(config)
        if config.quantisers:
            self.quant_conv = RowConv2d(2 * config.latent_channels, 2 * config.latent_channels, 1)
            self.post_quant_conv = RowConv2d(config.latent_channels, config.latent_channels, 1)

    def moments(self, pixels: Tensor, tiling: Tiling = "off") -> tuple[Tensor, Tensor]:
        """Pixels (B, 3, H, W) to the mean and log variance of unscaled latents, each (B, 4, h, w)."""
        hidden = self.encoder(pixels, tiling)
        mean, log_variance = (self.quant_conv(hidden) if self.config.quantisers else hidden).chunk(2, dim=1)
        return mean, log_variance.clamp(-30, 20)

    def encode(self, pixels: Tensor, tiling: Tiling = "off") -> Tensor:
        """Pixels (B, 3, H, W) in [-1, 1] to the mean of their latents (B, 4, h, w), scaled."""
        mean, _ = self.moments(pixels, tiling)
        return (mean - self.config.shift_factor) * self.config.scaling_factor

    def decode(self, latents: Tensor, tiling: Tiling = "off") -> Tensor:
        """Scaled latents (B, 4, h, w) to pixels (B, 3, H, W), about [-1, 1]."""
        result: Tensor = self.decoder(self.unscaled(latents), tiling)
        return result

    def unscaled(self, latents: Tensor) -> Tensor:
        """Scaled latents to what the decoder takes."""
        latents = latents / self.config.scaling_factor + self.config.shift_factor
        return cast(Tensor, self.post_quant_conv(latents)) if self.config.quantisers else latents


def _residual(config: AutoencoderConfig, channels: int, out_channels: int) -> ResidualBlock:
    return ResidualBlock(channels, out_channels, groups=config.groups, eps=_EPS)


class _Encoder(nn.Module):
    def __init__(self, config: AutoencoderConfig) -> None:
        super().__init__()
        self.conv_in = RowConv2d(3, config.channels[0], 3, padding=1)
        self.down_blocks = nn.ModuleList(_DownBlock(config, level) for level in range(len(config.channels)))
        self.mid_block = _MiddleBlock(config)
        self.conv_norm_out = RowGroupNorm(config.groups, config.channels[-1], eps=_EPS)
        self.conv_out = RowConv2d(config.channels[-1], 2 * config.latent_channels, 3, padding=1)

    def forward(self, pixels: Tensor, tiling: Tiling) -> Tensor:
        hidden = convolve(self.conv_in, pixels, tiling)
        for block in self.down_blocks:
            hidden = block(hidden, tiling)
        hidden = self.mid_block(hidden, tiling)
        return convolve(self.conv_out, functional.silu(self.conv_norm_out(hidden)), tiling)


class Decoder(nn.Module):
    """Unscaled latents to pixels; `decode_in_bands` goes the same way band by band."""

    def __init__(self, config: AutoencoderConfig) -> None:
        super().__init__()
        self.conv_in = RowConv2d(config.latent_channels, config.channels[-1], 3, padding=1)
        self.mid_block = _MiddleBlock(config)
        self.up_blocks = nn.ModuleList(UpBlock(config, level) for level in reversed(range(len(config.channels))))
        self.conv_norm_out = RowGroupNorm(config.groups, config.channels[0], eps=_EPS)
        self.conv_out = RowConv2d(config.channels[0], 3, 3, padding=1)

    def forward(self, latents: Tensor, tiling: Tiling) -> Tensor:
        """Unscaled latents (B, 4, h, w) to pixels (B, 3, H, W)."""
        hidden = self.mid_block(convolve(self.conv_in, latents, tiling), tiling)
        for block in self.up_blocks:
            hidden = block(hidden, tiling)
        return convolve(self.conv_out, functional.silu(self.conv_norm_out(hidden)), tiling)


class _DownBlock(nn.Module):
    def __init__(self, config: AutoencoderConfig, level: int) -> None:
        super().__init__()
        before, channels = config.channels[max(level - 1, 0)], config.channels[level]
        widths = [before, *[channels] * (config.residual_blocks - 1)]
        self.resnets = nn.ModuleList(_residual(config, width, channels) for width in widths)
        is_coarsest = level == len(config.channels) - 1
        self.downsamplers = nn.ModuleList([] if is_coarsest else [Downsample(channels, pads_all_around=False)])

    def forward(self, hidden: Tensor, tiling: Tiling) -> Tensor:
        for resnet in self.resnets:
            hidden = resnet(hidden, None, tiling)
        for downsample in self.downsamplers:
            hidden = downsample(hidden, tiling)
        return hidden


class _MiddleBlock(nn.Module):
    def __init__(self, config: AutoencoderConfig) -> None:
        super().__init__()
        channels = config.channels[-1]
        self.resnets = nn.ModuleList(_residual(config, channels, channels) for _ in range(2))
        self.attentions = nn.ModuleList([_PixelAttention(channels, config.groups)] if config.middle_attention else [])

    def forward(self, hidden: Tensor, tiling: Tiling) -> Tensor:
        hidden = self.resnets[0](hidden, None, tiling)
        for attention in self.attentions:
            hidden = attention(hidden)
        result: Tensor = self.resnets[1](hidden, None, tiling)
        return result


class _PixelAttention(Attention):
    """One head of attention over all pixels, added to them."""

    def __init__(self, channels: int, groups: int) -> None:
        super().__init__(channels, heads=1, context_width=channels, qkv_bias=True)
        self.group_norm = RowGroupNorm(groups, channels, eps=_EPS)

    def forward(self, features: Tensor) -> Tensor:  # type: ignore[override]  # it attends to itself alone
        rows = self.group_norm(features).flatten(2).transpose(1, 2)  # (B, H*W, C)
        return features + super().forward(rows, rows).transpose(1, 2).reshape(features.shape)


class UpBlock(nn.Module):
    """The residual blocks of a resolution, and the way to the next finer one."""

    def __init__(self, config: AutoencoderConfig, level: int) -> None:
        super().__init__()
        coarser = config.channels[min(level + 1, len(config.channels) - 1)]
        channels = config.channels[level]
        widths = [coarser, *[channels] * config.residual_blocks]
        self.resnets = nn.ModuleList(_residual(config, width, channels) for width in widths)
        self.upsamplers = nn.ModuleList([] if level == 0 else [Upsample(channels)])

    def forward(self, hidden: Tensor, tiling: Tiling) -> Tensor:
        """(B, C, h, w) to (B, C', 2h, 2w), or (h, w) at the finest resolution."""
        for resnet in self.resnets:
            hidden = resnet(hidden, None, tiling)
        for upsample in self.upsamplers:
            height, width = hidden.shape[-2:]
            hidden = upsample(hidden, (2 * height, 2 * width), tiling)
        return hidden
