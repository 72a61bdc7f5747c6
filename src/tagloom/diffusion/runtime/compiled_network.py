"""A network -> the same network through torch.compile, or as it is where there is no compiler."""

from collections.abc import Callable
from typing import cast

import torch
from torch import Tensor, nn

Forward = Callable[..., Tensor]
Compile = Callable[[nn.Module], Forward]


def as_it_is(network: nn.Module) -> Forward:
    """No compiling."""
    return cast(Forward, network)


class CompiledNetwork:
    """Compiles at the first call of each shape, which takes a minute for a large network.

    What cannot be compiled - no C++ compiler, no Triton, an operation that is not known - runs as it is, and is said once.
    """

    def __init__(self, network: nn.Module, *, compile_network: Compile, say: Callable[[str], None]) -> None:
        """`compile_network` is `torch_compile`; a test passes its own."""
        self._network = network
        self._compiled: Forward = compile_network(network)
        self._say = say

    def __call__(self, *inputs: object) -> Tensor:
        """What the network gives."""
        try:
            return self._compiled(*inputs).clone()  # a CUDA graph's next run overwrites what it gave
        except RuntimeError as error:
            if self._compiled is self._network or _is_memory(error):
                raise
            reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
            self._say(f"notice: torch cannot compile here: {reason}")
            self._compiled = as_it_is(self._network)
            return self._compiled(*inputs)


def torch_compile(network: nn.Module) -> Forward:
    """torch.compile for fixed shapes; on CUDA with its graphs, which spare the launching of every kernel."""
    on_cuda = next(network.parameters()).device.type == "cuda"
    return cast(Forward, torch.compile(network, dynamic=False, mode="reduce-overhead" if on_cuda else None))


def _is_memory(error: RuntimeError) -> bool:
    return isinstance(error, torch.OutOfMemoryError) or "memory" in str(error)
