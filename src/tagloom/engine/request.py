"""What the user wants: `RequestInput` as said, `Request` as fully resolved."""

import reprlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from types import MappingProxyType
from typing import Final, Literal, cast, get_args

from tagloom.errors import RequestError

Emphasis = Literal["original", "no_norm", "ignore", "comfy"]
NoiseKind = Literal["philox", "cpu"]
Compat = Literal["exact", "a1111"]
Underscores = Literal["keep", "space"]
Tiling = Literal["off", "x", "y", "both"]
VaeTiling = Literal["off", "on"]
JsonScalar = str | int | float

CHOICES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "emphasis": get_args(Emphasis),
        "noise": get_args(NoiseKind),
        "compat": get_args(Compat),
        "underscores": get_args(Underscores),
        "tiling": get_args(Tiling),
        "vae_tiling": get_args(VaeTiling),
    }
)
_LARGEST: Final = 1e9  # no parameter of a request comes near; larger integers would overflow a float


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Everything a picture depends on, except the weights themselves. Equal requests give equal pictures.

    prompt, negative_prompt: in the tagloom language, choices and wildcards already expanded.
    seed: 0 .. 2**64-1, the picture's own noise. noise: "philox" is CUDA's generator, the same on every device
        (A1111's "NV"); "cpu" is torch's CPU generator (diffusers' habit).
    steps: 1 .. 150 sampling steps. width, height: pixels, multiples of the model's `size_multiple`.
    sampler, schedule: names from `tagloom.sampling`. guidance_scale: 0 .. 100; 1 means no guidance.
    clip_skip: 1 .. the encoder's layers; a fraction blends two neighbouring layers.
    emphasis: how weights act on text embeddings. underscores: what the encoder reads for `_`.
    compat: "exact", or "a1111" for that tool's timeline, padding and mean.
    model: a name that the catalog knows, or a path.
    vae: the autoencoder that replaces the model's own, a name or a path. prediction_type: what the model predicts, where
        its files do not say so. Both are "" for the model's own.

    variation_seed, variation_strength: the noise is that far, 0 .. 1, on the way to another seed's; at strength 0 the
        variation seed is 0. seed_width, seed_height: the pixels for which the seed was chosen, 0 for those of the picture.
    eta: 0 .. 1, the share of an ancestral or SDE sampler's own noise; eta_ddim: DDIM's. s_churn: noise that Euler, Heun and
        DPM2 add, at noise levels from s_tmin to s_tmax (0: no limit); s_noise: the deviation of all noise added.
    tiling: the picture repeats without a seam along x, y or both. vae_tiling: it is decoded piece by piece, which takes a
        fraction of the memory and gives the same pixels but for rounding.
    """

    prompt: str
    negative_prompt: str
    seed: int
    steps: int
    width: int
    height: int
    sampler: str
    schedule: str
    guidance_scale: float
    clip_skip: float
    model: str
    emphasis: Emphasis
    noise: NoiseKind
    compat: Compat
    underscores: Underscores
    vae: str = ""
    prediction_type: str = ""

    variation_seed: int = 0
    variation_strength: float = 0.0
    seed_width: int = 0
    seed_height: int = 0
    eta: float = 1.0
    eta_ddim: float = 0.0
    s_churn: float = 0.0
    s_tmin: float = 0.0
    s_tmax: float = 0.0
    s_noise: float = 1.0
    tiling: Tiling = "off"
    vae_tiling: VaeTiling = "off"

    def to_json(self) -> dict[str, JsonScalar]:
        """Every field by its name, JSON-ready; `from_json` is its inverse."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestInput:
    """What a user may say. What is None is filled in by `resolve`; the fields mean what they mean in `Request`."""

    prompt: str = ""
    negative_prompt: str = ""
    seed: int | None = None
    steps: int = 20
    width: int | None = None
    height: int | None = None
    sampler: str = "DPM++ 2M"
    schedule: str | None = None
    guidance_scale: float = 7.0
    clip_skip: float = 1.0
    emphasis: str = "original"
    noise: str = "philox"
    compat: str = "exact"
    underscores: str = "keep"

    variation_seed: int | None = None
    variation_strength: float = 0.0
    seed_width: int | None = None
    seed_height: int | None = None
    eta: float = 1.0
    eta_ddim: float = 0.0
    s_churn: float = 0.0
    s_tmin: float = 0.0
    s_tmax: float = 0.0
    s_noise: float = 1.0
    tiling: str = "off"
    vae_tiling: str = "auto"


def request_from_json(value: object) -> Request:
    """Read back what `Request.to_json` wrote; ranges are `check`'s business.

    Raises:
        RequestError: a field is missing, unknown or of another type; it is named.
    """
    if not isinstance(value, dict):
        raise RequestError("a request must be a JSON object", field="request")
    known = {field.name for field in fields(Request)}
    if strange := [str(name) for name in value if name not in known]:
        raise RequestError(f"the stored request has an unknown field {reprlib.repr(strange[0])}", field=strange[0])
    stored = _StoredRequest(value)
    return Request(
        prompt=stored.text("prompt"),
        negative_prompt=stored.text("negative_prompt"),
        seed=stored.integer("seed"),
        steps=stored.integer("steps"),
        width=stored.integer("width"),
        height=stored.integer("height"),
        sampler=stored.text("sampler"),
        schedule=stored.text("schedule"),
        guidance_scale=stored.number("guidance_scale"),
        clip_skip=stored.number("clip_skip"),
        model=stored.text("model"),
        emphasis=cast(Emphasis, stored.text("emphasis")),
        noise=cast(NoiseKind, stored.text("noise")),
        compat=cast(Compat, stored.text("compat")),
        underscores=cast(Underscores, stored.text("underscores")),
        vae=stored.text("vae", ""),
        prediction_type=stored.text("prediction_type", ""),
        variation_seed=stored.integer("variation_seed", 0),
        variation_strength=stored.number("variation_strength", 0.0),
        seed_width=stored.integer("seed_width", 0),
        seed_height=stored.integer("seed_height", 0),
        eta=stored.number("eta", 1.0),
        eta_ddim=stored.number("eta_ddim", 0.0),
        s_churn=stored.number("s_churn", 0.0),
        s_tmin=stored.number("s_tmin", 0.0),
        s_tmax=stored.number("s_tmax", 0.0),
        s_noise=stored.number("s_noise", 1.0),
        tiling=cast(Tiling, stored.text("tiling", "off")),
        vae_tiling=cast(VaeTiling, stored.text("vae_tiling", "off")),
    )


class _StoredRequest:
    """Typed access to a JSON object; each access raises a RequestError that names the field.

    A `default` stands for a field that older pictures lack.
    """

    def __init__(self, values: Mapping[object, object]) -> None:
        self._values = values

    def text(self, name: str, default: str | None = None) -> str:
        value = self._get(name, default)
        if not isinstance(value, str) or value not in CHOICES.get(name, (value,)):
            raise RequestError(f"the stored request's '{name}' is {reprlib.repr(value)}", field=name)
        return value

    def integer(self, name: str, default: int | None = None) -> int:
        value = self._get(name, default)
        if not isinstance(value, int) or isinstance(value, bool):
            raise RequestError(f"the stored request's '{name}' is {reprlib.repr(value)}, not a whole number", field=name)
        return value

    def number(self, name: str, default: float | None = None) -> float:
        value = self._get(name, default)
        if not isinstance(value, int | float) or isinstance(value, bool) or not abs(value) <= _LARGEST:
            raise RequestError(f"the stored request's '{name}' is {reprlib.repr(value)}, not a number", field=name)
        return float(value)

    def _get(self, name: str, default: object) -> object:
        if name in self._values:
            return self._values[name]
        if default is None:
            raise RequestError(f"the stored request lacks '{name}'", field=name)
        return default
