"""The networks run by torch, on a CPU, a CUDA device or Apple's MPS."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Final, TypeVar, cast

import numpy as np
import torch
from torch import Tensor, nn

from tagloom.catalog import NetworkFile
from tagloom.choices import Tiling
from tagloom.diffusion.networks import Autoencoder, decode_in_bands
from tagloom.diffusion.networks.attention import Attention, mix_in_blocks
from tagloom.diffusion.runtime.compiled_network import Compile, as_it_is
from tagloom.diffusion.runtime.preview import LatentColours, fit_latent_colours
from tagloom.diffusion.runtime.protocol import Adapters, Bytes, Condition, EncodedText, Floats, Replacement, RuntimeFacts
from tagloom.diffusion.runtime.rows import TOGETHER, CallSize, alike, split
from tagloom.diffusion.weights import AdaptedNetworks, Networks, read_inversion
from tagloom.errors import MemoryExhaustedError, ModelError, RuntimeUnavailableError
from tagloom.sampling.array import Array

PRECISIONS: Final = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
_Network = TypeVar("_Network", bound=nn.Module)
_OUT_OF_MEMORY: Final = ("out of memory", "not enough memory", "can't allocate memory", "DefaultCPUAllocator")


class TorchRuntime:
    """Owns the networks it is given and moves them to its device.

    The text encoders stay in float32, which costs little; so does the autoencoder, which overflows in float16 (SDXL's
    always, others at times), unless the precision is bfloat16, which has float32's range.
    """

    def __init__(
        self,
        networks: Networks,
        *,
        device: str,
        precision: str,
        call_size: CallSize = TOGETHER,
        compile_unet: Compile = as_it_is,
    ) -> None:
        """`device`: "auto", "cpu", "cuda", "cuda:1", "mps". `precision`: "auto" (fp16 on a GPU, else fp32) or its name.

        `call_size` says how many rows the U-Net is given at once, `compile_unet` how it is called.

        Raises:
            RuntimeUnavailableError: this machine has no such device, or there is no such precision.
        """
        self._device = find_device(device)
        if precision == "auto":
            precision = "fp32" if self._device.type == "cpu" else "fp16"
        if precision not in PRECISIONS:
            raise RuntimeUnavailableError(f"there is no precision '{precision}'", hint=f"take {', '.join(PRECISIONS)}")
        self._dtype = PRECISIONS[precision]
        self._precision = precision
        self._call_size = call_size
        autoencoder_dtype = torch.bfloat16 if precision == "bf16" else torch.float32
        with _memory_guard(self._device):
            self._text_encoders = [encoder.to(self._device, torch.float32) for encoder in networks.text_encoders]
            self._unet = _placed(networks.unet, self._device, self._dtype)
        self._unplaced_autoencoder = networks.autoencoder
        self._autoencoder_dtype = autoencoder_dtype
        self._adapted = AdaptedNetworks(self._text_encoders, self._unet)
        self._forward = compile_unet(self._unet)

    @cached_property
    def _autoencoder(self) -> Autoencoder:
        """The autoencoder on the device; only the first picture's end needs it, so that its beginning need not wait."""
        return _placed(self._unplaced_autoencoder, self._device, self._autoencoder_dtype)

    @property
    def facts(self) -> RuntimeFacts:
        """See `Runtime`."""
        libraries = (("torch", torch.__version__), ("numpy", np.__version__))
        return RuntimeFacts(
            name="torch" if self._forward is self._unet else "compiled",
            device=str(self._device),
            precision=self._precision,
            threads=torch.get_num_threads() if self._device.type == "cpu" else 0,
            libraries=libraries,
        )

    def examine(self, file: NetworkFile) -> Sequence[str]:
        """See `Runtime`."""
        return self._adapted.examine(file)

    def read_vectors(self, file: NetworkFile) -> tuple[Floats, ...]:
        """See `Runtime`."""
        return read_inversion(file.path, [encoder.config.width for encoder in self._text_encoders])

    @torch.inference_mode()
    def encode_text(
        self,
        token_ids: Sequence[int],
        replacements: Sequence[Replacement],
        encoder: int = 0,
        adapters: Adapters = (),
    ) -> EncodedText:
        """See `Runtime`."""
        network = self._text_encoders[encoder]
        with _memory_guard(self._device):
            self._adapted.use_text_encoder(encoder, adapters)
            ids = torch.tensor([token_ids], device=self._device)
            embedded = network.embed(ids)
            for replacement in replacements:
                embedded[0, replacement.position] = torch.from_numpy(replacement.vector)
            states = network(embedded)
            # EOS has the largest id; the first one ends the text, any others are padding.
            pooled = network.pooled(states, ids.argmax(dim=1))[0] if network.config.projection else torch.empty(0)
            states = states if len(self._text_encoders) > 1 else network.final_layer_norm(states)
            return EncodedText(states=cast(Floats, states[:, 0].cpu().numpy()), pooled=cast(Floats, pooled.cpu().numpy()))

    @torch.inference_mode()
    def predict(
        self, latents: Sequence[Array], timesteps: Sequence[float], conditions: Sequence[Condition]
    ) -> Sequence[Array]:
        """See `Runtime`."""
        outputs: dict[int, Array] = {}
        with _memory_guard(self._device):
            for rows in alike(latents, conditions):
                self._adapted.use_unet(conditions[rows[0]].adapters)

                def call(numbers: Sequence[int]) -> Sequence[Array]:
                    return self._predict(latents, timesteps, conditions, numbers)

                def trial(count: int, rows: Sequence[int] = rows) -> object:
                    predicted = call((tuple(rows) * count)[:count])
                    return _tensor(predicted[-1])[0, 0, 0].item()  # a GPU is done only when a number has arrived

                most = self._call_size.most(len(rows), latents[rows[0]].shape, trial)
                for numbers in split(rows, most):
                    outputs.update(zip(numbers, call(numbers), strict=True))
        return [outputs[row] for row in range(len(latents))]

    @torch.inference_mode()
    def encode(self, pixels: Bytes, tiling: Tiling = "off") -> Array:
        """See `Runtime`."""
        with _memory_guard(self._device):
            levels = torch.from_numpy(pixels.copy()).to(self._device, torch.float32).permute(2, 0, 1)[None] / 127.5 - 1
            levels = levels.to(self._autoencoder_dtype, memory_format=torch.channels_last)
            latents = cast(Array, self._autoencoder.encode(levels, tiling)[0].float().contiguous())
        self._check_finite(latents, "autoencoder")
        return latents

    @torch.inference_mode()
    def decode(self, latents: Array, tiling: Tiling = "off", *, in_bands: bool = False) -> Bytes:
        """See `Runtime`."""
        self._check_finite(latents, "model")
        with _memory_guard(self._device):
            pixels = self._decode(_tensor(latents)[None], tiling, in_bands=in_bands)[0]
            self._check_finite(cast(Array, pixels), "autoencoder")
            levels = (pixels.clamp(-1, 1) * 127.5 + 127.5).round().to(torch.uint8)
            return cast(Bytes, levels.permute(1, 2, 0).cpu().contiguous().numpy())

    def preview(self, latents: Array) -> Bytes:
        """See `Runtime`."""
        return self._latent_colours.paint(self.to_numpy(latents))

    def from_numpy(self, values: Floats) -> Array:
        """See `Runtime`."""
        with _memory_guard(self._device):
            return cast(Array, torch.from_numpy(np.ascontiguousarray(values, dtype=np.float32)).to(self._device))

    def to_numpy(self, values: Array) -> Floats:
        """See `Runtime`."""
        return cast(Floats, _tensor(values).cpu().contiguous().numpy())

    @cached_property
    def _latent_colours(self) -> LatentColours:
        def decode(latents: Floats) -> Floats:
            with torch.inference_mode():
                return cast(Floats, self._decode(torch.from_numpy(latents).to(self._device)).cpu().numpy())

        return fit_latent_colours(decode, self._autoencoder.config.latent_channels)

    def _predict(
        self,
        latents: Sequence[Array],
        timesteps: Sequence[float],
        conditions: Sequence[Condition],
        rows: Sequence[int],
    ) -> Sequence[Array]:
        """These rows in one call."""
        batch = torch.stack([_tensor(latents[row]) for row in rows])
        texts = torch.stack([_tensor(conditions[row].context) for row in rows]).to(self._dtype)
        added = torch.stack([_tensor(conditions[row].added) for row in rows]).to(self._dtype)
        times = torch.tensor([timesteps[row] for row in rows], dtype=torch.float32, device=self._device)
        batch = batch.to(self._dtype, memory_format=torch.channels_last)
        predicted = self._forward(batch, times, texts, added if added.numel() else None, conditions[rows[0]].tiling).float()
        return cast(Sequence[Array], predicted.unbind())

    def _check_finite(self, values: Array, network: str) -> None:
        if not torch.isfinite(_tensor(values)).all():
            message = f"the {network} gave no numbers in precision {self._precision}"
            raise ModelError(message, hint="try --precision fp32; if it stays so, the weights are damaged")

    def _decode(self, latents: Tensor, tiling: Tiling = "off", *, in_bands: bool = False) -> Tensor:
        latents = latents.to(self._autoencoder_dtype, memory_format=torch.channels_last)
        if in_bands:
            return decode_in_bands(self._autoencoder, latents, tiling).float()
        return self._autoencoder.decode(latents, tiling).float()


def _tensor(values: Array) -> Tensor:
    """An array of this runtime, as what it is."""
    return cast(Tensor, values)


def _placed(network: _Network, device: torch.device, dtype: torch.dtype) -> _Network:
    """Each weight in one copy, or none. Convolutions of channels-last weights run faster on CPUs and on tensor cores."""
    placed: _Network = network.to(device, dtype, memory_format=torch.channels_last)  # type: ignore[call-overload]  # its stub
    if device.type == "cpu" and dtype == torch.bfloat16:
        for module in placed.modules():
            if isinstance(module, Attention):
                module.mix = mix_in_blocks
    return placed


def find_device(name: str) -> torch.device:
    """The device of that name; "auto" is CUDA, else MPS, else the CPU."""
    has_cuda, has_mps = torch.cuda.is_available(), torch.backends.mps.is_available()
    if name == "auto":
        name = "cuda" if has_cuda else "mps" if has_mps else "cpu"
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise RuntimeUnavailableError(f"there is no device '{name}'", hint="take auto, cpu, cuda or mps") from error
    present = {
        "cpu": True,
        "cuda": has_cuda and (device.index or 0) < torch.cuda.device_count(),
        "mps": has_mps,
    }
    if not present.get(device.type, False):
        raise RuntimeUnavailableError(
            f"this machine has no device '{name}'", hint="leave --device out to take what there is"
        )
    return device


@contextmanager
def _memory_guard(device: torch.device) -> Iterator[None]:
    """Exhausted memory, in the words of any device, as one error."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if isinstance(error, MemoryError) or any(words in str(error) for words in _OUT_OF_MEMORY):
            message = f"the memory of device '{device}' does not suffice"
            raise MemoryExhaustedError(message, hint="take a smaller size, or --precision bf16") from error
        raise
