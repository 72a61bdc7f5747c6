"""Where a network's parameter comes from in a file, and what is done with it on the way: a view, never a computation."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar, assert_never

from torch import Tensor, nn

from tagloom.catalog.header import FLOATS
from tagloom.diffusion.weights.tensors import Tensors

Take = Literal["whole", "first third", "second third", "last third", "transposed", "matrix"]
Shape = tuple[int, ...]
_THIRDS: Mapping[str, int] = {"first third": 0, "second third": 1, "last third": 2}
_Network = TypeVar("_Network", bound=nn.Module)


@dataclass(frozen=True, slots=True)
class Source:
    """A tensor of a file, by its name there.

    whole: as it is. first, second, last third: of its rows (queries, keys and values in one). transposed: rows are columns.
    matrix: a 1x1 convolution (O, I, 1, 1) as the linear map (O, I) that it is.
    """

    key: str
    take: Take = "whole"


def fill(network: _Network, tensors: Tensors, sources: Mapping[str, Source]) -> _Network:
    """Give a network, built on the meta device, its tensors without copying them, and make it ready for inference.

    There must be no `problems_of` it. Float types may differ from tensor to tensor in the files.
    """
    state = {name: taken(source, tensors.get(source.key)) for name, source in sources.items()}
    network.load_state_dict(state, assign=True)
    return network.eval().requires_grad_(False)


def problems_of(network: nn.Module, tensors: Tensors, sources: Mapping[str, Source]) -> list[str]:
    """What is wrong with the tensors a network needs, by their headers; what is missing comes first."""
    missing, misfits = [], []
    for name, parameter in network.state_dict().items():
        source, wanted = sources[name], tuple(parameter.shape)
        if source.key not in tensors.infos:
            missing.append(f"lacks tensor '{source.key}'")
            continue
        info = tensors.infos[source.key]
        if taken_shape(source, info.shape) != wanted:
            needed = stored_shape(source, wanted)
            misfits.append(f"has tensor '{source.key}' as {info.shape}, where {needed} is needed")
        elif info.dtype not in FLOATS:
            misfits.append(f"has tensor '{source.key}' as {info.dtype}, which holds no floats")
    return [*dict.fromkeys(missing), *dict.fromkeys(misfits)]


def taken_shape(source: Source, shape: Shape) -> Shape | None:
    """The shape that a stored shape has once it is taken; None where it cannot be."""
    match source.take:
        case "whole":
            return shape
        case "first third" | "second third" | "last third":
            return (shape[0] // 3, *shape[1:]) if shape and shape[0] % 3 == 0 else None
        case "transposed":
            return shape[::-1] if len(shape) == 2 else None
        case "matrix":
            return shape[:2] if shape[2:] in ((), (1, 1)) else None
        case _:
            assert_never(source.take)


def stored_shape(source: Source, shape: Shape) -> Shape:
    """The shape in which a file holds what a network needs as `shape`."""
    match source.take:
        case "whole":
            return shape
        case "first third" | "second third" | "last third":
            return (3 * shape[0], *shape[1:])
        case "transposed":
            return shape[::-1]
        case "matrix":
            return (*shape, 1, 1)
        case _:
            assert_never(source.take)


def taken(source: Source, stored: Tensor) -> Tensor:
    """The stored tensor as the network wants it: a view of it, but a copy where it is transposed."""
    match source.take:
        case "whole":
            return stored
        case "first third" | "second third" | "last third":
            return stored.chunk(3)[_THIRDS[source.take]]
        case "transposed":
            return stored.t().contiguous()
        case "matrix":
            return stored.reshape(stored.shape[:2])
        case _:
            assert_never(source.take)
