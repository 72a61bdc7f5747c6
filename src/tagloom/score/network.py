"""A small convolutional network that reads a picture: pixels -> features. The alignment score and the judge stand on it."""

from typing import Final

from torch import Tensor, cat, nn
from torch.nn import functional

SIDE: Final = 128
FEATURES: Final = 256
_GROUPS: Final = 8


class PictureEncoder(nn.Module):
    """Convolutions from 128 x 128 pixels down to 8 x 8, then one layer that sees all of them."""

    def __init__(self) -> None:
        super().__init__()
        self.halvings = nn.ModuleList(
            [_Halving(3, 16), _Halving(16, 48), _Halving(48, 80), _Halving(80, 128)],
        )
        self.residuals = nn.ModuleList([nn.Identity(), _Residual(48), _Residual(80), _Residual(128)])
        self.narrow = nn.Conv2d(128, 24, 1)
        self.join = nn.Linear(24 * 8 * 8 + 128, FEATURES)

    def forward(self, pixels: Tensor) -> Tensor:
        """Pixels (B, 3, 128, 128) in [-1, 1] to features (B, 256)."""
        hidden = pixels
        for halving, residual in zip(self.halvings, self.residuals, strict=True):
            hidden = residual(halving(hidden))
        everywhere = self.narrow(hidden).flatten(1)
        joined: Tensor = functional.gelu(self.join(cat([everywhere, hidden.mean(dim=(2, 3))], dim=1)))
        return joined


class _Halving(nn.Module):
    """Half the resolution, other channels."""

    def __init__(self, channels: int, out_channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, out_channels, 3, stride=2, padding=1)
        self.norm = nn.GroupNorm(_GROUPS, out_channels)

    def forward(self, features: Tensor) -> Tensor:
        hidden: Tensor = functional.gelu(self.norm(self.conv(features)))
        return hidden


class _Residual(nn.Module):
    """Two convolutions beside a shortcut."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.norm1 = nn.GroupNorm(_GROUPS, channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)
        self.norm2 = nn.GroupNorm(_GROUPS, channels)

    def forward(self, features: Tensor) -> Tensor:
        hidden = functional.gelu(self.norm1(self.conv1(features)))
        result: Tensor = functional.gelu(features + self.norm2(self.conv2(hidden)))
        return result
