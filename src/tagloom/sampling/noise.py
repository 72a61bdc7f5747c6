"""A picture's own randomness: noise that is addressed, not drawn, so that a picture can be left and taken up anywhere."""

from dataclasses import dataclass
from typing import Literal, assert_never

import numpy as np
from numpy.typing import NDArray

from tagloom.sampling.mersenne import torch_cpu_normal
from tagloom.sampling.philox import cuda_normal

NoiseKind = Literal["philox", "cpu"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseSource:
    """All standard normal noise of one picture, float32 arrays of `shape` (channels, height, width).

    The generator's draw 0 is the initial noise; its draw i + 1 is the noise of step i, which is the order in which a
    sampler of k-diffusion consumes `randn_like`. `kind` "philox" equals `torch.randn` on a CUDA device for the same seed
    and batch size 1 (what A1111 calls the NV source), "cpu" equals torch's CPU generator. Only a sampler that needs two
    draws in a step (index 1) leaves that order: those come from a Philox stream of their own. `seed`: 0 .. 2**64-1.
    """

    kind: NoiseKind
    seed: int
    shape: tuple[int, int, int]

    def initial(self) -> NDArray[np.float32]:
        """The noise that a picture starts from."""
        return self._draw(0)

    def at(self, step: int, index: int = 0) -> NDArray[np.float32]:
        """The `index`-th noise of a step, both from 0."""
        if index == 0:
            return self._draw(step + 1)
        return cuda_normal(self.seed, step + 1, self._count, stream=index).reshape(self.shape)

    @property
    def _count(self) -> int:
        channels, height, width = self.shape
        return channels * height * width

    def _draw(self, number: int) -> NDArray[np.float32]:
        match self.kind:
            case "philox":
                return cuda_normal(self.seed, number, self._count).reshape(self.shape)
            case "cpu":
                return torch_cpu_normal(self.seed, number, self._count).reshape(self.shape)
            case _:
                assert_never(self.kind)
