"""Rows of a batch do not know of each other; and the layers are torch's own, with their gradients."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
import torch
from torch import Tensor, nn

from tagloom.diffusion.networks.attention import Attention
from tagloom.diffusion.networks.row_wise import RowConv2d, RowGroupNorm, RowLinear
from tagloom.diffusion.networks.text_encoder import TextEncoder, TextEncoderConfig


@dataclass(frozen=True)
class Pair:
    """How our layer and torch's are built, and the shape of a row."""

    ours: Callable[[], nn.Module]
    theirs: Callable[[], nn.Module]
    shape: tuple[int, ...]


PAIRS: dict[str, Pair] = {
    "linear": Pair(lambda: RowLinear(48, 192), lambda: nn.Linear(48, 192), (48,)),
    "3x3": Pair(lambda: RowConv2d(16, 24, 3, padding=1), lambda: nn.Conv2d(16, 24, 3, padding=1), (16, 8, 6)),
    "halving": Pair(
        lambda: RowConv2d(16, 24, 3, padding=1, stride=2), lambda: nn.Conv2d(16, 24, 3, padding=1, stride=2), (16, 8, 6)
    ),
    "1x1": Pair(lambda: RowConv2d(16, 24, 1), lambda: nn.Conv2d(16, 24, 1), (16, 4, 4)),
    "small norm": Pair(lambda: RowGroupNorm(8, 16, eps=1e-5), lambda: nn.GroupNorm(8, 16, eps=1e-5), (16, 4, 4)),
    "large norm": Pair(lambda: RowGroupNorm(8, 16, eps=1e-5), lambda: nn.GroupNorm(8, 16, eps=1e-5), (16, 40, 30)),
}


def pair(name: str) -> tuple[nn.Module, nn.Module]:
    """Both layers with the same weights."""
    torch.manual_seed(0)
    ours, theirs = PAIRS[name].ours(), PAIRS[name].theirs()
    ours.load_state_dict(theirs.state_dict())
    return ours, theirs


def batch(shape: tuple[int, ...], rows: int) -> Tensor:
    values = torch.randn(rows, *shape, generator=torch.Generator().manual_seed(rows))
    return values.contiguous(memory_format=torch.channels_last) if values.dim() == 4 else values


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("rows", [1, 2, 7])
def test_a_layer_gives_what_torch_s_gives(name: str, rows: int) -> None:
    ours, theirs = pair(name)
    values = batch(PAIRS[name].shape, rows)
    with torch.inference_mode():
        assert torch.allclose(ours(values), theirs(values), rtol=1e-5, atol=1e-5)
        half = values.bfloat16()
        assert torch.equal(ours.bfloat16()(half), theirs.bfloat16()(half))


@pytest.mark.parametrize("name", PAIRS)
def test_a_layer_learns_as_torch_s_does(name: str) -> None:
    ours, theirs = pair(name)
    values = batch(PAIRS[name].shape, 3).contiguous()  # torch 2.13's norm crashes on the gradients of channels-last rows
    for layer in (ours, theirs):
        layer(values).square().sum().backward()
    for one, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert one.grad is not None
        assert other.grad is not None
        assert torch.equal(one.grad, other.grad)


@pytest.mark.parametrize("name", PAIRS)
def test_a_row_is_the_same_alone_and_among_others(name: str) -> None:
    """To float32's last digits on any CPU; the sums of linear layers and norms are the same ones, on every CPU."""
    ours, _ = pair(name)
    values = batch(PAIRS[name].shape, 14)
    with torch.inference_mode():
        together = ours(values)
        for rows in (1, 2, 3):
            assert torch.allclose(ours(values[:rows]), together[:rows], rtol=1e-6, atol=1e-6)
            if "conv" not in type(ours).__name__.lower():
                assert torch.equal(ours(values[:rows]), together[:rows])


def test_heads_that_do_not_share_out_the_channels_are_refused() -> None:
    with pytest.raises(ValueError, match="3 heads do not share out 200 channels"):
        Attention(200, heads=3, context_width=64)
    config = TextEncoderConfig(
        vocabulary=9, positions=77, width=200, layers=1, heads=3, hidden_width=8, activation="gelu", layer_norm_eps=1e-5
    )
    with pytest.raises(ValueError, match="3 heads do not share out 200 channels"):
        TextEncoder(config)
