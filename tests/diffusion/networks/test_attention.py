"""Attention in half precision: SD 2.x makes scores that float16 cannot hold, so they must never be in float16."""

import pytest
import torch
from torch.nn.attention import SDPBackend, sdpa_kernel

from tagloom.diffusion.networks.attention import Attention

HALF_S_LARGEST = 65504


@pytest.mark.parametrize("backend", [SDPBackend.FLASH_ATTENTION, SDPBackend.MATH])
def test_scores_beyond_float16_are_no_infinities(backend: SDPBackend) -> None:
    torch.manual_seed(0)
    attention = Attention(64, heads=1, context_width=64).requires_grad_(False)
    attention.to_q.weight.copy_(torch.eye(64) * 400)
    attention.to_k.weight.copy_(torch.eye(64) * 400)
    hidden = torch.randn(1, 32, 64).half().float()
    score = (attention.to_q(hidden) @ attention.to_k(hidden).transpose(1, 2)).abs().max() / 8
    assert score > HALF_S_LARGEST
    expected = attention(hidden, hidden)
    with sdpa_kernel(backend):
        got = attention.half()(hidden.half(), hidden.half())
    assert torch.isfinite(got).all()
    assert torch.allclose(got.float(), expected, atol=0.01)
