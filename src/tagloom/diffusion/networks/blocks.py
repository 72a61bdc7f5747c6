"""What the U-Net and the autoencoder are built of: residual blocks and changes of resolution.

Parameter names are those of diffusers' `ResnetBlock2D`, `Downsample2D` and `Upsample2D`.
"""

from torch import Tensor, nn
from torch.nn import functional

from tagloom.choices import Tiling
from tagloom.diffusion.networks.row_wise import RowConv2d, RowGroupNorm, RowLinear


def convolve(convolution: RowConv2d, features: Tensor, tiling: Tiling = "off") -> Tensor:
    """A convolution of 3 x 3 over (B, C, H, W) that is padded by one all around: by zeros or, along the axes that tile, by
    the opposite side. Nothing of the module changes, so that its next call may tile otherwise."""
    if tiling == "off":
        return convolution(features)  # type: ignore[no-any-return]  # torch's call is untyped
    return convolution.unpadded(padded(features, tiling))


def padded(features: Tensor, tiling: Tiling, *, before: int = 1) -> Tensor:
    """(B, C, H, W) to (B, C, H + before + 1, W + before + 1): see `convolve`."""
    across, down = (before, 1, 0, 0), (0, 0, before, 1)
    features = functional.pad(features, across, mode="circular" if tiling in {"x", "both"} else "constant")
    return functional.pad(features, down, mode="circular" if tiling in {"y", "both"} else "constant")


class ResidualBlock(nn.Module):
    """Two normalised convolutions beside a shortcut (He et al. 2016), with the timestep added between them if it has one."""

    def __init__(self, channels: int, out_channels: int, *, groups: int, eps: float, time_width: int = 0) -> None:
        super().__init__()
        self.norm1 = RowGroupNorm(groups, channels, eps=eps)
        self.conv1 = RowConv2d(channels, out_channels, 3, padding=1)
        if time_width:
            self.time_emb_proj = RowLinear(time_width, out_channels)
        self.norm2 = RowGroupNorm(groups, out_channels, eps=eps)
        self.conv2 = RowConv2d(out_channels, out_channels, 3, padding=1)
        self.has_shortcut = channels != out_channels
        if self.has_shortcut:
            self.conv_shortcut = RowConv2d(channels, out_channels, 1)

    def forward(self, features: Tensor, time: Tensor | None = None, tiling: Tiling = "off") -> Tensor:
        """Features (B, C, H, W) and, where it takes one, the activated time embedding (B, E)."""
        hidden = convolve(self.conv1, functional.silu(self.norm1(features)), tiling)
        if time is not None:
            hidden = hidden + self.time_emb_proj(time)[:, :, None, None]
        hidden = convolve(self.conv2, functional.silu(self.norm2(hidden)), tiling)
        result: Tensor = hidden + (self.conv_shortcut(features) if self.has_shortcut else features)
        return result


class Downsample(nn.Module):
    """Half the resolution by a convolution of stride 2, padded all around or, as the autoencoder is, right and below."""

    def __init__(self, channels: int, *, pads_all_around: bool) -> None:
        super().__init__()
        self.pads_all_around = pads_all_around
        self.conv = RowConv2d(channels, channels, 3, stride=2, padding=1 if pads_all_around else 0)

    def forward(self, features: Tensor, tiling: Tiling = "off") -> Tensor:
        """(B, C, H, W) to (B, C, ceil(H / 2), ceil(W / 2)) or, unless padded all around, rounded down."""
        if self.pads_all_around:
            return convolve(self.conv, features, tiling)
        result: Tensor = self.conv(padded(features, tiling, before=0))
        return result


class Upsample(nn.Module):
    """A higher resolution by repeating pixels, then a convolution."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = RowConv2d(channels, channels, 3, padding=1)

    def forward(self, features: Tensor, size: tuple[int, int], tiling: Tiling = "off") -> Tensor:
        """(B, C, h, w) to (B, C, *size); `size` is (2h, 2w), or less by one where halving had rounded up."""
        return convolve(self.conv, functional.interpolate(features, size=size, mode="nearest"), tiling)
