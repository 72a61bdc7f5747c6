"""A model's networks -> every weight that a LoRA may change, by all the names that tools give it.

kohya's scripts write a module's path with `_` for `.`, behind `lora_unet_` and `lora_te_` (SDXL: `lora_te1_`, `lora_te2_`);
the path is diffusers' or, of most SDXL files, the original layout's. diffusers and peft write the path as it is, behind
`unet.` and `text_encoder.` (`text_encoder_2.`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from torch import nn

from tagloom.diffusion.networks import TextEncoder, UNet
from tagloom.diffusion.weights.original_names import unet_source

UNET: Final = "unet"
TEXT_ENCODERS: Final = ("text_encoder", "text_encoder_2")
_WEIGHT: Final = ".weight"
_SDXL: Final = ("lora_te1_", "lora_te2_", "text_encoder_2.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One weight: the network that it is part of, its name and its shape there."""

    network: str
    parameter: str
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Targets:
    """The weights of one model by name, and what begins a name that only another family of models has."""

    by_name: Mapping[str, Target]
    foreign: tuple[str, ...]


def targets_of(text_encoders: Sequence[TextEncoder], unet: UNet) -> Targets:
    """All linear and convolutional weights of these networks."""
    by_name: dict[str, Target] = {}
    for path, shape in _weights(unet):
        target = Target(network=UNET, parameter=path + _WEIGHT, shape=shape)
        by_name |= dict.fromkeys(_unet_names(path, unet), target)
    for number, encoder in enumerate(text_encoders):
        for path, shape in _weights(encoder):
            target = Target(network=TEXT_ENCODERS[number], parameter=path + _WEIGHT, shape=shape)
            by_name |= dict.fromkeys(_text_names(path, number, len(text_encoders)), target)
    return Targets(by_name=by_name, foreign=("lora_te_",) if len(text_encoders) > 1 else _SDXL)


def _weights(network: nn.Module) -> Iterator[tuple[str, tuple[int, ...]]]:
    """The path and weight's shape of every linear and convolutional module."""
    for path, module in network.named_modules():
        if isinstance(module, nn.Linear | nn.Conv2d):
            yield path, tuple(module.weight.shape)


def _unet_names(path: str, unet: UNet) -> Iterator[str]:
    original = unet_source(path + _WEIGHT, unet.config).key.removesuffix(_WEIGHT)
    for name in (path, original):
        yield f"lora_unet_{_flat(name)}"
    yield from (path, f"{UNET}.{path}", f"base_model.model.{path}", f"diffusion_model.{original}")


def _text_names(path: str, number: int, count: int) -> Iterator[str]:
    kohya = "lora_te" if count == 1 else f"lora_te{number + 1}"
    for inside in (f"text_model.{path}", path):
        yield f"{kohya}_{_flat(inside)}"
        yield f"{TEXT_ENCODERS[number]}.{inside}"


def _flat(path: str) -> str:
    return path.replace(".", "_")
