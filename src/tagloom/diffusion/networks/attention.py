"""The transformer inside the U-Net: pixels attend to each other, then to the text (Rombach et al. 2022, section 3.3).

Parameter names are those of diffusers' `Transformer2DModel`.
"""

from collections.abc import Callable
from typing import Final, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from tagloom.diffusion.networks.named import Named
from tagloom.diffusion.networks.row_wise import RowConv2d, RowGroupNorm

Mix = Callable[[Tensor, Tensor, Tensor], Tensor]
"""Queries (B, heads, N, d), keys and values (B, heads, T, d) to softmax(q k / sqrt(d)) v (B, heads, N, d)."""
_SCORES: Final = 1 << 20  # of one block: 2 MiB in bfloat16, which stay in a core's cache


def mix_in_blocks(queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    """Attention as two plain products around a softmax, block by block; see `Mix`.

    torch's own kernel multiplies bfloat16 at float32's speed on a CPU. Plain products are 1.2 to 1.8 times as fast in
    bfloat16, but slower in float32 (measured with AVX512-BF16, one thread, the shapes of Stable Diffusion at 512x512).
    """
    batch, heads, length, width = queries.shape
    q, k, v = (rows.reshape(batch * heads, -1, width) for rows in (queries * width**-0.5, keys, values))
    k = k.transpose(1, 2)
    mixed = torch.empty_like(q)
    rows = max(1, min(length, _SCORES // keys.shape[2]))
    together = max(1, _SCORES // (rows * keys.shape[2]))
    for head in range(0, batch * heads, together):
        these = slice(head, head + together)
        for row in range(0, length, rows):
            scores = torch.bmm(q[these, row : row + rows], k[these])
            mixed[these, row : row + rows] = torch.bmm(scores.softmax(dim=-1), v[these])
    return mixed.view(batch, heads, length, width)


class SpatialTransformer(nn.Module):
    """Feature maps (B, C, H, W) as sequences of H*W tokens through `layers` transformer blocks, added to themselves."""

    def __init__(
        self, channels: int, *, heads: int, context_width: int, layers: int, groups: int, linear_projection: bool
    ) -> None:
        super().__init__()
        self.linear_projection = linear_projection
        self.norm = RowGroupNorm(groups, channels, eps=1e-6)
        self.proj_in = nn.Linear(channels, channels) if linear_projection else RowConv2d(channels, channels, 1)
        self.transformer_blocks = nn.ModuleList(_Block(channels, heads, context_width) for _ in range(layers))
        self.proj_out = nn.Linear(channels, channels) if linear_projection else RowConv2d(channels, channels, 1)

    def forward(self, features: Tensor, context: Tensor) -> Tensor:
        """Features (B, C, H, W), context (B, T, D) to features (B, C, H, W)."""
        batch, channels, height, width = features.shape
        hidden = self.norm(features)
        if not self.linear_projection:
            hidden = self.proj_in(hidden)
        hidden = hidden.permute(0, 2, 3, 1).reshape(batch, height * width, channels)
        if self.linear_projection:
            hidden = self.proj_in(hidden)
        for block in self.transformer_blocks:
            hidden = block(hidden, context)
        if self.linear_projection:
            hidden = self.proj_out(hidden)
        hidden = hidden.view(batch, height, width, channels).permute(0, 3, 1, 2)
        if not self.linear_projection:
            hidden = self.proj_out(hidden)
        result: Tensor = hidden + features
        return result


class _Block(nn.Module):
    def __init__(self, channels: int, heads: int, context_width: int) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(channels)
        self.attn1 = Attention(channels, heads=heads, context_width=channels)
        self.norm2 = nn.LayerNorm(channels)
        self.attn2 = Attention(channels, heads=heads, context_width=context_width)
        self.norm3 = nn.LayerNorm(channels)
        self.ff = _FeedForward(channels)

    def forward(self, hidden: Tensor, context: Tensor) -> Tensor:
        normed = self.norm1(hidden)
        hidden = hidden + self.attn1(normed, normed)
        hidden = hidden + self.attn2(self.norm2(hidden), context)
        result: Tensor = hidden + self.ff(self.norm3(hidden))
        return result


class Attention(nn.Module):
    """Multi-head attention (Vaswani et al. 2017); no mask, every row sees the whole context."""

    def __init__(self, channels: int, *, heads: int, context_width: int, qkv_bias: bool = False) -> None:
        super().__init__()
        if channels % heads:
            raise ValueError(f"{heads} heads do not share out {channels} channels")
        self.heads = heads
        self.to_q = nn.Linear(channels, channels, bias=qkv_bias)
        self.to_k = nn.Linear(context_width, channels, bias=qkv_bias)
        self.to_v = nn.Linear(context_width, channels, bias=qkv_bias)
        self.to_out = nn.ModuleList([nn.Linear(channels, channels)])
        self.mix: Mix = functional.scaled_dot_product_attention

    def forward(self, hidden: Tensor, context: Tensor) -> Tensor:
        """Attend from `hidden` (B, N, C) to `context` (B, T, D), giving (B, N, C)."""
        q, k, v = (self._by_head(rows) for rows in (self.to_q(hidden), self.to_k(context), self.to_v(context)))
        mixed = self.mix(q, k, v)
        return cast(Tensor, self.to_out[0](mixed.transpose(1, 2).reshape(hidden.shape)))

    def _by_head(self, rows: Tensor) -> Tensor:
        """(B, N, C) to (B, heads, N, C / heads)."""
        return rows.view(*rows.shape[:2], self.heads, -1).transpose(1, 2)


class _FeedForward(nn.Module):
    """A GELU-gated feed-forward layer (Shazeer 2020), four times as wide."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        inner = 4 * channels
        self.net = Named({"0": Named({"proj": nn.Linear(channels, 2 * inner)}), "2": nn.Linear(inner, channels)})

    def forward(self, hidden: Tensor) -> Tensor:
        value, gate = self.net["0"]["proj"](hidden).chunk(2, dim=-1)
        return cast(Tensor, self.net["2"](value * functional.gelu(gate)))
