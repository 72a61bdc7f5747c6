"""What the U-Net and the autoencoder are built of: residual blocks and changes of resolution.

Parameter names are those of diffusers' `ResnetBlock2D`, `Downsample2D` and `Upsample2D`.
"""

from torch import Tensor, nn
from torch.nn import functional

from tagloom.diffusion.networks.row_wise import RowConv2d, RowGroupNorm, RowLinear


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

    def forward(self, features: Tensor, time: Tensor | None = None) -> Tensor:
        """Features (B, C, H, W) and, where it takes one, the activated time embedding (B, E)."""
        hidden = self.conv1(functional.silu(self.norm1(features)))
        if time is not None:
            hidden = hidden + self.time_emb_proj(time)[:, :, None, None]
        hidden = self.conv2(functional.silu(self.norm2(hidden)))
        result: Tensor = hidden + (self.conv_shortcut(features) if self.has_shortcut else features)
        return result


class Downsample(nn.Module):
    """Half the resolution by a convolution of stride 2, padded all around or, as the autoencoder is, right and below."""

    def __init__(self, channels: int, *, pads_all_around: bool) -> None:
        super().__init__()
        self.pads_all_around = pads_all_around
        self.conv = RowConv2d(channels, channels, 3, stride=2, padding=1 if pads_all_around else 0)

    def forward(self, features: Tensor) -> Tensor:
        """(B, C, H, W) to (B, C, ceil(H / 2), ceil(W / 2)) or, unless padded all around, rounded down."""
        result: Tensor = self.conv(features if self.pads_all_around else functional.pad(features, (0, 1, 0, 1)))
        return result


class Upsample(nn.Module):
    """A higher resolution by repeating pixels, then a convolution."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = RowConv2d(channels, channels, 3, padding=1)

    def forward(self, features: Tensor, size: tuple[int, int]) -> Tensor:
        """(B, C, h, w) to (B, C, *size); `size` is (2h, 2w), or less by one where halving had rounded up."""
        result: Tensor = self.conv(functional.interpolate(features, size=size, mode="nearest"))
        return result
