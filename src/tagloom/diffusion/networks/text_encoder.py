"""Token ids -> what every layer of a CLIP text encoder made of them (Radford et al. 2021, the text transformer).

Parameter names are those of transformers 5's `CLIPTextModel`.
"""

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True, slots=True, kw_only=True)
class TextEncoderConfig:
    """Sizes of a CLIP text encoder; `layers` is the number of transformer layers, `width` of channels.

    `projection` is the width of the pooled text that SDXL's second encoder gives; 0 where there is none.
    """

    vocabulary: int
    positions: int
    width: int
    layers: int
    heads: int
    hidden_width: int
    activation: Literal["quick_gelu", "gelu"]
    layer_norm_eps: float
    projection: int = 0


class TextEncoder(nn.Module):
    """The transformer; every position sees itself and the positions before it."""

    def __init__(self, config: TextEncoderConfig) -> None:
        super().__init__()
        self.config = config
        self.embeddings = _Embeddings(config)
        self.encoder = _Layers(config)
        self.final_layer_norm = nn.LayerNorm(config.width, eps=config.layer_norm_eps)
        if config.projection:
            self.text_projection = nn.Linear(config.width, config.projection, bias=False)

    def embed(self, token_ids: Tensor) -> Tensor:
        """Token ids (B, T) to token embeddings (B, T, C), without positions: where textual inversions replace rows."""
        embedded: Tensor = self.embeddings.token_embedding(token_ids)
        return embedded

    def forward(self, embedded: Tensor) -> Tensor:
        """Embeddings (B, T, C) to all hidden states (layers + 1, B, T, C); none is normalised, [0] is the input."""
        hidden = embedded + self.embeddings.position_embedding.weight[: embedded.shape[1]]
        states = [hidden]
        for layer in self.encoder.layers:
            hidden = layer(hidden)
            states.append(hidden)
        return torch.stack(states)

    def pooled(self, states: Tensor, positions: Tensor) -> Tensor:
        """The last of all states (layers + 1, B, T, C) at each row's EOS position (B,): normed, projected to (B, P)."""
        rows = torch.arange(states.shape[1], device=states.device)
        projected: Tensor = self.text_projection(self.final_layer_norm(states[-1, rows, positions]))
        return projected


class _Embeddings(nn.Module):
    def __init__(self, config: TextEncoderConfig) -> None:
        super().__init__()
        self.token_embedding = _zero_embedding(config.vocabulary, config.width)
        self.position_embedding = _zero_embedding(config.positions, config.width)


def _zero_embedding(rows: int, width: int) -> nn.Embedding:
    """A table of zeros, to be loaded or trained. nn.Embedding's own random start would, on the meta device, import torch's
    compiler, which takes a second."""
    return nn.Embedding(rows, width, _weight=torch.zeros(rows, width))


class _Layers(nn.Module):
    def __init__(self, config: TextEncoderConfig) -> None:
        super().__init__()
        self.layers = nn.ModuleList(_Layer(config) for _ in range(config.layers))


class _Layer(nn.Module):
    """Pre-norm: x + attention(norm(x)), then x + mlp(norm(x))."""

    def __init__(self, config: TextEncoderConfig) -> None:
        super().__init__()
        self.layer_norm1 = nn.LayerNorm(config.width, eps=config.layer_norm_eps)
        self.self_attn = _CausalAttention(config)
        self.layer_norm2 = nn.LayerNorm(config.width, eps=config.layer_norm_eps)
        self.mlp = _FeedForward(config)

    def forward(self, hidden: Tensor) -> Tensor:
        hidden = hidden + self.self_attn(self.layer_norm1(hidden))
        result: Tensor = hidden + self.mlp(self.layer_norm2(hidden))
        return result


class _CausalAttention(nn.Module):
    def __init__(self, config: TextEncoderConfig) -> None:
        super().__init__()
        if config.width % config.heads:
            raise ValueError(f"{config.heads} heads do not share out {config.width} channels")
        self.heads = config.heads
        self.q_proj = nn.Linear(config.width, config.width)
        self.k_proj = nn.Linear(config.width, config.width)
        self.v_proj = nn.Linear(config.width, config.width)
        self.out_proj = nn.Linear(config.width, config.width)

    def forward(self, hidden: Tensor) -> Tensor:
        batch, length, width = hidden.shape
        q, k, v = (
            projection(hidden).view(batch, length, self.heads, width // self.heads).transpose(1, 2)  # (B, heads, T, C/heads)
            for projection in (self.q_proj, self.k_proj, self.v_proj)
        )
        mixed = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        result: Tensor = self.out_proj(mixed.transpose(1, 2).reshape(batch, length, width))
        return result


class _FeedForward(nn.Module):
    def __init__(self, config: TextEncoderConfig) -> None:
        super().__init__()
        self.is_quick = config.activation == "quick_gelu"
        self.fc1 = nn.Linear(config.width, config.hidden_width)
        self.fc2 = nn.Linear(config.hidden_width, config.width)

    def forward(self, hidden: Tensor) -> Tensor:
        hidden = self.fc1(hidden)
        # OpenAI's CLIP was trained with x * sigmoid(1.702 x), OpenCLIP's with the exact GELU (Hendrycks and Gimpel 2016).
        hidden = hidden * torch.sigmoid(1.702 * hidden) if self.is_quick else functional.gelu(hidden)
        result: Tensor = self.fc2(hidden)
        return result
