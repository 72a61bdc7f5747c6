"""Noisy latents, a timestep and a text -> the noise (or v): the U-Net of Stable Diffusion (Rombach et al. 2022).

Parameter names are those of diffusers' `UNet2DConditionModel`. The timestep is a vector: every row of a batch may be at
another step of another run.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from tagloom.choices import Tiling
from tagloom.diffusion.networks.attention import SpatialTransformer
from tagloom.diffusion.networks.blocks import Downsample, ResidualBlock, Upsample, convolve
from tagloom.diffusion.networks.row_wise import RowConv2d, RowGroupNorm, RowLinear

_EPS = 1e-5


@dataclass(frozen=True, slots=True, kw_only=True)
class UNetConfig:
    """Sizes of a U-Net, one entry for each resolution, from the finest.

    `heads` are attention heads and `transformer_layers` blocks in a spatial transformer; 0 of the latter means that this
    resolution has none. The middle is built like the coarsest resolution, but always has a transformer. `added_width` is
    that of a vector added to the time embedding (SDXL: pooled text and sizes); 0 where there is none.
    """

    in_channels: int
    out_channels: int
    channels: tuple[int, ...]
    heads: tuple[int, ...]
    transformer_layers: tuple[int, ...]
    middle_transformer_layers: int
    residual_blocks: int
    context_width: int
    groups: int
    linear_projection: bool
    added_width: int = 0


class UNet(nn.Module):
    """The network; its sinusoid of the timestep is always computed in float32."""

    def __init__(self, config: UNetConfig) -> None:
        super().__init__()
        self.config = config
        finest, coarsest = config.channels[0], config.channels[-1]
        self.time_embedding = _Embedding(finest, 4 * finest)
        if config.added_width:
            self.add_embedding = _Embedding(config.added_width, 4 * finest)
        self.conv_in = RowConv2d(config.in_channels, finest, 3, padding=1)
        self.down_blocks = nn.ModuleList(_DownBlock(config, level) for level in range(len(config.channels)))
        self.mid_block = _MiddleBlock(config)
        self.up_blocks = nn.ModuleList(_UpBlock(config, level) for level in reversed(range(len(config.channels))))
        self.conv_norm_out = RowGroupNorm(config.groups, finest, eps=_EPS)
        self.conv_out = RowConv2d(finest, config.out_channels, 3, padding=1)
        assert coarsest % config.groups == 0

    def forward(
        self,
        latents: Tensor,
        timesteps: Tensor,
        context: Tensor,
        added: Tensor | None = None,
        tiling: Tiling = "off",
    ) -> Tensor:
        """Latents (B, 4, h, w), float timesteps (B,), context (B, T, D) to the prediction (B, 4, h, w).

        `added` (B, `added_width`) is what SDXL is told beside the text; a U-Net that takes none is given none. Along the
        axes of `tiling` the picture is a ring: the first column is the last one's neighbour.
        """
        sinusoid = timestep_sinusoid(timesteps, self.config.channels[0])
        return self.predict(latents, sinusoid.to(latents.dtype), context, added, tiling)

    def predict(
        self, latents: Tensor, sinusoid: Tensor, context: Tensor, added: Tensor | None = None, tiling: Tiling = "off"
    ) -> Tensor:
        """The same, given the timesteps' sinusoids (B, `channels[0]`) in the network's own precision."""
        embedded = self.time_embedding(sinusoid)
        if added is not None:
            embedded = embedded + self.add_embedding(added)
        time = functional.silu(embedded)
        hidden = convolve(self.conv_in, latents, tiling)
        skips = [hidden]
        for block in self.down_blocks:
            hidden = block(hidden, time, context, skips, tiling)
        hidden = self.mid_block(hidden, time, context, tiling)
        for block in self.up_blocks:
            hidden = block(hidden, time, context, skips, tiling)
        return convolve(self.conv_out, functional.silu(self.conv_norm_out(hidden)), tiling)


def timestep_sinusoid(timesteps: Tensor, width: int) -> Tensor:
    """Timesteps (B,) to (B, width) float32: cosines, then sines, of frequencies 1 .. 1/10000 (Vaswani et al. 2017)."""
    half = width // 2
    frequencies = torch.exp(-math.log(10000) / half * torch.arange(half, dtype=torch.float32, device=timesteps.device))
    angles = timesteps.float()[:, None] * frequencies
    return torch.cat([angles.cos(), angles.sin()], dim=1)


class _Embedding(nn.Module):
    def __init__(self, channels: int, width: int) -> None:
        super().__init__()
        self.linear_1 = RowLinear(channels, width)
        self.linear_2 = RowLinear(width, width)

    def forward(self, values: Tensor) -> Tensor:
        result: Tensor = self.linear_2(functional.silu(self.linear_1(values)))
        return result


def _residual(config: UNetConfig, channels: int, out_channels: int) -> ResidualBlock:
    time_width = 4 * config.channels[0]
    return ResidualBlock(channels, out_channels, groups=config.groups, eps=_EPS, time_width=time_width)


def _transformer(config: UNetConfig, level: int, layers: int) -> SpatialTransformer:
    return SpatialTransformer(
        config.channels[level],
        heads=config.heads[level],
        context_width=config.context_width,
        layers=layers,
        groups=config.groups,
        linear_projection=config.linear_projection,
    )


class _Level(nn.Module):
    """Residual blocks, each followed by a transformer where this resolution has them."""

    def __init__(self, config: UNetConfig, level: int, in_channels: list[int]) -> None:
        super().__init__()
        layers = config.transformer_layers[level]
        self.resnets = nn.ModuleList(_residual(config, channels, config.channels[level]) for channels in in_channels)
        if layers:
            self.attentions = nn.ModuleList(_transformer(config, level, layers) for _ in in_channels)
        self.has_attention = layers > 0

    def apply_pair(self, index: int, hidden: Tensor, time: Tensor, context: Tensor, tiling: Tiling) -> Tensor:
        hidden = self.resnets[index](hidden, time, tiling)
        return self.attentions[index](hidden, context) if self.has_attention else hidden


class _DownBlock(_Level):
    def __init__(self, config: UNetConfig, level: int) -> None:
        channels = config.channels[level]
        super().__init__(config, level, [config.channels[max(level - 1, 0)], *[channels] * (config.residual_blocks - 1)])
        is_coarsest = level == len(config.channels) - 1
        self.downsamplers = nn.ModuleList([] if is_coarsest else [Downsample(channels, pads_all_around=True)])

    def forward(self, hidden: Tensor, time: Tensor, context: Tensor, skips: list[Tensor], tiling: Tiling) -> Tensor:
        for index in range(len(self.resnets)):
            hidden = self.apply_pair(index, hidden, time, context, tiling)
            skips.append(hidden)
        for downsample in self.downsamplers:
            hidden = downsample(hidden, tiling)
            skips.append(hidden)
        return hidden


class _MiddleBlock(nn.Module):
    def __init__(self, config: UNetConfig) -> None:
        super().__init__()
        channels = config.channels[-1]
        self.resnets = nn.ModuleList(_residual(config, channels, channels) for _ in range(2))
        self.attentions = nn.ModuleList([_transformer(config, -1, config.middle_transformer_layers)])

    def forward(self, hidden: Tensor, time: Tensor, context: Tensor, tiling: Tiling) -> Tensor:
        hidden = self.resnets[0](hidden, time, tiling)
        result: Tensor = self.resnets[1](self.attentions[0](hidden, context), time, tiling)
        return result


class _UpBlock(_Level):
    def __init__(self, config: UNetConfig, level: int) -> None:
        channels = config.channels[level]
        coarser = config.channels[min(level + 1, len(config.channels) - 1)]
        finer = config.channels[max(level - 1, 0)]
        skips = [*[channels] * config.residual_blocks, finer]
        below = [coarser, *[channels] * config.residual_blocks]
        super().__init__(config, level, [a + b for a, b in zip(below, skips, strict=True)])
        self.upsamplers = nn.ModuleList([] if level == 0 else [Upsample(channels)])

    def forward(self, hidden: Tensor, time: Tensor, context: Tensor, skips: list[Tensor], tiling: Tiling) -> Tensor:
        for index in range(len(self.resnets)):
            hidden = self.apply_pair(index, torch.cat([hidden, skips.pop()], dim=1), time, context, tiling)
        for upsample in self.upsamplers:
            height, width = skips[-1].shape[-2:]
            hidden = upsample(hidden, (height, width), tiling)
        return hidden
