"""A request as infotext parameters, and back: what a picture painted by any tool says about how to paint it again."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, get_args

from tagloom.artifact.infotext import Infotext, Parameter, print_infotext
from tagloom.engine import Overrides, Provenance, Request, RequestInput, UsedNetwork, automatic_vae_tiling
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
_TILING: Final = MappingProxyType({"both": "True", "x": "x", "y": "y"})
_TILING_READ: Final = MappingProxyType({name: ours for ours, name in _TILING.items()})
_STOCHASTICITY: Final[Mapping[str, tuple[str, float]]] = MappingProxyType(  # key -> field, and what it is unless said
    {
        "Eta": ("eta", 1.0),
        "Eta DDIM": ("eta_ddim", 0.0),
        "Sigma churn": ("s_churn", 0.0),
        "Sigma tmin": ("s_tmin", 0.0),
        "Sigma tmax": ("s_tmax", 0.0),
        "Sigma noise": ("s_noise", 1.0),
    }
)
_PREDICTIONS: Final = MappingProxyType({name: name for name in get_args(PredictionType)})
_HASHES: Final[Mapping[NetworkKind, str]] = MappingProxyType({"lora": "Lora hashes", "embedding": "TI hashes"})
_NO_NAME: Final = re.compile(r"[:,]")
_WHOLE: Final = re.compile(r"[0-9]{1,20}")
_NUMBER: Final = re.compile(r"[0-9]{1,9}(\.[0-9]{1,20})?")
_SEPARATOR: Final = re.compile(r"[/\\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recollection:
    """What an infotext asks of us: `said` can be resolved and painted.

    `model` and `model_hash` name the model as the other tool called it; "" where it did not. `overrides` are what it
    painted with otherwise than the model's files say, `networks` the LoRAs and textual inversions whose hashes it wrote.
    `unused` are the parameters that have no place in `said`: a picture that had any cannot be expected to come out the
    same.
    """

    said: RequestInput
    model: str
    model_hash: str
    overrides: Overrides
    networks: tuple[UsedNetwork, ...]
    unused: tuple[tuple[str, str], ...]


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
    written = _Written(infotext.parameters)
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
    )
    said = _recall_noise_and_tiling(said, written)
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
        unused=written.unused(),
    )


def _parameters(request: Request, provenance: Provenance) -> dict[str, Parameter]:
    """The parameters in the order the web UIs write them; None where there is nothing to say."""
    return {
        "Steps": request.steps,
        "Sampler": request.sampler,
        "Schedule type": request.schedule,
        "CFG scale": _decimal(request.guidance_scale),
        "Seed": request.seed,
        "Size": f"{request.width}x{request.height}",
        "Model hash": provenance.model_hash,
        "Model": _model_name(request.model),
        "VAE": _model_name(request.vae) if request.vae else None,
        "Prediction": request.prediction_type or None,
        **_noise_and_tiling(request),
        "Clip skip": _decimal(request.clip_skip) if request.clip_skip > 1 else None,
        "Emphasis": _EMPHASIS[request.emphasis] if request.emphasis != "original" else None,
        "RNG": _NOISE[request.noise] if request.noise != "philox" else None,
        "Compat": request.compat if request.compat != "exact" else None,
        "Underscores": request.underscores if request.underscores != "keep" else None,
        "Batch size": provenance.batch_size if provenance.batch_size > 1 else None,
        **{key: _hashes(provenance, kind) for kind, key in _HASHES.items()},
        "Version": f"{_SOFTWARE} {provenance.version}",
    }


def _noise_and_tiling(request: Request) -> dict[str, Parameter]:
    """Variation, the noise of samplers, and tiling, as A1111 calls them; what is as it is unless said is None."""
    is_varied = request.variation_strength != 0
    is_automatic = request.vae_tiling == automatic_vae_tiling(request)
    fields = request.to_json()
    numbers = {
        key: _decimal(float(fields[field])) if fields[field] != default else None
        for key, (field, default) in _STOCHASTICITY.items()
    }
    return {
        "Variation seed": request.variation_seed if is_varied else None,
        "Variation seed strength": _decimal(request.variation_strength) if is_varied else None,
        "Seed resize from": f"{request.seed_width}x{request.seed_height}" if request.seed_width else None,
        **numbers,
        "Tiling": _TILING[request.tiling] if request.tiling != "off" else None,
        "VAE tiling": None if is_automatic else request.vae_tiling,
    }


def _recall_noise_and_tiling(said: RequestInput, written: "_Written") -> RequestInput:
    return replace(
        said,
        variation_seed=written.whole("Variation seed", None),
        variation_strength=written.number("Variation seed strength", 0.0),
        seed_width=written.whole("Seed resize from-1", None),
        seed_height=written.whole("Seed resize from-2", None),
        eta=written.number("Eta", 1.0),
        eta_ddim=written.number("Eta DDIM", 0.0),
        s_churn=written.number("Sigma churn", 0.0),
        s_tmin=written.number("Sigma tmin", 0.0),
        s_tmax=written.number("Sigma tmax", 0.0),
        s_noise=written.number("Sigma noise", 1.0),
        tiling=written.choice("Tiling", _TILING_READ, "off"),
        vae_tiling=written.choice("VAE tiling", {"on": "on", "off": "off"}, "auto"),
    )


def _hashes(provenance: Provenance, kind: NetworkKind) -> str | None:
    """`name: hash, ...` of the networks of a kind, as A1111 writes it: without colons and commas in a name."""
    used = [network for network in provenance.networks if network.kind == kind]
    return ", ".join(f"{_NO_NAME.sub('', network.name)}: {network.hash}" for network in used) or None


def _read_hashes(kind: NetworkKind, text: str) -> Iterator[UsedNetwork]:
    for pair in text.split(","):
        name, colon, digest = pair.rpartition(":")
        if colon and name.strip() and digest.strip():
            yield UsedNetwork(kind=kind, name=name.strip(), hash=digest.strip())


def _decimal(value: float) -> str:
    """The shortest text that gives this number back, whole numbers without a point."""
    return repr(float(value)).removesuffix(".0")


def _model_name(model: str) -> str:
    """A model's name as others see it: of a path only the last part, without the folders of the person's disk."""
    last = _SEPARATOR.split(model.rstrip("/\\"))[-1]
    return last.removesuffix(".safetensors").removesuffix(".ckpt") if last != model else model


class _Written:
    """Typed access to an infotext's parameters that remembers which of them were understood."""

    def __init__(self, parameters: Mapping[str, str]) -> None:
        self._parameters = parameters
        self._used: set[str] = set()

    def text(self, key: str, default: str) -> str:
        self._used.add(key)
        return self._parameters.get(key, default)

    def whole(self, key: str, default: int | None) -> int | None:
        return int(text) if (text := self._matching(key, _WHOLE)) else default

    def number(self, key: str, default: float) -> float:
        return float(text) if (text := self._matching(key, _NUMBER)) else default

    def choice(self, key: str, names: Mapping[str, str], default: str) -> str:
        name = self._parameters.get(key, "")
        if name in names:
            self._used.add(key)
        return names.get(name, default)

    def unused(self) -> tuple[tuple[str, str], ...]:
        return tuple((key, value) for key, value in self._parameters.items() if key not in self._used)

    def _matching(self, key: str, pattern: re.Pattern[str]) -> str:
        text = self._parameters.get(key, "")
        if not pattern.fullmatch(text):
            return ""
        self._used.add(key)
        return text
