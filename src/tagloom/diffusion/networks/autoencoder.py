"""Pixels <-> latents: the variational autoencoder of Stable Diffusion (Rombach et al. 2022; Esser et al. 2021).

Parameter names are those of diffusers' `AutoencoderKL`.
"""

from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn import functional

from tagloom.diffusion.networks.attention import Attention
from tagloom.diffusion.networks.blocks import Downsample, ResidualBlock, Upsample
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
    """Encodes pixels in [-1, 1] to latents and back."""

    def __init__(self, config: AutoencoderConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = _Encoder(config)
        self.decoder = _Decoder(config)
        if config.quantisers:
            self.quant_conv = RowConv2d(2 * config.latent_channels, 2 * config.latent_channels, 1)
            self.post_quant_conv = RowConv2d(config.latent_channels, config.latent_channels, 1)

    def moments(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Pixels (B, 3, H, W) to the mean and log variance of unscaled latents, each (B, 4, h, w)."""
        hidden = self.encoder(pixels)
        mean, log_variance = (self.quant_conv(hidden) if self.config.quantisers else hidden).chunk(2, dim=1)
        return mean, log_variance.clamp(-30, 20)

    def encode(self, pixels: Tensor) -> Tensor:
        """Pixels (B, 3, H, W) in [-1, 1] to the mean of their latents (B, 4, h, w), scaled."""
        mean, _ = self.moments(pixels)
        return (mean - self.config.shift_factor) * self.config.scaling_factor

    def decode(self, latents: Tensor) -> Tensor:
        """Scaled latents (B, 4, h, w) to pixels (B, 3, H, W), about [-1, 1]."""
        latents = latents / self.config.scaling_factor + self.config.shift_factor
        hidden = self.post_quant_conv(latents) if self.config.quantisers else latents
        result: Tensor = self.decoder(hidden)
        return result


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

    def forward(self, pixels: Tensor) -> Tensor:
        hidden = self.conv_in(pixels)
        for block in self.down_blocks:
            hidden = block(hidden)
        result: Tensor = self.conv_out(functional.silu(self.conv_norm_out(self.mid_block(hidden))))
        return result


class _Decoder(nn.Module):
    def __init__(self, config: AutoencoderConfig) -> None:
        super().__init__()
        self.conv_in = RowConv2d(config.latent_channels, config.channels[-1], 3, padding=1)
        self.mid_block = _MiddleBlock(config)
        self.up_blocks = nn.ModuleList(_UpBlock(config, level) for level in reversed(range(len(config.channels))))
        self.conv_norm_out = RowGroupNorm(config.groups, config.channels[0], eps=_EPS)
        self.conv_out = RowConv2d(config.channels[0], 3, 3, padding=1)

    def forward(self, latents: Tensor) -> Tensor:
        hidden = self.mid_block(self.conv_in(latents))
        for block in self.up_blocks:
            hidden = block(hidden)
        result: Tensor = self.conv_out(functional.silu(self.conv_norm_out(hidden)))
        return result


class _DownBlock(nn.Module):
    def __init__(self, config: AutoencoderConfig, level: int) -> None:
        super().__init__()
        before, channels = config.channels[max(level - 1, 0)], config.channels[level]
        widths = [before, *[channels] * (config.residual_blocks - 1)]
        self.resnets = nn.ModuleList(_residual(config, width, channels) for width in widths)
        is_coarsest = level == len(config.channels) - 1
        self.downsamplers = nn.ModuleList([] if is_coarsest else [Downsample(channels, pads_all_around=False)])

    def forward(self, hidden: Tensor) -> Tensor:
        for resnet in self.resnets:
            hidden = resnet(hidden)
        for downsample in self.downsamplers:
            hidden = downsample(hidden)
        return hidden


class _MiddleBlock(nn.Module):
    def __init__(self, config: AutoencoderConfig) -> None:
        super().__init__()
        channels = config.channels[-1]
        self.resnets = nn.ModuleList(_residual(config, channels, channels) for _ in range(2))
        self.attentions = nn.ModuleList([_PixelAttention(channels, config.groups)] if config.middle_attention else [])

    def forward(self, hidden: Tensor) -> Tensor:
        hidden = self.resnets[0](hidden)
        for attention in self.attentions:
            hidden = attention(hidden)
        result: Tensor = self.resnets[1](hidden)
        return result


class _PixelAttention(Attention):
    """One head of attention over all pixels, added to them."""

    def __init__(self, channels: int, groups: int) -> None:
        super().__init__(channels, heads=1, context_width=channels, qkv_bias=True)
        self.group_norm = RowGroupNorm(groups, channels, eps=_EPS)

    def forward(self, features: Tensor) -> Tensor:  # type: ignore[override]  # it attends to itself alone
        rows = self.group_norm(features).flatten(2).transpose(1, 2)  # (B, H*W, C)
        return features + super().forward(rows, rows).transpose(1, 2).reshape(features.shape)


class _UpBlock(nn.Module):
    def __init__(self, config: AutoencoderConfig, level: int) -> None:
        super().__init__()
        coarser = config.channels[min(level + 1, len(config.channels) - 1)]
        channels = config.channels[level]
        widths = [coarser, *[channels] * config.residual_blocks]
        self.resnets = nn.ModuleList(_residual(config, width, channels) for width in widths)
        self.upsamplers = nn.ModuleList([] if level == 0 else [Upsample(channels)])

    def forward(self, hidden: Tensor) -> Tensor:
        for resnet in self.resnets:
            hidden = resnet(hidden)
        for upsample in self.upsamplers:
            height, width = hidden.shape[-2:]
            hidden = upsample(hidden, (2 * height, 2 * width))
        return hidden
