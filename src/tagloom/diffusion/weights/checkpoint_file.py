"""A single file in the original layout -> the parts of a model; see `original_names` for what is called how."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from tagloom.catalog.checkpoint import pooled_width
from tagloom.catalog.family import AUTOENCODER, OPENAI, OPENCLIP, SDXL_OPENAI, SDXL_OPENCLIP, UNET, find_family
from tagloom.catalog.header import Header
from tagloom.diffusion.networks import Autoencoder, TextEncoder, UNet
from tagloom.diffusion.weights.original_names import autoencoder_source, openclip_source, unet_source
from tagloom.diffusion.weights.part import Part
from tagloom.diffusion.weights.sizes import autoencoder_sizes, openai_sizes, openclip_sizes, unet_sizes
from tagloom.diffusion.weights.source import Source
from tagloom.diffusion.weights.tensors import Tensors
from tagloom.engine.model import Family
from tagloom.errors import ModelDamagedError

_TEXT_MODEL: Final = "text_model."
_LINEAR_PROJECTION: Final = "text_projection.weight"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The parts of one model, none of them loaded."""

    text_encoders: tuple[Part[TextEncoder], ...]
    unet: Part[UNet]
    autoencoder: Part[Autoencoder]


def checkpoint_parts(tensors: Tensors, autoencoder: Part[Autoencoder] | None) -> Parts:
    """The parts of a single file; `autoencoder` replaces its own, which may then be missing.

    Raises:
        ModelUnsupportedError: it is something else than a model we paint with.
        ModelDamagedError: a tensor that tells a size is missing.
    """
    family = find_family(tensors.header)
    return Parts(
        text_encoders=_text_encoders(tensors, family),
        unet=_unet(tensors, family),
        autoencoder=autoencoder or checkpoint_autoencoder(tensors, AUTOENCODER, family),
    )


def checkpoint_autoencoder(tensors: Tensors, prefix: str, family: Family) -> Part[Autoencoder]:
    """The autoencoder under a prefix of a file.

    Raises:
        ModelDamagedError: there is none, or a tensor that tells a size is missing.
    """
    header = _under(tensors.header, prefix)
    if not header.has("decoder."):
        raise ModelDamagedError(f"{tensors.origin} has no autoencoder in it", hint="name one with --vae")
    config = autoencoder_sizes(header, family)
    return Part(
        name="autoencoder",
        described_by=tensors.origin,
        build=lambda: Autoencoder(config),
        tensors=tensors,
        source_of=_prefixed(lambda name: autoencoder_source(name, config), prefix),
    )


def _unet(tensors: Tensors, family: Family) -> Part[UNet]:
    header = _under(tensors.header, UNET)
    config = unet_sizes(header, family)
    return Part(
        name="unet",
        described_by=tensors.origin,
        build=lambda: UNet(config),
        tensors=tensors,
        source_of=_prefixed(lambda name: unet_source(name, config), UNET),
        owns=lambda name: name.startswith(UNET),
    )


def _text_encoders(tensors: Tensors, family: Family) -> tuple[Part[TextEncoder], ...]:
    match family:
        case "sd1":
            return (_openai(tensors, OPENAI),)
        case "sd2":
            # Trained on the last layer but one, under the final norm: without the last layer, that is the last.
            return (_openclip(tensors, OPENCLIP, left_out=1, projection=0),)
        case "sdxl":
            projection = pooled_width(tensors.header)
            return _openai(tensors, SDXL_OPENAI), _openclip(tensors, SDXL_OPENCLIP, left_out=0, projection=projection)


def _openai(tensors: Tensors, prefix: str) -> Part[TextEncoder]:
    if tensors.header.has(f"{prefix}{_TEXT_MODEL}"):
        prefix += _TEXT_MODEL
    config = openai_sizes(_under(tensors.header, prefix))
    return Part(
        name="text encoder",
        described_by=tensors.origin,
        build=lambda: TextEncoder(config),
        tensors=tensors,
        source_of=_prefixed(Source, prefix),
    )


def _openclip(tensors: Tensors, prefix: str, *, left_out: int, projection: int) -> Part[TextEncoder]:
    config = openclip_sizes(_under(tensors.header, prefix), left_out=left_out, projection=projection)

    def source_of(name: str) -> Source:
        # Some tools write the projection as the linear layer that it is.
        if name == _LINEAR_PROJECTION and prefix + name in tensors.infos:
            return Source(name)
        return openclip_source(name)

    return Part(
        name="second text encoder" if projection else "text encoder",
        described_by=tensors.origin,
        build=lambda: TextEncoder(config),
        tensors=tensors,
        source_of=_prefixed(source_of, prefix),
    )


def _under(header: Header, prefix: str) -> Header:
    """The tensors whose names begin so, by the rest of their names."""
    named = {name[len(prefix) :]: info for name, info in header.tensors.items() if name.startswith(prefix)}
    return replace(header, tensors=named)


def _prefixed(source_of: Callable[[str], Source], prefix: str) -> Callable[[str], Source]:
    def prefixed(name: str) -> Source:
        source = source_of(name)
        return Source(prefix + source.key, source.take)

    return prefixed
