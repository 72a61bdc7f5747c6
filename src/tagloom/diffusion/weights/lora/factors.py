"""The factors of a change -> the change itself: LoRA, LoHa, LoKr and DoRA, by their formulas.

LoRA: Hu et al. 2021. LoHa (a Hadamard product): Hyeon-Woo et al. 2021, FedPara. LoKr (a Kronecker product): Yeh et al. 2023,
LyCORIS. DoRA (magnitudes beside a direction): Liu et al. 2024. A core (`mid`, `t`) makes of two matrices a convolution, as
in a Tucker decomposition.
"""

import math
from collections.abc import Mapping, Set
from typing import Final

import torch
from torch import Tensor

from tagloom.diffusion.weights.lora.keys import Role

_LORA: Final = frozenset[Role]({"up", "down", "mid"})
_LOHA: Final = frozenset[Role]({"hada_w1_a", "hada_w1_b", "hada_w2_a", "hada_w2_b", "hada_t1", "hada_t2"})
_NO_FACTORS: Final = frozenset[Role]({"alpha", "magnitude"})
_CONVOLUTION: Final = 4


def lacking(roles: Set[Role]) -> Role | None:
    """The factor without which the others say nothing; None where they are whole. `alpha` and `magnitude` are no factors."""
    if roles & _LORA or roles <= _NO_FACTORS:
        needed: tuple[Role, ...] = ("up", "down")
    elif roles & _LOHA:
        cores: tuple[Role, ...] = ("hada_t1", "hada_t2") if roles & {"hada_t1", "hada_t2"} else ()
        needed = ("hada_w1_a", "hada_w1_b", "hada_w2_a", "hada_w2_b", *cores)
    else:
        first: tuple[Role, ...] = ("lokr_w1",) if "lokr_w1" in roles else ("lokr_w1_a", "lokr_w1_b")
        second: tuple[Role, ...] = ("lokr_w2",) if "lokr_w2" in roles else ("lokr_w2_a", "lokr_w2_b")
        needed = (*first, *second)
    return next((role for role in needed if role not in roles), None)


def is_mixed(roles: Set[Role]) -> bool:
    """Factors of more than one kind of change for one module."""
    return sum(bool(roles & kind) for kind in (_LORA, _LOHA, roles - _LORA - _LOHA - _NO_FACTORS)) > 1


def rank(shapes: Mapping[Role, tuple[int, ...]]) -> int | None:
    """The rank that alpha is divided by; None where nothing has a rank (LoKr of two whole factors), and alpha no meaning."""
    for role in ("down", "hada_w1_b", "lokr_w2_b", "lokr_w1_b"):
        if role in shapes:
            return shapes[role][0] if shapes[role] else None
    return None


def change(factors: Mapping[Role, Tensor]) -> Tensor:
    """What is added to a weight before any scale: of a matrix (out, in), of a convolution (out, in, h, w) or flat.

    Raises:
        RuntimeError, ValueError, IndexError: the factors do not go together.
    """
    if "up" in factors:
        return _lora(factors["up"], factors["down"], factors.get("mid"))
    if "hada_w1_a" in factors:
        return _half(factors, "1") * _half(factors, "2")
    first = factors["lokr_w1"] if "lokr_w1" in factors else factors["lokr_w1_a"] @ factors["lokr_w1_b"]
    if "lokr_w2" in factors:
        second = factors["lokr_w2"]
    elif "lokr_t2" in factors:
        second = _with_core(factors["lokr_t2"], factors["lokr_w2_a"], factors["lokr_w2_b"])
    else:
        second = factors["lokr_w2_a"] @ factors["lokr_w2_b"]
    if second.dim() == _CONVOLUTION:
        first = first[:, :, None, None]
    return torch.kron(first.contiguous(), second.contiguous())


def redirected(weight: Tensor, change: Tensor, magnitude: Tensor, *, by_input: bool) -> Tensor:
    """What DoRA adds to a weight (out, in, ...): the changed weight takes its direction alone from W + change.

    m * (W + change) / norm(W + change) - W, with a magnitude and a norm for every output (the paper's columns are the rows
    of torch's weights), or for every input, as LyCORIS first had it.
    """
    kept = 1 if by_input else 0
    turned = weight + change
    others = tuple(axis for axis in range(weight.dim()) if axis != kept)
    shape = [-1 if axis == kept else 1 for axis in range(weight.dim())]
    norms: Tensor = torch.linalg.vector_norm(turned, dim=others, keepdim=True)
    return magnitude.reshape(shape) * turned / norms - weight


def fits(changed: tuple[int, ...], weight: tuple[int, ...]) -> bool:
    """A change of that shape is one of such a weight: the same, but for sides of 1, or a convolution laid flat."""
    flat = (weight[0], math.prod(weight[1:]))
    return _without_ones(changed) == _without_ones(weight) or changed == flat


def _lora(up: Tensor, down: Tensor, mid: Tensor | None) -> Tensor:
    flat_up, flat_down = up.flatten(1), down.flatten(1)
    if mid is None:
        return (flat_up @ flat_down).reshape(len(flat_up), *down.shape[1:])
    return torch.einsum("nmkl,on,mi->oikl", mid, flat_up, flat_down)


def _half(factors: Mapping[Role, Tensor], number: str) -> Tensor:
    """One of LoHa's two factors."""
    named: dict[str, Tensor] = {str(role): factor for role, factor in factors.items()}
    before, after = named[f"hada_w{number}_a"], named[f"hada_w{number}_b"]
    core = named.get(f"hada_t{number}")
    return before @ after if core is None else _with_core(core, before, after)


def _with_core(core: Tensor, before: Tensor, after: Tensor) -> Tensor:
    """A convolution of a core (p, q, h, w) and of matrices (p, out) and (q, in)."""
    return torch.einsum("pqkl,po,qi->oikl", core, before, after)


def _without_ones(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape less any sides of 1 behind the second."""
    return (*shape[:2], *(side for side in shape[2:] if side != 1))
