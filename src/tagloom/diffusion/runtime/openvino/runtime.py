"""The networks run by OpenVINO on a CPU: numpy in, numpy out, and torch only where LoRAs are merged."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import cast

import numpy as np

from tagloom.catalog import NetworkFile
from tagloom.choices import Tiling
from tagloom.diffusion.reading import sinusoids
from tagloom.diffusion.runtime.openvino.compiled import HINTS, CompiledNetworks
from tagloom.diffusion.runtime.openvino.exported import ExportedNetworks
from tagloom.diffusion.runtime.openvino.library import openvino_version
from tagloom.diffusion.runtime.protocol import (
    Adapters,
    Bytes,
    Condition,
    EncodedText,
    Floats,
    Replacement,
    Runtime,
    RuntimeFacts,
)
from tagloom.diffusion.runtime.rows import CallSize, alike, split
from tagloom.errors import ModelError, RuntimeUnavailableError
from tagloom.sampling.array import Array


class OpenVinoRuntime:
    """Arrays are numpy's. The text encoders compute in float32, the U-Net and the autoencoder in the precision asked for.

    What is compiled cannot be changed: rows with LoRAs or tiling are computed by torch, which is opened for the first of
    them; so are pictures that are rings, or are decoded in bands.
    """

    def __init__(
        self,
        exported: ExportedNetworks,
        compiled: CompiledNetworks,
        *,
        precision: str,
        threads: int,
        call_size: CallSize,
        open_torch: Callable[[], Runtime],
    ) -> None:
        """`precision` is "fp32" or "bf16"; `open_torch` opens the same model in torch.

        Raises:
            RuntimeUnavailableError: there is no such precision, or OpenVINO cannot compile for this machine.
        """
        if precision not in HINTS:
            hint = f"take {' or '.join(HINTS)}, or --runtime torch"
            raise RuntimeUnavailableError(f"openvino computes in no precision '{precision}'", hint=hint)
        self._exported = exported
        self._compiled = compiled
        self._precision = precision
        self._threads = threads
        self._call_size = call_size
        self._open_torch = open_torch

    @property
    def facts(self) -> RuntimeFacts:
        """See `Runtime`."""
        return RuntimeFacts(
            name="openvino",
            device="cpu",
            precision=self._precision,
            threads=self._threads,
            libraries=(("openvino", openvino_version()), ("numpy", np.__version__)),
        )

    def examine(self, file: NetworkFile) -> Sequence[str]:
        """See `Runtime`."""
        notice = f"LoRA '{file.name}': what it changes is computed by torch, since OpenVINO's networks are fixed"
        return (*self._torch.examine(file), notice)

    def read_vectors(self, file: NetworkFile) -> tuple[Floats, ...]:
        """See `Runtime`."""
        from tagloom.diffusion.weights import read_inversion

        return read_inversion(file.path, self._exported.facts.text_widths)

    def encode_text(
        self,
        token_ids: Sequence[int],
        replacements: Sequence[Replacement],
        encoder: int = 0,
        adapters: Adapters = (),
    ) -> EncodedText:
        """See `Runtime`."""
        if adapters:
            return self._torch.encode_text(token_ids, replacements, encoder, adapters)
        embedded = self._exported.token_table(encoder)[list(token_ids)].astype(np.float32)
        for replacement in replacements:
            embedded[replacement.position] = replacement.vector
        states, *projected = self._compiled.run(f"text_encoder_{encoder}", "fp32", [embedded[None]])
        # EOS has the largest id; the first one ends the text, any others are padding.
        pooled = projected[0][int(np.argmax(token_ids))] if projected else np.empty(0, np.float32)
        return EncodedText(states=states, pooled=pooled)

    def predict(
        self, latents: Sequence[Array], timesteps: Sequence[float], conditions: Sequence[Condition]
    ) -> Sequence[Array]:
        """See `Runtime`."""
        outputs: dict[int, Array] = {}
        for rows in alike(latents, conditions):
            if conditions[rows[0]].adapters or conditions[rows[0]].tiling != "off":
                outputs.update(zip(rows, self._predict_by_torch(latents, timesteps, conditions, rows), strict=True))
                continue
            inputs = [self._inputs(latents[row], timesteps[row], conditions[row]) for row in rows]

            def call(count: int, inputs: list[list[Floats]] = inputs) -> object:
                return self._predict((inputs * count)[:count])

            most = self._call_size.most(len(rows), latents[rows[0]].shape, call)
            for numbers in split(range(len(rows)), most):
                predicted = self._predict([inputs[number] for number in numbers])
                outputs.update((rows[number], cast(Array, row)) for number, row in zip(numbers, predicted, strict=True))
        return [outputs[row] for row in range(len(latents))]

    def encode(self, pixels: Bytes, tiling: Tiling = "off") -> Array:
        """See `Runtime`."""
        if tiling != "off":
            return cast(Array, self._torch.to_numpy(self._torch.encode(pixels, tiling)))
        levels = pixels.astype(np.float32).transpose(2, 0, 1)[None] / np.float32(127.5) - 1
        (latents,) = self._compiled.run("encoder", self._precision, [levels])
        self._check_finite(latents, "autoencoder")
        return cast(Array, latents[0])

    def decode(self, latents: Array, tiling: Tiling = "off", *, in_bands: bool = False) -> Bytes:
        """See `Runtime`."""
        if tiling != "off" or in_bands:
            return self._torch.decode(self._torch.from_numpy(_floats(latents)), tiling, in_bands=in_bands)
        self._check_finite(_floats(latents), "model")
        (pixels,) = self._compiled.run("decoder", self._precision, [_floats(latents)[None]])
        self._check_finite(pixels, "autoencoder")
        levels: Bytes = (np.clip(pixels[0], -1, 1) * 127.5 + 127.5).round().astype(np.uint8)
        return np.ascontiguousarray(levels.transpose(1, 2, 0))

    def preview(self, latents: Array) -> Bytes:
        """See `Runtime`."""
        return self._exported.colours.paint(_floats(latents))

    def from_numpy(self, values: Floats) -> Array:
        """See `Runtime`."""
        return cast(Array, np.ascontiguousarray(values, dtype=np.float32))

    def to_numpy(self, values: Array) -> Floats:
        """See `Runtime`."""
        return np.ascontiguousarray(_floats(values))

    def _inputs(self, latents: Array, timestep: float, condition: Condition) -> list[Floats]:
        """What the network takes for one row. The sinusoid is computed here, where bfloat16 cannot round the timestep."""
        sinusoid = sinusoids((timestep,), self._exported.facts.sinusoid_width)
        added = _floats(condition.added)
        return [_floats(latents), sinusoid, _floats(condition.context), *([added] if added.size else [])]

    def _predict(self, rows: Sequence[Sequence[Floats]]) -> Floats:
        batch = [np.stack(column) for column in zip(*rows, strict=True)]
        (predicted,) = self._compiled.run("unet", self._precision, batch)
        return predicted

    def _predict_by_torch(
        self, latents: Sequence[Array], timesteps: Sequence[float], conditions: Sequence[Condition], rows: Sequence[int]
    ) -> list[Array]:
        torch = self._torch
        theirs = [
            replace(
                conditions[row],
                context=torch.from_numpy(_floats(conditions[row].context)),
                added=torch.from_numpy(_floats(conditions[row].added)),
            )
            for row in rows
        ]
        pictures = [torch.from_numpy(_floats(latents[row])) for row in rows]
        predicted = torch.predict(pictures, [timesteps[row] for row in rows], theirs)
        return [cast(Array, torch.to_numpy(row)) for row in predicted]

    @cached_property
    def _torch(self) -> Runtime:
        return self._open_torch()

    def _check_finite(self, values: Floats, network: str) -> None:
        if not np.isfinite(values).all():
            message = f"the {network} gave no numbers in precision {self._precision}"
            raise ModelError(message, hint="try --precision fp32; if it stays so, the weights are damaged")


def _floats(values: Array) -> Floats:
    """An array of this runtime, as what it is."""
    return cast(Floats, values)
