"""A request as infotext parameters, and back: what a picture painted by any tool says about how to paint it again."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, get_args

from tagloom.artifact.image_parameters import (
    RecalledImage,
    image_parameters,
    read_image_parameters,
    read_second_pass,
    second_pass_parameters,
)
from tagloom.artifact.infotext import Infotext, Parameter, decimal, print_infotext
from tagloom.artifact.noise_parameters import noise_parameters, recall_noise
from tagloom.artifact.written import Written
from tagloom.engine import OWN_VAE, Overrides, Provenance, Request, RequestInput, UsedNetwork
from tagloom.engine.event import NetworkKind
from tagloom.engine.model import PredictionType

_SOFTWARE: Final = "tagloom"
# Infotext's own names; a value that is the default there and here is not written.
_EMPHASIS: Final = MappingProxyType({"original": "Original", "no_norm": "No norm", "ignore": "Ignore", "comfy": "Comfy"})
_NOISE: Final = MappingProxyType({"philox": "NV", "cpu": "CPU"})
_EMPHASIS_READ: Final = MappingProxyType({name: ours for ours, name in _EMPHASIS.items()})
# "GPU" is the web UIs' unwritten default: CUDA's generator, which Philox is.
_NOISE_READ: Final = MappingProxyType({"GPU": "philox", "NV": "philox", "CPU": "cpu"})
_COMPAT: Final = ("exact", "a1111")
_UNDERSCORES: Final = ("keep", "space")
_PREDICTIONS: Final = MappingProxyType({name: name for name in get_args(PredictionType)})
_HASHES: Final[Mapping[NetworkKind, str]] = MappingProxyType({"lora": "Lora hashes", "embedding": "TI hashes"})
_NO_NAME: Final = re.compile(r"[:,]")
_SEPARATOR: Final = re.compile(r"[/\\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recollection:
    """What an infotext asks of us: `said` can be resolved and painted.

    `model` and `model_hash` name the model as the other tool called it; "" where it did not. `overrides` are what it
    painted with otherwise than the model's files say, `networks` the LoRAs and textual inversions whose hashes it wrote.
    `image` is what it began with and how, without the pixels, None where it began with noise.
    `unused` are the parameters that have no place in `said`: a picture that had any cannot be expected to come out the
    same.
    """

    said: RequestInput
    model: str
    model_hash: str
    overrides: Overrides
    networks: tuple[UsedNetwork, ...]
    unused: tuple[tuple[str, str], ...]
    image: RecalledImage | None = None


def format_infotext(request: Request, provenance: Provenance) -> str:
    """Write the infotext of a picture. Any text will do: what UTF-8 or a C string cannot hold becomes U+FFFD."""
    text = print_infotext(request.prompt, request.negative_prompt, _parameters(request, provenance))
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return whole.replace("\0", "\N{REPLACEMENT CHARACTER}")


def recall(infotext: Infotext) -> Recollection:
    """Read the parameters of an infotext; names of samplers and schedules stay as they are written.

    A picture of another tool is recalled with `compat` "a1111": that tool's timeline is what its prompt meant.
    """
    ours = infotext.parameters.get("Version", "").startswith(_SOFTWARE)
    written = Written(infotext.parameters)
    said = RequestInput(
        prompt=infotext.prompt,
        negative_prompt=infotext.negative_prompt,
        seed=written.whole("Seed", None),
        steps=written.whole("Steps", None) or RequestInput().steps,
        width=written.whole("Size-1", None),
        height=written.whole("Size-2", None),
        sampler=written.text("Sampler", RequestInput().sampler),
        schedule=written.text("Schedule type", "") or None,
        guidance_scale=written.number("CFG scale", 7.0),
        clip_skip=written.number("Clip skip", 1.0),
        emphasis=written.choice("Emphasis", _EMPHASIS_READ, "original"),
        noise=written.choice("RNG", _NOISE_READ, "philox"),
        compat=written.choice("Compat", {name: name for name in _COMPAT}, "exact" if ours else "a1111"),
        underscores=written.choice("Underscores", {name: name for name in _UNDERSCORES}, "keep"),
        second_pass=read_second_pass(written),
    )
    said = recall_noise(said, written)
    image = None if said.second_pass else read_image_parameters(written)
    overrides = Overrides(vae=written.text("VAE", ""), prediction_type=written.choice("Prediction", _PREDICTIONS, ""))
    model, model_hash = written.text("Model", ""), written.text("Model hash", "")
    networks = tuple(used for kind, key in _HASHES.items() for used in _read_hashes(kind, written.text(key, "")))
    for said_for_people in ("Version", "Batch size", "Batch pos"):
        written.text(said_for_people, "")
    return Recollection(
        said=said,
        model=model,
        model_hash=model_hash,
        overrides=overrides,
        networks=networks,
        image=image,
        unused=written.unused(),
    )


def _parameters(request: Request, provenance: Provenance) -> dict[str, Parameter]:
    """The parameters in the order the web UIs write them; None where there is nothing to say."""
    return {
        "Steps": request.steps,
        "Sampler": request.sampler,
        "Schedule type": request.schedule,
        "CFG scale": decimal(request.guidance_scale),
        "Seed": request.seed,
        "Size": f"{request.width}x{request.height}",
        "Model hash": provenance.model_hash or None,
        "Model": _model_name(request.model),
        "VAE": _model_name(request.vae) if request.vae not in {"", OWN_VAE} else None,
        "Prediction": request.prediction_type or None,
        **noise_parameters(request),
        "Clip skip": decimal(request.clip_skip) if request.clip_skip > 1 else None,
        "Emphasis": _EMPHASIS[request.emphasis] if request.emphasis != "original" else None,
        "RNG": _NOISE[request.noise] if request.noise != "philox" else None,
        "Compat": request.compat if request.compat != "exact" else None,
        "Underscores": request.underscores if request.underscores != "keep" else None,
        "Batch size": provenance.batch_size if provenance.batch_size > 1 else None,
        **image_parameters(request),
        **second_pass_parameters(request),
        **{key: _hashes(provenance, kind) for kind, key in _HASHES.items()},
        "Version": f"{_SOFTWARE} {provenance.version}",
    }


def _hashes(provenance: Provenance, kind: NetworkKind) -> str | None:
    """`name: hash, ...` of the networks of a kind, as A1111 writes it: without colons and commas in a name."""
    used = [network for network in provenance.networks if network.kind == kind]
    return ", ".join(f"{_NO_NAME.sub('', network.name)}: {network.hash}" for network in used) or None


def _read_hashes(kind: NetworkKind, text: str) -> Iterator[UsedNetwork]:
    for pair in text.split(","):
        name, colon, digest = pair.rpartition(":")
        if colon and name.strip() and digest.strip():
            yield UsedNetwork(kind=kind, name=name.strip(), hash=digest.strip())


def _model_name(model: str) -> str:
    """A model's name as others see it: of a path only the last part, without the folders of the person's disk."""
    last = _SEPARATOR.split(model.rstrip("/\\"))[-1]
    return last.removesuffix(".safetensors").removesuffix(".ckpt") if last != model else model
