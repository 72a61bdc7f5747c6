"""What runs the networks, seen from the engine: arrays in, arrays out, no framework named."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tagloom.sampling.array import Array

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuntimeFacts:
    """What computes, for the record of a picture: `precision` is the U-Net's number format, `threads` the CPU's (0 on
    a GPU), `libraries` name and version."""

    name: str
    device: str
    precision: str
    threads: int
    libraries: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """A textual inversion's vector (C,) in the place of the token at `position` 0 .. 76."""

    position: int
    vector: Floats


class Runtime(Protocol):
    """The three networks of one model on one device.

    Latents are (4, h, w) in the model's scale, contexts (T, C); both are arrays of the runtime, made by `from_numpy`,
    float32 whatever the networks' precision. Every method raises `MemoryExhaustedError` when memory runs out.
    """

    @property
    def facts(self) -> RuntimeFacts:
        """What computes."""
        ...

    def encode_text(self, token_ids: Sequence[int], replacements: Sequence[Replacement]) -> Floats:
        """77 token ids to all hidden states (layers + 1, 77, C), each through the final layer norm; [0] is the input's."""
        ...

    def predict(self, latents: Sequence[Array], timesteps: Sequence[float], contexts: Sequence[Array]) -> Sequence[Array]:
        """One row each of the U-Net's output, rows of equal shapes in one call. Latents come scaled to unit variance."""
        ...

    def decode(self, latents: Array) -> Bytes:
        """Finished latents to pixels (H, W, 3), 8 bits.

        Raises:
            ModelError: the latents are no finite numbers.
        """
        ...

    def preview(self, latents: Array) -> Bytes:
        """Latents to a small rough picture (h, w, 3), 8 bits, by a linear map: fast enough for every step."""
        ...

    def from_numpy(self, values: Floats) -> Array:
        """An array of this runtime."""
        ...

    def to_numpy(self, values: Array) -> Floats:
        """An array of this runtime as numpy's."""
        ...
