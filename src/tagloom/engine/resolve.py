"""RequestInput -> Request: fill in what was not said, and refuse what cannot be painted."""

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from tagloom.engine.model import ModelFacts
from tagloom.engine.request import (
    CHOICES,
    Compat,
    Emphasis,
    NoiseKind,
    Request,
    RequestInput,
    Tiling,
    Underscores,
    VaeTiling,
)
from tagloom.errors import RequestError
from tagloom.prompt import Diagnostic, expand

MAX_STEPS = 150
MAX_SEED = 2**64 - 1
MAX_GUIDANCE_SCALE = 100.0
MIN_SIDE = 16
MAX_SIDE = 8192
MAX_NOISE_LEVEL = 10_000.0
MAX_CHURN = 1_000.0
MAX_NOISE_SCALE = 10.0
WHOLE_DECODE_PIXELS = 768 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """How this engine finds a sampler or a schedule by any of its names.

    `find_sampler` gives (sampler, schedule or None): old names such as "DPM++ 2M Karras" hold both. Either raises
    `RequestError` on an unknown name.
    """

    find_sampler: Callable[[str], tuple[str, str | None]]
    find_schedule: Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """The request, and what there was to say about the choices and wildcards of its prompts."""

    request: Request
    diagnostics: tuple[Diagnostic, ...]


def resolve(
    said: RequestInput,
    *,
    model: ModelFacts,
    vocabulary: Vocabulary,
    random_seed: int,
    wildcards: Mapping[str, Sequence[str]],
) -> Resolution:
    """Resolve what the user said for one model; `random_seed` is used when no seed was named.

    Raises:
        RequestError: a parameter is impossible; its field, the range and the remedy are named.
    """
    seed = random_seed if said.seed is None else said.seed
    _check_whole("seed", seed, 0, MAX_SEED)
    sampler, implied_schedule = vocabulary.find_sampler(said.sampler)
    prompt = expand(said.prompt, seed=seed, wildcards=wildcards)
    negative_prompt = expand(said.negative_prompt, seed=seed, wildcards=wildcards)
    request = Request(
        prompt=prompt.text,
        negative_prompt=negative_prompt.text,
        seed=seed,
        steps=said.steps,
        width=model.width if said.width is None else said.width,
        height=model.height if said.height is None else said.height,
        sampler=sampler,
        schedule=vocabulary.find_schedule(said.schedule or implied_schedule or "Automatic"),
        guidance_scale=said.guidance_scale,
        clip_skip=said.clip_skip,
        model=model.name,
        emphasis=cast(Emphasis, said.emphasis),
        noise=cast(NoiseKind, said.noise),
        compat=cast(Compat, said.compat),
        underscores=cast(Underscores, said.underscores),
        vae=model.overrides.vae,
        prediction_type=model.overrides.prediction_type,
    )
    request = _with_noise_and_tiling(request, said, random_seed)
    check(request, model)
    return Resolution(request=request, diagnostics=prompt.diagnostics + negative_prompt.diagnostics)


def _with_noise_and_tiling(request: Request, said: RequestInput, random_seed: int) -> Request:
    """The request with what was said of its noise, of repeating and of decoding."""
    check_choice("vae_tiling", said.vae_tiling, ("auto", *CHOICES["vae_tiling"]))
    is_automatic = said.vae_tiling == "auto"
    return replace(
        request,
        variation_seed=_variation_seed(said, request.seed, random_seed),
        variation_strength=said.variation_strength,
        seed_width=said.seed_width or 0,
        seed_height=said.seed_height or 0,
        eta=said.eta,
        eta_ddim=said.eta_ddim,
        s_churn=said.s_churn,
        s_tmin=said.s_tmin,
        s_tmax=said.s_tmax,
        s_noise=said.s_noise,
        tiling=cast(Tiling, said.tiling),
        vae_tiling=automatic_vae_tiling(request) if is_automatic else cast(VaeTiling, said.vae_tiling),
    )


def automatic_vae_tiling(request: Request) -> VaeTiling:
    """Whether a picture is decoded piece by piece if nothing is said.

    From the size alone, not from the memory that happens to be free: an equal request must give an equal picture.
    """
    return "on" if request.width * request.height > WHOLE_DECODE_PIXELS else "off"


def _variation_seed(said: RequestInput, seed: int, random_seed: int) -> int:
    """0 where nothing varies; if none is said, another seed than the picture's own."""
    if said.variation_strength == 0:
        return 0
    if said.variation_seed is not None:
        return said.variation_seed
    return random_seed if random_seed != seed else (seed + 1) % (MAX_SEED + 1)


def check(request: Request, model: ModelFacts) -> None:
    """Refuse a request that cannot be painted with this model.

    Raises:
        RequestError: a parameter is impossible; its field, the range and the remedy are named.
    """
    _check_whole("seed", request.seed, 0, MAX_SEED)
    _check_whole("steps", request.steps, 1, MAX_STEPS)
    _check_side("width", request.width, model)
    _check_side("height", request.height, model)
    _check_within("guidance_scale", request.guidance_scale, 0.0, MAX_GUIDANCE_SCALE)
    _check_within("clip_skip", request.clip_skip, 1.0, float(model.text_encoder_layers))
    _check_variation(request, model)
    _check_stochasticity(request)
    for name, choices in CHOICES.items():
        check_choice(name, request.to_json()[name], choices)


def _check_variation(request: Request, model: ModelFacts) -> None:
    _check_whole("variation_seed", request.variation_seed, 0, MAX_SEED)
    _check_within("variation_strength", request.variation_strength, 0.0, 1.0)
    if request.seed_width or request.seed_height:
        _check_side("seed_width", request.seed_width, model)
        _check_side("seed_height", request.seed_height, model)


def _check_stochasticity(request: Request) -> None:
    _check_within("eta", request.eta, 0.0, 1.0)
    _check_within("eta_ddim", request.eta_ddim, 0.0, 1.0)
    _check_within("s_churn", request.s_churn, 0.0, MAX_CHURN)
    _check_within("s_tmin", request.s_tmin, 0.0, MAX_NOISE_LEVEL)
    _check_within("s_tmax", request.s_tmax, 0.0, MAX_NOISE_LEVEL)
    _check_within("s_noise", request.s_noise, 0.0, MAX_NOISE_SCALE)
    if request.s_tmax and request.s_tmin > request.s_tmax:
        raise RequestError(f"s tmin {request.s_tmin:g} is above s tmax {request.s_tmax:g}", field="s_tmin", hint="swap them")


def _check_whole(field: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise RequestError(f"{field.replace('_', ' ')} {value} is not within {low} to {high}", field=field)


def _check_within(field: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:  # false for NaN too
        raise RequestError(f"{field.replace('_', ' ')} {value:g} is not within {low:g} to {high:g}", field=field)


def _check_side(field: str, value: int, model: ModelFacts) -> None:
    _check_whole(field, value, MIN_SIDE, MAX_SIDE)
    multiple = model.size_multiple
    if value % multiple:
        below, above = value // multiple * multiple, (value // multiple + 1) * multiple
        hint = f"take {below} or {above}" if below >= MIN_SIDE else f"take {above}"
        message = f"{field.replace('_', ' ')} {value} is not a multiple of {multiple}, which model '{model.name}' needs"
        raise RequestError(message, field=field, hint=hint)


def check_choice(field: str, value: object, choices: Sequence[str]) -> None:
    """Refuse a value that is not among the choices.

    Raises:
        RequestError: it is not; the nearest choice is the hint.
    """
    if value not in choices:
        close = difflib.get_close_matches(str(value), choices, 1)
        hint = f"did you mean '{close[0]}'?" if close else ""
        raise RequestError(f"{field.replace('_', ' ')} '{value}' is none of {', '.join(choices)}", field=field, hint=hint)
