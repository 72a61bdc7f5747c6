"""LoRA, LoHa, LoKr and DoRA, each against its formula written out number by number."""

from collections.abc import Mapping

import pytest
import torch
from torch import Tensor

from tagloom.diffusion.weights.lora.factors import change, fits, is_mixed, lacking, rank, redirected
from tagloom.diffusion.weights.lora.keys import Role

R, OUT, IN = 2, 6, 4


def made(shapes: Mapping[Role, tuple[int, ...]]) -> dict[Role, Tensor]:
    torch.manual_seed(len(shapes))
    return {role: torch.randn(shape) for role, shape in shapes.items()}


def close(one: Tensor, other: Tensor) -> bool:
    return one.shape == other.shape and torch.allclose(one, other, atol=1e-5)


def test_a_linear_lora_is_up_times_down() -> None:
    f = made({"up": (OUT, R), "down": (R, IN)})
    assert close(change(f), f["up"] @ f["down"])


@pytest.mark.parametrize("kernel", [(1, 1), (3, 3)])
def test_a_convolution_s_lora_is_a_convolution_followed_by_one_of_a_pixel(kernel: tuple[int, int]) -> None:
    f = made({"up": (OUT, R, 1, 1), "down": (R, IN, *kernel)})
    picture = torch.randn(1, IN, 7, 7)
    convolve = torch.nn.functional.conv2d
    expected = convolve(convolve(picture, f["down"]), f["up"])
    assert torch.allclose(convolve(picture, change(f)), expected, atol=1e-4)


def test_a_lora_with_a_core_is_three_convolutions() -> None:
    f = made({"up": (OUT, R, 1, 1), "mid": (R, 3, 3, 3), "down": (3, IN, 1, 1)})
    picture = torch.randn(1, IN, 7, 7)
    convolve = torch.nn.functional.conv2d
    expected = convolve(convolve(convolve(picture, f["down"]), f["mid"]), f["up"])
    assert torch.allclose(convolve(picture, change(f)), expected, atol=1e-4)


def test_loha_is_a_product_of_two_products_number_by_number() -> None:
    f = made({"hada_w1_a": (OUT, R), "hada_w1_b": (R, IN), "hada_w2_a": (OUT, R), "hada_w2_b": (R, IN)})
    expected = torch.empty(OUT, IN)
    for o in range(OUT):
        for i in range(IN):
            one = sum(f["hada_w1_a"][o, r] * f["hada_w1_b"][r, i] for r in range(R))
            expected[o, i] = one * sum(f["hada_w2_a"][o, r] * f["hada_w2_b"][r, i] for r in range(R))
    assert close(change(f), expected)


def test_loha_with_cores_makes_a_convolution() -> None:
    f = made(
        {
            "hada_w1_a": (R, OUT),
            "hada_w1_b": (R, IN),
            "hada_t1": (R, R, 3, 3),
            "hada_w2_a": (R, OUT),
            "hada_w2_b": (R, IN),
            "hada_t2": (R, R, 3, 3),
        }
    )
    halves = []
    for number in ("1", "2"):
        a, b, t = (torch.as_tensor(f[role]) for role in _halves(number))
        half = torch.zeros(OUT, IN, 3, 3)
        for p in range(R):
            for q in range(R):
                half += a[p, :, None, None, None] * b[q, None, :, None, None] * t[p, q]
        halves.append(half)
    assert close(change(f), halves[0] * halves[1])


def _halves(number: str) -> tuple[Role, Role, Role]:
    return ("hada_w1_a", "hada_w1_b", "hada_t1") if number == "1" else ("hada_w2_a", "hada_w2_b", "hada_t2")


@pytest.mark.parametrize("first_is_whole", [True, False])
@pytest.mark.parametrize("second_is_whole", [True, False])
def test_lokr_is_the_first_factor_with_the_second_in_the_place_of_each_number(
    first_is_whole: bool, second_is_whole: bool
) -> None:
    shapes: dict[Role, tuple[int, ...]] = (
        {"lokr_w1": (2, 2)} if first_is_whole else {"lokr_w1_a": (2, 1), "lokr_w1_b": (1, 2)}
    )
    shapes |= {"lokr_w2": (3, 2)} if second_is_whole else {"lokr_w2_a": (3, 1), "lokr_w2_b": (1, 2)}
    f = made(shapes)
    first = f["lokr_w1"] if first_is_whole else f["lokr_w1_a"] @ f["lokr_w1_b"]
    second = f["lokr_w2"] if second_is_whole else f["lokr_w2_a"] @ f["lokr_w2_b"]
    expected = torch.cat([torch.cat([first[o, i] * second for i in range(2)], dim=1) for o in range(2)])
    assert close(change(f), expected)


def test_lokr_of_a_convolution_acts_on_channels_alone() -> None:
    f = made({"lokr_w1": (2, 2), "lokr_w2": (3, 2, 3, 3)})
    got = change(f)
    assert got.shape == (6, 4, 3, 3)
    for o in range(6):
        for i in range(4):
            assert torch.allclose(got[o, i], f["lokr_w1"][o // 3, i // 2] * f["lokr_w2"][o % 3, i % 2])


def test_lokr_with_a_core_or_laid_flat_is_a_convolution_too() -> None:
    cored = made({"lokr_w1": (2, 2), "lokr_w2_a": (R, 3), "lokr_w2_b": (R, 2), "lokr_t2": (R, R, 3, 3)})
    second = torch.einsum("pqkl,po,qi->oikl", cored["lokr_t2"], cored["lokr_w2_a"], cored["lokr_w2_b"])
    whole: dict[Role, Tensor] = {"lokr_w1": cored["lokr_w1"], "lokr_w2": second}
    assert close(change(cored), change(whole))
    flat: dict[Role, Tensor] = {"lokr_w1": cored["lokr_w1"], "lokr_w2": second.flatten(1)}
    assert fits(tuple(change(flat).shape), (6, 4, 3, 3))
    assert torch.allclose(change(flat).reshape(6, 4, 3, 3), change(whole), atol=1e-5)


def test_alpha_is_divided_by_the_rank_and_means_nothing_where_there_is_none() -> None:
    assert rank({"up": (OUT, 8), "down": (8, IN)}) == 8
    assert rank({"hada_w1_a": (OUT, 3), "hada_w1_b": (3, IN)}) == 3
    assert rank({"lokr_w1": (2, 2), "lokr_w2_a": (3, 5), "lokr_w2_b": (5, 2)}) == 5
    assert rank({"lokr_w1": (2, 2), "lokr_w2": (3, 2)}) is None


def test_a_factor_that_is_missing_is_named() -> None:
    assert lacking({"up", "alpha"}) == "down"
    assert lacking({"hada_w1_a", "hada_w1_b", "hada_w2_a"}) == "hada_w2_b"
    assert lacking({"hada_w1_a", "hada_w1_b", "hada_w2_a", "hada_w2_b", "hada_t1"}) == "hada_t2"
    assert lacking({"lokr_w1", "lokr_w2_a"}) == "lokr_w2_b"
    assert lacking({"alpha"}) == "up"
    assert lacking({"up", "down"}) is None
    assert is_mixed({"up", "down", "lokr_w1"})
    assert not is_mixed({"up", "down", "mid", "alpha"})


def test_a_change_fits_its_weight_whatever_sides_of_one_it_has() -> None:
    assert fits((6, 4), (6, 4, 1, 1))
    assert fits((6, 4, 1, 1), (6, 4))
    assert fits((6, 36), (6, 4, 3, 3))
    assert not fits((6, 5), (6, 4))
    assert not fits((4, 6), (6, 4))


@pytest.mark.parametrize("kernel", [(), (3, 3)])
@pytest.mark.parametrize("by_input", [False, True])
def test_dora_gives_every_output_its_magnitude_in_the_changed_weight_s_direction(
    kernel: tuple[int, ...], by_input: bool
) -> None:
    """Equation 5 of the paper, row by row (by input: column by column)."""
    torch.manual_seed(1)
    weight, added = torch.randn(OUT, IN, *kernel), torch.randn(OUT, IN, *kernel)
    magnitude = torch.rand(IN if by_input else OUT) + 0.5
    expected = torch.empty_like(weight)
    for index in range(len(magnitude)):
        place = (slice(None), index) if by_input else (index,)
        turned = weight[place] + added[place]
        expected[place] = magnitude[index] * turned / turned.square().sum().sqrt()
    got = redirected(weight, added, magnitude, by_input=by_input)
    assert close(weight + got, expected)
    shaped = magnitude.reshape(1, -1, *[1] * len(kernel))  # as peft has a convolution's, and LyCORIS those by input
    assert torch.equal(redirected(weight, added, shaped, by_input=by_input), got)


def test_dora_with_the_weight_s_own_norms_as_magnitudes_and_no_change_adds_nothing() -> None:
    torch.manual_seed(2)
    weight = torch.randn(OUT, IN)
    assert redirected(weight, torch.zeros(OUT, IN), weight.norm(dim=1), by_input=False).abs().max() < 1e-6
