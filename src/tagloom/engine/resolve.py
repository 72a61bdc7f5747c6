"""RequestInput -> Request: fill in what was not said, and refuse what cannot be painted."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from tagloom.choices import CHOICES, MAX_STEPS, Compat, Emphasis, NoiseKind, Underscores, check_choice
from tagloom.engine.model import ModelFacts
from tagloom.engine.request import Request, RequestInput
from tagloom.errors import RequestError
from tagloom.prompt import Diagnostic, expand

MAX_SEED = 2**64 - 1
MAX_GUIDANCE_SCALE = 100.0
MIN_SIDE = 16
MAX_SIDE = 8192


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
    check(request, model)
    return Resolution(request=request, diagnostics=prompt.diagnostics + negative_prompt.diagnostics)


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
    for name, choices in CHOICES.items():
        check_choice(name, request.to_json()[name], choices)


def _check_whole(field: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise RequestError(f"{field} {value} is not within {low} to {high}", field=field)


def _check_within(field: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:  # false for NaN too
        raise RequestError(f"{field.replace('_', ' ')} {value:g} is not within {low:g} to {high:g}", field=field)


def _check_side(field: str, value: int, model: ModelFacts) -> None:
    _check_whole(field, value, MIN_SIDE, MAX_SIDE)
    multiple = model.size_multiple
    if value % multiple:
        below, above = value // multiple * multiple, (value // multiple + 1) * multiple
        hint = f"take {below} or {above}" if below >= MIN_SIDE else f"take {above}"
        message = f"{field} {value} is not a multiple of {multiple}, which model '{model.name}' needs"
        raise RequestError(message, field=field, hint=hint)
