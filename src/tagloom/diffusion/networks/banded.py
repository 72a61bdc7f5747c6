"""Latents -> pixels with little memory: the autoencoder's decoder, every layer of which is made band by band of rows.

Most of a decoder's memory holds what is made on the way to a layer's result: normed, activated, widened maps at the full
resolution. Here these exist for a band of rows only; kept are one map of features and one of what is added to it. A group
norm takes its mean and variance over all bands before the first one is normed. So the result is the whole decoder's but
for rounding: there are no seams, nothing is blended, and where the picture is a ring the bands at its ends meet.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from tagloom.choices import Tiling
from tagloom.diffusion.networks.autoencoder import Autoencoder, UpBlock
from tagloom.diffusion.networks.blocks import ResidualBlock, Upsample, convolve

BAND: Final = 2**22  # numbers in a band's widest map: 16 MiB in float32


@dataclass(frozen=True, slots=True)
class _Map:
    """Features (1, C, H, W) of which any rows can be had: `rows(start, stop)` is (1, C, stop - start, W).

    `widest` is the most channels of any map on the way to those rows. `kept` holds all rows, if they are in memory; else
    every call makes its rows anew.
    """

    channels: int
    widest: int
    height: int
    width: int
    rows: Callable[[int, int], Tensor]
    kept: Tensor | None = None


def decode_in_bands(autoencoder: Autoencoder, latents: Tensor, tiling: Tiling = "off", *, band: int = BAND) -> Tensor:
    """Scaled latents (1, 4, h, w) to pixels (1, 3, H, W), about [-1, 1]; a map of a band has about `band` numbers."""
    decoder = autoencoder.decoder
    canvas = _Canvas(tiling, band)
    features = _kept(decoder.mid_block(convolve(decoder.conv_in, autoencoder.unscaled(latents), tiling), tiling))
    for block in decoder.up_blocks:
        up_block = cast(UpBlock, block)
        for resnet in up_block.resnets:
            features = canvas.residual(cast(ResidualBlock, resnet), features)
        for upsample in up_block.upsamplers:
            features = canvas.convolved(cast(Upsample, upsample).conv, _doubled(features))
    activated = canvas.activated(decoder.conv_norm_out, features, (rows for _, _, rows in canvas.bands(features)))
    return canvas.filled(canvas.convolved(decoder.conv_out, activated))


@dataclass(frozen=True, slots=True)
class _Canvas:
    """How maps are made: along which axes they are rings, and how many numbers a band may have."""

    tiling: Tiling
    band: int

    def bands(self, features: _Map) -> Iterator[tuple[int, int, Tensor]]:
        """All rows in bands: (start, stop, rows)."""
        step = max(1, self.band // (features.widest * features.width))
        for start in range(0, features.height, step):
            stop = min(start + step, features.height)
            yield start, stop, features.rows(start, stop)

    def filled(self, features: _Map) -> Tensor:
        """All rows in memory."""
        target: Tensor | None = None
        for start, stop, rows in self.bands(features):
            target = _empty(rows, features.height) if target is None else target
            target[:, :, start:stop] = rows
        assert target is not None  # no map is without rows
        return target

    def residual(self, block: ResidualBlock, features: _Map) -> _Map:
        """What a residual block makes of the features; those that are kept may be overwritten."""
        shortcut = block.conv_shortcut if block.has_shortcut else None
        if features.kept is not None and shortcut is None:
            result = features.kept
            activated = self.activated(block.norm1, features, (rows for _, _, rows in self.bands(features)))
        else:
            # The statistics need every row once: on the way the shortcut, which the result begins with, is kept.
            first = features.rows(0, 1)
            result = _empty(first if shortcut is None else shortcut(first), features.height)
            activated = self.activated(
                block.norm1, features if shortcut else _kept(result), self._shortcutting(features, shortcut, result)
            )
        hidden = _kept(self.filled(self.convolved(block.conv1, activated)))
        activated = self.activated(block.norm2, hidden, (rows for _, _, rows in self.bands(hidden)))
        for start, stop, rows in self.bands(self.convolved(block.conv2, activated)):
            result[:, :, start:stop] += rows
        return _kept(result)

    def _shortcutting(self, features: _Map, shortcut: nn.Module | None, result: Tensor) -> Iterator[Tensor]:
        for start, stop, rows in self.bands(features):
            result[:, :, start:stop] = rows if shortcut is None else shortcut(rows)
            yield rows

    def convolved(self, convolution: nn.Conv2d, features: _Map) -> _Map:
        """The features through a convolution of 3 x 3, padded by one."""

        def rows(start: int, stop: int) -> Tensor:
            return functional.conv2d(self._around(features, start, stop), convolution.weight, convolution.bias)

        widest = max(features.widest, convolution.out_channels)
        return _Map(convolution.out_channels, widest, features.height, features.width, rows)

    def _around(self, features: _Map, start: int, stop: int) -> Tensor:
        """Rows with one more on each side of them, and a column on each side."""
        wraps_across, wraps_down = self.tiling in {"x", "both"}, self.tiling in {"y", "both"}
        within = features.rows(max(start - 1, 0), min(stop + 1, features.height))
        pieces = [within]
        if start == 0:
            pieces.insert(0, features.rows(features.height - 1, features.height) if wraps_down else within[:, :, :1] * 0)
        if stop == features.height:
            pieces.append(features.rows(0, 1) if wraps_down else within[:, :, :1] * 0)
        tall = torch.cat(pieces, dim=2) if len(pieces) > 1 else within
        return functional.pad(tall, (1, 1, 0, 0), mode="circular" if wraps_across else "constant")

    def activated(self, norm: nn.GroupNorm, features: _Map, all_rows: Iterable[Tensor]) -> _Map:
        """The features normed and through SiLU; `all_rows` are those that the statistics are taken over."""
        mean, variance = _statistics(norm.num_groups, all_rows)
        each = features.channels // norm.num_groups
        scale = norm.weight.float() / (variance + norm.eps).sqrt().repeat_interleave(each)
        shift = norm.bias.float() - mean.repeat_interleave(each) * scale
        scale, shift = scale.view(1, -1, 1, 1), shift.view(1, -1, 1, 1)

        def rows(start: int, stop: int) -> Tensor:
            given = features.rows(start, stop)
            return functional.silu(torch.addcmul(shift, given.float(), scale), inplace=True).to(given.dtype)

        return _Map(features.channels, features.widest, features.height, features.width, rows)


def _statistics(groups: int, all_rows: Iterable[Tensor]) -> tuple[Tensor, Tensor]:
    """The mean and variance (groups,) over all rows, band after band (Chan, Golub and LeVeque 1983)."""
    count, mean, squares = 0, torch.zeros(()), torch.zeros(())
    for rows in all_rows:
        _, channels, height, width = rows.shape
        grouped = rows.float().view(1, groups, channels // groups, height, width)
        variance, own = torch.var_mean(grouped, dim=(0, 2, 3, 4), correction=0)
        more = grouped.numel() // groups
        change = own - mean.to(own.device)
        squares = squares.to(own.device) + variance * more + change**2 * (count * more / (count + more))
        mean = mean.to(own.device) + change * (more / (count + more))
        count += more
    return mean, squares / count


def _kept(features: Tensor) -> _Map:
    _, channels, height, width = features.shape
    return _Map(channels, channels, height, width, lambda start, stop: features[:, :, start:stop], features)


def _doubled(features: _Map) -> _Map:
    """Every pixel as a square of four."""

    def rows(start: int, stop: int) -> Tensor:
        first = start // 2
        few = features.rows(first, (stop + 1) // 2)
        many = functional.interpolate(few, scale_factor=2.0, mode="nearest")
        return many[:, :, start - 2 * first : stop - 2 * first]

    return _Map(features.channels, features.widest, 2 * features.height, 2 * features.width, rows)


def _empty(rows: Tensor, height: int) -> Tensor:
    """Room for all rows of a map of which these are some."""
    _, channels, _, width = rows.shape
    return torch.empty((1, channels, height, width), dtype=rows.dtype, device=rows.device, memory_format=torch.channels_last)
