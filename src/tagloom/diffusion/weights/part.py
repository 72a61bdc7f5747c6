"""One network of a model -> what it is filled from: its configuration, its file, and the source of every parameter."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

import torch
from torch import nn

from tagloom.catalog import TAKE_AGAIN
from tagloom.diffusion.weights.source import Source, fill, problems_of
from tagloom.diffusion.weights.tensors import Tensors
from tagloom.errors import ModelDamagedError

Network = TypeVar("Network", bound=nn.Module)


def _owns_none(_: str) -> bool:
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Part(Generic[Network]):
    """A network that can be built without weights, and where its weights are.

    `name` is the part of a model that it is. `described_by` is the file that tells its sizes. `owns` says of a tensor of the
    file, by its name, that it must be this network's.
    """

    name: str
    described_by: Path
    build: Callable[[], Network]
    tensors: Tensors
    source_of: Callable[[str], Source]
    owns: Callable[[str], bool] = _owns_none

    def load(self) -> Network:
        """The network with its weights, memory-mapped, ready for inference.

        Raises:
            ModelDamagedError: the sizes do not go together, or a tensor does not fit; it is named.
        """
        network = self.empty()
        sources = self.sources(network)
        problems = problems_of(network, self.tensors, sources) or self.unknown(sources)
        if problems:
            more = f" and {len(problems) - 1} more" if len(problems) > 1 else ""
            raise ModelDamagedError(f"{self.tensors.origin} {problems[0]}{more}", hint=TAKE_AGAIN)
        return fill(network, self.tensors, sources)

    def empty(self) -> Network:
        """The network on the meta device: shapes without weights.

        Raises:
            ModelDamagedError: the sizes do not go together.
        """
        with torch.device("meta"), _named(self.described_by):
            return self.build()

    def unknown(self, sources: Mapping[str, Source]) -> list[str]:
        """What is wrong with tensors that are this network's, but that it has no use for."""
        used = {source.key for source in sources.values()}
        strange = sorted(name for name in self.tensors.infos.keys() - used if self.owns(name))
        return [f"has an unknown tensor '{name}'" for name in strange]

    def sources(self, network: Network) -> dict[str, Source]:
        """The source of every parameter."""
        return {name: self.source_of(name) for name in network.state_dict()}


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """A description whose sizes do not go together is the file's fault."""
    try:
        yield
    except (ValueError, AssertionError, ZeroDivisionError, RuntimeError, TypeError) as error:
        raise ModelDamagedError(f"{path}: its sizes do not go together: {error}", hint=TAKE_AGAIN) from error
