"""How much memory tensors take at the worst moment of a computation, counted without computing anything.

What kernels use as scratch is not counted: a process takes more.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.weak import WeakIdKeyDictionary


class LivingTensors(TorchDispatchMode):  # type: ignore[no-untyped-call]  # torch's own is untyped
    """Within it the storages that operations make are counted until they die; `peak` is the most at once, in bytes."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # so is this
        self.peak = 0
        self._living: Any = WeakIdKeyDictionary()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        for leaf in tree_leaves(result):
            if isinstance(leaf, Tensor):
                storage = leaf.untyped_storage()
                self._living[storage] = storage.nbytes()
        self.peak = max(self.peak, sum(self._living.values()))
        return result


def peak_of(work: Callable[[], Tensor]) -> int:
    """The most bytes that the tensors made by some work took at once."""
    with torch.inference_mode(), LivingTensors() as living:
        work()
        peak: int = living.peak
    return peak
