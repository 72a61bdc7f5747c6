"""A picture's own randomness: noise that is addressed, not drawn, so that a picture can be left and taken up anywhere."""

from dataclasses import dataclass
from typing import Final, Literal, assert_never

import numpy as np
from numpy.typing import NDArray

from tagloom.sampling.mersenne import torch_cpu_normal
from tagloom.sampling.philox import cuda_normal

NoiseKind = Literal["philox", "cpu"]
Shape = tuple[int, int, int]
_STRAIGHT: Final = np.float32(1e-3)  # the sine below which two columns count as parallel


@dataclass(frozen=True, slots=True, kw_only=True)
class Variation:
    """Noise on the way from a picture's own to that of another `seed`; `strength` 0 is its own, 1 the other's.

    It acts on the noise that a picture starts from and, with `in_steps`, on that of every step, so that strength 1 gives
    the other seed's picture with any sampler; A1111 leaves the steps alone.
    """

    seed: int
    strength: float
    in_steps: bool = True


NO_VARIATION: Final = Variation(seed=0, strength=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseSource:
    """All standard normal noise of one picture, float32 arrays of `shape` (channels, height, width).

    The generator's draw 0 is the initial noise; its draw i + 1 is the noise of step i, which is the order in which a
    sampler of k-diffusion consumes `randn_like`. `kind` "philox" equals `torch.randn` on a CUDA device for the same seed
    and batch size 1 (what A1111 calls the NV source), "cpu" equals torch's CPU generator. Only a sampler that needs two
    draws in a step (index 1) leaves that order: those come from a Philox stream of their own. `seed`: 0 .. 2**64-1.

    `seed_shape` is the shape that the seed was chosen for: its initial noise stands in the middle of this shape's, cut
    where it is larger (A1111's seed resize).
    """

    kind: NoiseKind
    seed: int
    shape: Shape
    variation: Variation = NO_VARIATION
    seed_shape: Shape | None = None

    def initial(self) -> NDArray[np.float32]:
        """The noise that a picture starts from."""
        if self.seed_shape is None or self.seed_shape == self.shape:
            return self._varied(0, 0, self.shape)
        return _in_the_middle(self._varied(0, 0, self.seed_shape), self._draw(self.seed, 0, 0, self.shape))

    def at(self, step: int, index: int = 0) -> NDArray[np.float32]:
        """The `index`-th noise of a step, both from 0."""
        if not self.variation.in_steps:
            return self._draw(self.seed, step + 1, index, self.shape)
        return self._varied(step + 1, index, self.shape)

    def _varied(self, number: int, index: int, shape: Shape) -> NDArray[np.float32]:
        own = self._draw(self.seed, number, index, shape)
        if self.variation.strength == 0:
            return own
        return between(own, self._draw(self.variation.seed, number, index, shape), self.variation.strength)

    def _draw(self, seed: int, number: int, index: int, shape: Shape) -> NDArray[np.float32]:
        channels, height, width = shape
        count = channels * height * width
        if index:
            return cuda_normal(seed, number, count, stream=index).reshape(shape)
        match self.kind:
            case "philox":
                return cuda_normal(seed, number, count).reshape(shape)
            case "cpu":
                return torch_cpu_normal(seed, number, count).reshape(shape)
            case _:
                assert_never(self.kind)


def between(own: NDArray[np.float32], other: NDArray[np.float32], strength: float) -> NDArray[np.float32]:
    """Spherical interpolation (Shoemake 1985) from one noise (C, h, w) at strength 0 to another at 1.

    As A1111 does it, each column of each channel is a vector of its own, so that its pictures come out the same. Columns
    of nearly one direction, where the sphere's formula divides by nothing, are mixed straight.
    """
    lengths = np.linalg.norm(own, axis=1, keepdims=True) * np.linalg.norm(other, axis=1, keepdims=True)
    angle = np.arccos(np.clip((own * other).sum(axis=1, keepdims=True) / lengths, -1, 1))
    here, there = np.float32(1 - strength), np.float32(strength)
    sine = np.sin(angle)
    is_curved = sine > _STRAIGHT
    divisor = np.where(is_curved, sine, np.float32(1))
    from_own = np.where(is_curved, np.sin(here * angle) / divisor, here)
    from_other = np.where(is_curved, np.sin(there * angle) / divisor, there)
    return (from_own * own + from_other * other).astype(np.float32, copy=False)


def _in_the_middle(noise: NDArray[np.float32], around: NDArray[np.float32]) -> NDArray[np.float32]:
    """One noise in the middle of another, on whole latent cells; each axis is cut at the smaller of the two."""
    target: list[slice] = []
    source: list[slice] = []
    for inner, outer in zip(noise.shape[1:], around.shape[1:], strict=True):
        offset = (outer - inner) // 2
        length = inner if offset >= 0 else inner + 2 * offset
        target.append(slice(max(offset, 0), max(offset, 0) + length))
        source.append(slice(max(-offset, 0), max(-offset, 0) + length))
    result = around.copy()
    result[:, target[0], target[1]] = noise[:, source[0], source[1]]
    return result
