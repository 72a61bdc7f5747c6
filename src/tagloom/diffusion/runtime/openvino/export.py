"""Networks in torch -> OpenVINO's files of them. Importing this module needs both."""

import gc
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn

from tagloom.diffusion.networks import Autoencoder, TextEncoder, UNet
from tagloom.diffusion.runtime.openvino.exported import ExportedFacts
from tagloom.diffusion.runtime.openvino.library import openvino_guard, silence_telemetry
from tagloom.diffusion.runtime.preview import fit_latent_colours
from tagloom.diffusion.runtime.protocol import Floats
from tagloom.diffusion.weights import Networks

silence_telemetry()

import openvino  # noqa: E402  # only now may it be imported
import openvino.opset13 as opset  # noqa: E402

_SIDE = 16  # cells of a latent that networks are traced with; no size is fixed by it


class _UNet(nn.Module):
    """The U-Net given its timestep's sinusoid: inside, bfloat16 would round the timestep itself."""

    def __init__(self, unet: UNet) -> None:
        super().__init__()
        self.unet = unet

    def forward(self, latents: Tensor, sinusoid: Tensor, context: Tensor, added: Tensor | None = None) -> Tensor:
        return self.unet.predict(latents, sinusoid, context, added)


class _TextEncoder(nn.Module):
    """Token embeddings (1, 77, C) to all states (layers + 1, 77, C), bare or normed, and every position projected."""

    def __init__(self, encoder: TextEncoder, *, is_normed: bool) -> None:
        super().__init__()
        self.encoder = encoder
        self.is_normed = is_normed

    def forward(self, embedded: Tensor) -> tuple[Tensor, ...]:
        states = self.encoder(embedded)
        shown = self.encoder.final_layer_norm(states) if self.is_normed else states
        if not self.encoder.config.projection:
            return (shown[:, 0],)
        return shown[:, 0], self.encoder.text_projection(self.encoder.final_layer_norm(states[-1]))[0]


class _Decoder(nn.Module):
    def __init__(self, autoencoder: Autoencoder) -> None:
        super().__init__()
        self.autoencoder = autoencoder

    def forward(self, latents: Tensor) -> Tensor:
        return self.autoencoder.decode(latents)


class _Encoder(nn.Module):
    def __init__(self, autoencoder: Autoencoder) -> None:
        super().__init__()
        self.autoencoder = autoencoder

    def forward(self, pixels: Tensor) -> Tensor:
        return self.autoencoder.encode(pixels)


@torch.no_grad()
def export(networks: Networks, folder: Path) -> ExportedFacts:
    """Write every network to a folder, in half precision where that changes no weight.

    Raises:
        RuntimeUnavailableError: OpenVINO cannot convert one.
        OSError: the folder cannot be written.
    """
    unet, autoencoder, encoders = networks.unet, networks.autoencoder, networks.text_encoders
    config = unet.config
    sinusoid, context = torch.zeros(2, config.channels[0]), torch.zeros(2, 77, config.context_width)
    latents = torch.zeros(2, config.in_channels, _SIDE, _SIDE)
    added = [torch.zeros(2, config.added_width)] if config.added_width else []
    for number, encoder in enumerate(encoders):
        table = encoder.embeddings.token_embedding.weight
        stored = table.half() if torch.equal(table.half().float(), table.float()) else table.float()
        np.save(folder / f"tokens_{number}.npy", cast(Floats, stored.numpy()))
        wrapped = _TextEncoder(encoder, is_normed=len(encoders) == 1)
        _write(wrapped, [torch.zeros(1, 77, encoder.config.width)], folder / f"text_encoder_{number}.xml")
    _write(_UNet(unet), [latents, sinusoid, context, *added], folder / "unet.xml")
    _write(_Decoder(autoencoder), [latents[:1]], folder / "decoder.xml")
    _write(_Encoder(autoencoder), [torch.zeros(1, 3, 8 * _SIDE, 8 * _SIDE)], folder / "encoder.xml")
    np.save(folder / "colours.npy", fit_latent_colours(_decoding(autoencoder), config.in_channels).matrix)
    return ExportedFacts(
        architecture=repr(config),
        parameters=sum(one.numel() for one in unet.parameters()),
        sinusoid_width=config.channels[0],
        text_widths=tuple(encoder.config.width for encoder in encoders),
        pooled_width=encoders[-1].config.projection,
    )


def _decoding(autoencoder: Autoencoder) -> Callable[[Floats], Floats]:
    return lambda latents: cast(Floats, autoencoder.decode(torch.from_numpy(latents)).numpy())


def _write(network: nn.Module, example: Sequence[Tensor], path: Path) -> None:
    """Trace a network with examples, and leave the length of every axis but the channels' open."""
    network = network.float().eval().requires_grad_(requires_grad=False)
    with warnings.catch_warnings(), torch.enable_grad():  # with gradients, row-wise layers are torch's own: any rows fit
        # The tracer warns of every shape that Python looks at, and of its own age.
        warnings.simplefilter("ignore")
        with openvino_guard(f"convert the {path.stem}"):
            traced = torch.jit.trace(network, tuple(example), check_trace=False)  # type: ignore[no-untyped-call]  # torch's
            shapes = [_open(one) for one in example]
            model = openvino.convert_model(traced, example_input=tuple(example), input=shapes)
            _halve(model)
            openvino.save_model(model, path, compress_to_fp16=False)
    del model, traced
    gc.collect()  # the tracer's cycles hold a copy of the weights


def _halve(model: openvino.Model) -> None:
    """Store in half precision what that does not change: weights from a file of halves, but no constant of a formula.

    OpenVINO's own compression rounds those too: 1.702 alone costs a text encoder 5e-5.
    """
    for constant in model.get_ops():
        if constant.get_type_name() != "Constant" or constant.get_output_element_type(0) != openvino.Type.f32:
            continue
        values = constant.get_data()
        halves = values.astype(np.float16)
        if values.size > 1 and np.array_equal(halves, values):
            whole = opset.convert(opset.constant(halves), "f32")
            for reader in constant.output(0).get_target_inputs():
                reader.replace_source_output(whole.output(0))


def _open(example: Tensor) -> openvino.PartialShape:
    channels = 1 if example.dim() in (2, 4) else 2
    return openvino.PartialShape([length if axis == channels else -1 for axis, length in enumerate(example.shape)])
