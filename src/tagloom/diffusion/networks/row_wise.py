"""Layers whose result for a row of a batch is the same, bit for bit, whatever other rows there are (on a CPU, in float32).

torch's own choose another algorithm, which adds up in another order, by the number of rows: matrix products of a few rows,
convolutions of a single row (not oneDNN's, if it is small), group norms of large maps (sums that are cut between threads).
A picture would differ in its last bits from the same picture in a batch, and a sampler of few steps makes much of that.
Where gradients are wanted, and on other devices, these are torch's own.
"""

from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

_CUT_BETWEEN_THREADS: Final = 1024  # pixels from which torch's channels-last group norm does so


class RowLinear(nn.Linear):
    """`nn.Linear` for (B, C): each row is multiplied alone. For few rows; many rows (of tokens) are alike as it is."""

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002  # torch's name
        """(B, C) to (B, D)."""
        if not _is_exact(input):
            return super().forward(input)
        return torch.stack([functional.linear(row, self.weight, self.bias) for row in input])


class RowConv2d(nn.Conv2d):
    """`nn.Conv2d` with zero padding, by oneDNN for any number of rows."""

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002  # torch's name
        """(B, C, H, W) to (B, D, h, w)."""
        assert not isinstance(self.padding, str)
        return self._convolve(input, self.padding)

    def unpadded(self, features: Tensor) -> Tensor:
        """The same of features that are padded already, with something else than zeros."""
        return self._convolve(features, (0, 0))

    def _convolve(self, features: Tensor, padding: tuple[int, ...]) -> Tensor:
        if not _is_exact(features) or not torch.backends.mkldnn.is_available():  # type: ignore[no-untyped-call]  # torch's
            return functional.conv2d(features, self.weight, self.bias, self.stride, padding, self.dilation, self.groups)
        convolved: Tensor = torch.mkldnn_convolution(
            features, self.weight, self.bias, padding, self.stride, self.dilation, self.groups
        )
        return convolved


class RowGroupNorm(nn.GroupNorm):
    """`nn.GroupNorm`, a row at a time where torch would cut sums by the number of rows."""

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002  # torch's name
        """(B, C, H, W) to the same shape."""
        if not _is_exact(input) or len(input) == 1 or input[0, 0].numel() < _CUT_BETWEEN_THREADS:
            return super().forward(input)
        rows = (input[row : row + 1] for row in range(len(input)))
        return torch.cat([super(RowGroupNorm, self).forward(row) for row in rows])


def _is_exact(values: Tensor) -> bool:
    return values.device.type == "cpu" and values.dtype == torch.float32 and not torch.is_grad_enabled()
