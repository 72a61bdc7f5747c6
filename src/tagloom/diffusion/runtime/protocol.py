"""What runs the networks, seen from the engine: arrays in, arrays out, no framework named."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tagloom.catalog import NetworkFile
from tagloom.choices import Tiling
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


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedText:
    """What one text encoder makes of a chunk: all hidden `states` (layers + 1, 77, C), [0] the input's, and the whole text
    `pooled` to (P,), which is empty where the encoder does not give it."""

    states: Floats
    pooled: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter:
    """A LoRA, and how strongly it acts on one network or on all text encoders."""

    file: NetworkFile
    weight: float


Adapters = tuple[Adapter, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What the U-Net is told for one row: the text's `context` (T, C), and the vector `added` (D,) to its timestep, which is
    empty where it takes none; the LoRAs that are merged into it for this row; and along which axes its picture is a ring."""

    context: Array
    added: Array
    adapters: Adapters = ()
    tiling: Tiling = "off"


class Runtime(Protocol):
    """The networks of one model on one device.

    Latents are (4, h, w) in the model's scale; they and what conditions them are arrays of the runtime, made by
    `from_numpy`, float32 whatever the networks' precision. Every method raises `MemoryExhaustedError` when memory runs out.
    """

    @property
    def facts(self) -> RuntimeFacts:
        """What computes."""
        ...

    def examine(self, file: NetworkFile) -> Sequence[str]:
        """Check that a LoRA goes with these networks; what of it has no effect is given back in words.

        Raises:
            ModelError: it is damaged, for other models, or of a kind that is not known.
        """
        ...

    def read_vectors(self, file: NetworkFile) -> tuple[Floats, ...]:
        """The vectors (k, C) of a textual inversion for each text encoder.

        Raises:
            ModelError: it is damaged, or for other models.
        """
        ...

    def encode_text(
        self,
        token_ids: Sequence[int],
        replacements: Sequence[Replacement],
        encoder: int = 0,
        adapters: Adapters = (),
    ) -> EncodedText:
        """What the model's text encoder of that number makes of 77 token ids, with these LoRAs merged into it.

        The states are each through the final layer norm, but bare where the model has two encoders (SDXL is trained so).
        """
        ...

    def predict(
        self, latents: Sequence[Array], timesteps: Sequence[float], conditions: Sequence[Condition]
    ) -> Sequence[Array]:
        """One row each of the U-Net's output. Latents have unit variance.

        Rows of equal shapes, LoRAs and tiling share a call.
        """
        ...

    def encode(self, pixels: Bytes, tiling: Tiling = "off") -> Array:
        """Pixels (H, W, 3), 8 bits, to the mean of their latents, in the model's scale; both sides fit the autoencoder.

        The picture is a ring along the axes of `tiling`.
        """
        ...

    def decode(self, latents: Array, tiling: Tiling = "off", *, in_bands: bool = False) -> Bytes:
        """Finished latents to pixels (H, W, 3), 8 bits, of a picture that is a ring along the axes of `tiling`.

        `in_bands`: with a fraction of the memory, for a little more time; the pixels are the same but for rounding.

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
