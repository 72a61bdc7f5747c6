"""RequestInput -> Request: fill in what was not said, and refuse what cannot be painted."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from tagloom.choices import (
    CHOICES,
    MAX_STEPS,
    Compat,
    Emphasis,
    NoiseKind,
    Tiling,
    Underscores,
    VaeTiling,
    check_choice,
)
from tagloom.engine.model import ModelFacts
from tagloom.engine.passes import image_steps, second_schedule
from tagloom.engine.request import Request, RequestInput
from tagloom.engine.second_pass import SECOND_PASS_CHOICES, SecondPass, SecondPassInput, Upscaler, second_size
from tagloom.engine.source_image import IMAGE_CHOICES, SourceImage
from tagloom.errors import RequestError
from tagloom.prompt import Diagnostic, expand

MAX_SEED = 2**64 - 1
MAX_GUIDANCE_SCALE = 100.0
MIN_SIDE = 16
MAX_SIDE = 8192
MAX_NOISE_LEVEL = 10_000.0
MAX_CHURN = 1_000.0
MAX_NOISE_SCALE = 10.0
WHOLE_DECODE_PIXELS = 768 * 1024
MAX_MASK_BLUR = 64.0
MAX_LAID_OUT = 1000  # steps of a schedule: as many as there are timesteps in training


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
    width, height = _own_size(said.image, model)
    request = Request(
        prompt=prompt.text,
        negative_prompt=negative_prompt.text,
        seed=seed,
        steps=said.steps,
        width=width if said.width is None else said.width,
        height=height if said.height is None else said.height,
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
        image=said.image,
    )
    diagnostics = prompt.diagnostics + negative_prompt.diagnostics
    if said.second_pass is not None:
        again = {text: expand(text, seed=seed, wildcards=wildcards) for text in _prompts(said.second_pass)}
        expanded = {text: found.text for text, found in again.items()}
        second_pass = _second_pass(said.second_pass, request, expanded, model, vocabulary)
        request = replace(request, second_pass=second_pass)
        diagnostics += tuple(found for one in again.values() for found in one.diagnostics)
    request = _with_noise_and_tiling(request, said, random_seed)
    check(request, model)
    return Resolution(request=request, diagnostics=diagnostics)


def _own_size(image: SourceImage | None, model: ModelFacts) -> tuple[int, int]:
    """The size (width, height) that is painted where none is said: the image's, else the model's."""
    if image is None or (image.mask is not None and image.mask.only_masked):
        return model.width, model.height
    wide, high = (max(side, MIN_SIDE) // model.size_multiple * model.size_multiple for side in (image.width, image.height))
    return wide, high


def _prompts(said: SecondPassInput) -> tuple[str, ...]:
    """The prompts that a second pass has of its own."""
    return tuple(text for text in (said.prompt, said.negative_prompt) if text)


def _second_pass(
    said: SecondPassInput, first: Request, expanded: Mapping[str, str], model: ModelFacts, vocabulary: Vocabulary
) -> SecondPass:
    """What is not said is as in the first pass."""
    width, height = second_size(said, first.width, first.height, model.size_multiple)
    sampler, implied_schedule = (first.sampler, None) if said.sampler is None else vocabulary.find_sampler(said.sampler)
    return SecondPass(
        width=width,
        height=height,
        upscaler=cast(Upscaler, said.upscaler),
        steps=first.steps if said.steps is None else said.steps,
        strength=said.strength,
        prompt=expanded.get(said.prompt, first.prompt),
        negative_prompt=expanded.get(said.negative_prompt, first.negative_prompt),
        sampler=sampler,
        schedule=vocabulary.find_schedule(said.schedule or implied_schedule or first.schedule),
        guidance_scale=first.guidance_scale if said.guidance_scale is None else said.guidance_scale,
    )


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

    From the size of what is decoded at the end alone, not from the memory that happens to be free: an equal request must
    give an equal picture.
    """
    painted = request.second_pass or request
    return "on" if painted.width * painted.height > WHOLE_DECODE_PIXELS else "off"


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
    if request.image is not None:
        _check_image(request.image, request)
    if request.second_pass is not None:
        _check_second_pass(request.second_pass, request, model)


def _check_image(image: SourceImage, request: Request) -> None:
    if request.second_pass is not None:
        hint = "leave --hires out, and say a larger --size"
        raise RequestError("a picture that begins with an image has no second pass", field="hires", hint=hint)
    _check_whole("image width", image.width, 1, MAX_SIDE)
    _check_whole("image height", image.height, 1, MAX_SIDE)
    _check_within("strength", image.strength, 0.0, 1.0)
    check_choice("resize", image.resize, IMAGE_CHOICES["resize"])
    if image_steps(request.steps, image.strength, is_a1111=request.compat == "a1111") < 1:
        message = f"strength {image.strength:g} is too low: of {request.steps} steps none would run"
        hint = f"raise it to {1 / request.steps:.3g} or more, or take more steps"
        raise RequestError(message, field="strength", hint=hint)
    if image.mask is not None:
        _check_within("mask_blur", image.mask.blur, 0.0, MAX_MASK_BLUR)
        _check_whole("mask_padding", image.mask.padding, 0, MAX_SIDE)
        check_choice("inpaint_fill", image.mask.fill, IMAGE_CHOICES["fill"])


def _check_second_pass(second: SecondPass, request: Request, model: ModelFacts) -> None:
    _check_side("hires_width", second.width, model)
    _check_side("hires_height", second.height, model)
    check_choice("hires_upscaler", second.upscaler, SECOND_PASS_CHOICES["upscaler"])
    _check_whole("hires_steps", second.steps, 1, MAX_STEPS)
    _check_within("hires_strength", second.strength, 0.0, 1.0)
    _check_within("hires_guidance_scale", second.guidance_scale, 0.0, MAX_GUIDANCE_SCALE)
    is_a1111 = request.compat == "a1111"
    if not second.strength or second_schedule(second.steps, second.strength, is_a1111=is_a1111) > MAX_LAID_OUT:
        message = f"hires strength {second.strength:g} is too low for {second.steps} steps"
        hint = f"raise it to {second.steps / MAX_LAID_OUT:g} or more, or take fewer steps"
        raise RequestError(message, field="hires_strength", hint=hint)


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
