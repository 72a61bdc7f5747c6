import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagloom.engine import (
    InpaintMask,
    ModelFacts,
    Request,
    RequestInput,
    Resolution,
    SourceImage,
    Vocabulary,
    check,
    resolve,
)
from tagloom.errors import RequestError
from tagloom.prompt import expand
from tests.samples import REQUEST

MODEL = ModelFacts(
    name="paperdoll",
    path="models/paperdoll",
    hash="0123456789",
    family="sd1",
    prediction_type="epsilon",
    width=128,
    height=192,
    size_multiple=8,
    latent_channels=4,
    latent_factor=8,
    text_encoder_layers=12,
    context_width=768,
    beta_start=0.00085,
    beta_end=0.012,
    beta_schedule="scaled_linear",
    train_timesteps=1000,
)


def find_sampler(name: str) -> tuple[str, str | None]:
    names: Mapping[str, tuple[str, str | None]] = {
        "DPM++ 2M": ("DPM++ 2M", None),
        "DPM++ 2M Karras": ("DPM++ 2M", "Karras"),
        "euler_a": ("Euler a", None),
    }
    if name not in names:
        raise RequestError(f"sampler '{name}' is unknown", field="sampler")
    return names[name]


def find_schedule(name: str) -> str:
    names = {"Automatic": "Automatic", "karras": "Karras", "Karras": "Karras", "normal": "Normal"}
    if name not in names:
        raise RequestError(f"schedule '{name}' is unknown", field="schedule")
    return names[name]


VOCABULARY = Vocabulary(find_sampler=find_sampler, find_schedule=find_schedule)


def resolved(
    said: RequestInput, *, random_seed: int = 7, wildcards: Mapping[str, Sequence[str]] | None = None
) -> Resolution:
    return resolve(said, model=MODEL, vocabulary=VOCABULARY, random_seed=random_seed, wildcards=wildcards or {})


def test_what_is_not_said_is_filled_in() -> None:
    assert resolved(RequestInput(prompt="a cat")) == Resolution(
        request=Request(
            prompt="a cat",
            negative_prompt="",
            seed=7,
            steps=20,
            width=128,
            height=192,
            sampler="DPM++ 2M",
            schedule="Automatic",
            guidance_scale=7.0,
            clip_skip=1.0,
            model="paperdoll",
            emphasis="original",
            noise="philox",
            compat="exact",
            underscores="keep",
        ),
        diagnostics=(),
    )


def test_what_is_said_is_kept() -> None:
    said = RequestInput(
        prompt="a cat",
        negative_prompt="a dog",
        seed=0,
        steps=150,
        width=64,
        height=8192,
        sampler="euler_a",
        schedule="karras",
        guidance_scale=0.0,
        clip_skip=2.5,
        emphasis="comfy",
        noise="cpu",
        compat="a1111",
        underscores="space",
        variation_seed=9,
        variation_strength=0.5,
        seed_width=64,
        seed_height=72,
        eta=0.25,
        eta_ddim=0.5,
        s_churn=1.0,
        s_tmin=0.1,
        s_tmax=10.0,
        s_noise=1.01,
        tiling="x",
        vae_tiling="on",
    )
    assert resolved(said).request == Request(
        prompt="a cat",
        negative_prompt="a dog",
        seed=0,
        steps=150,
        width=64,
        height=8192,
        sampler="Euler a",
        schedule="Karras",
        guidance_scale=0.0,
        clip_skip=2.5,
        model="paperdoll",
        emphasis="comfy",
        noise="cpu",
        compat="a1111",
        underscores="space",
        variation_seed=9,
        variation_strength=0.5,
        seed_width=64,
        seed_height=72,
        eta=0.25,
        eta_ddim=0.5,
        s_churn=1.0,
        s_tmin=0.1,
        s_tmax=10.0,
        s_noise=1.01,
        tiling="x",
        vae_tiling="on",
    )


@pytest.mark.parametrize(("schedule", "found"), [(None, "Karras"), ("normal", "Normal")])
def test_an_old_sampler_name_holds_a_schedule_unless_one_is_said(schedule: str | None, found: str) -> None:
    request = resolved(RequestInput(sampler="DPM++ 2M Karras", schedule=schedule)).request
    assert (request.sampler, request.schedule) == ("DPM++ 2M", found)


@pytest.mark.parametrize(
    ("said", "field", "message"),
    [
        (RequestInput(steps=0), "steps", "steps 0 is not within 1 to 150"),
        (RequestInput(steps=151), "steps", "steps 151 is not within 1 to 150"),
        (RequestInput(seed=-1), "seed", "seed -1 is not within 0 to 18446744073709551615"),
        (RequestInput(seed=2**64), "seed", "seed 18446744073709551616 is not within 0 to 18446744073709551615"),
        (RequestInput(clip_skip=13), "clip_skip", "clip skip 13 is not within 1 to 12"),
        (RequestInput(clip_skip=0), "clip_skip", "clip skip 0 is not within 1 to 12"),
        (RequestInput(clip_skip=math.nan), "clip_skip", "clip skip nan is not within 1 to 12"),
        (RequestInput(guidance_scale=100.5), "guidance_scale", "guidance scale 100.5 is not within 0 to 100"),
        (RequestInput(guidance_scale=-1), "guidance_scale", "guidance scale -1 is not within 0 to 100"),
        (RequestInput(guidance_scale=math.inf), "guidance_scale", "guidance scale inf is not within 0 to 100"),
        (
            RequestInput(width=100),
            "width",
            "width 100 is not a multiple of 8, which model 'paperdoll' needs (take 96 or 104)",
        ),
        (
            RequestInput(height=17),
            "height",
            "height 17 is not a multiple of 8, which model 'paperdoll' needs (take 16 or 24)",
        ),
        (RequestInput(width=8), "width", "width 8 is not within 16 to 8192"),
        (RequestInput(height=8200), "height", "height 8200 is not within 16 to 8192"),
        (
            RequestInput(emphasis="orginal"),
            "emphasis",
            "emphasis 'orginal' is none of original, no_norm, ignore, comfy (did you mean 'original'?)",
        ),
        (RequestInput(noise="dice"), "noise", "noise 'dice' is none of philox, cpu"),
        (RequestInput(compat="a111"), "compat", "compat 'a111' is none of exact, a1111 (did you mean 'a1111'?)"),
        (RequestInput(underscores="drop"), "underscores", "underscores 'drop' is none of keep, space"),
        (RequestInput(variation_strength=1.5), "variation_strength", "variation strength 1.5 is not within 0 to 1"),
        (RequestInput(variation_strength=math.nan), "variation_strength", "variation strength nan is not within 0 to 1"),
        (
            RequestInput(variation_strength=0.5, variation_seed=-3),
            "variation_seed",
            "variation seed -3 is not within 0 to 18446744073709551615",
        ),
        (RequestInput(seed_width=64), "seed_height", "seed height 0 is not within 16 to 8192"),
        (
            RequestInput(seed_width=60, seed_height=64),
            "seed_width",
            "seed width 60 is not a multiple of 8, which model 'paperdoll' needs (take 56 or 64)",
        ),
        (RequestInput(eta=1.5), "eta", "eta 1.5 is not within 0 to 1"),
        (RequestInput(eta_ddim=-0.5), "eta_ddim", "eta ddim -0.5 is not within 0 to 1"),
        (RequestInput(s_churn=-1.0), "s_churn", "s churn -1 is not within 0 to 1000"),
        (RequestInput(s_noise=math.inf), "s_noise", "s noise inf is not within 0 to 10"),
        (RequestInput(s_tmin=3.0, s_tmax=2.0), "s_tmin", "s tmin 3 is above s tmax 2 (swap them)"),
        (RequestInput(tiling="bot"), "tiling", "tiling 'bot' is none of off, x, y, both (did you mean 'both'?)"),
        (RequestInput(vae_tiling="atuo"), "vae_tiling", "vae tiling 'atuo' is none of auto, off, on (did you mean 'auto'?)"),
        (RequestInput(sampler="Eluer"), "sampler", "sampler 'Eluer' is unknown"),
        (RequestInput(schedule="never"), "schedule", "schedule 'never' is unknown"),
    ],
)
def test_what_cannot_be_painted_is_refused_with_its_field_and_the_remedy(
    said: RequestInput, field: str, message: str
) -> None:
    with pytest.raises(RequestError) as refusal:
        resolved(said)
    assert (refusal.value.field, str(refusal.value)) == (field, message)


IMAGE = SourceImage(sha256="0" * 64, width=101, height=70)


def test_an_image_s_own_size_is_painted_where_none_is_said() -> None:
    request = resolved(RequestInput(image=IMAGE)).request
    assert (request.width, request.height, request.image) == (96, 64, IMAGE)
    request = resolved(RequestInput(image=IMAGE, width=128)).request
    assert (request.width, request.height) == (128, 64)
    region = replace(IMAGE, mask=InpaintMask(sha256="1" * 64, only_masked=True))
    request = resolved(RequestInput(image=region)).request
    assert (request.width, request.height) == (128, 192)


@pytest.mark.parametrize(
    ("image", "field", "message"),
    [
        (replace(IMAGE, strength=1.01), "strength", "strength 1.01 is not within 0 to 1"),
        (replace(IMAGE, strength=-0.5), "strength", "strength -0.5 is not within 0 to 1"),
        (replace(IMAGE, strength=math.nan), "strength", "strength nan is not within 0 to 1"),
        (
            replace(IMAGE, strength=0.04),
            "strength",
            "strength 0.04 is too low: of 20 steps none would run (raise it to 0.05 or more, or take more steps)",
        ),
        (
            replace(IMAGE, resize="cover"),  # type: ignore[arg-type]  # what a user may say
            "resize",
            "resize 'cover' is none of stretch, crop, fill",
        ),
        (replace(IMAGE, mask=InpaintMask(sha256="", blur=65)), "mask_blur", "mask blur 65 is not within 0 to 64"),
        (
            replace(IMAGE, mask=InpaintMask(sha256="", padding=-1)),
            "mask_padding",
            "mask padding -1 is not within 0 to 8192",
        ),
        (
            replace(IMAGE, mask=InpaintMask(sha256="", fill="zero")),  # type: ignore[arg-type]  # what a user may say
            "inpaint_fill",
            "inpaint fill 'zero' is none of original, blur, noise, zeros (did you mean 'zeros'?)",
        ),
    ],
)
def test_an_image_that_cannot_be_begun_with_is_refused(image: SourceImage, field: str, message: str) -> None:
    with pytest.raises(RequestError) as refusal:
        resolved(RequestInput(image=image))
    assert (refusal.value.field, str(refusal.value)) == (field, message)


@given(st.integers(0, 2**64 - 1))
def test_choices_are_made_by_the_seed_and_then_stored(seed: int) -> None:
    said = RequestInput(prompt="{red|green|blue} __animal__", negative_prompt="{day|night}", seed=seed)
    wildcards = {"animal": ["cat", "dog"]}
    request = resolved(said, wildcards=wildcards).request
    assert request.prompt == expand(said.prompt, seed=seed, wildcards=wildcards).text
    assert request.prompt in {f"{colour} {animal}" for colour in ("red", "green", "blue") for animal in ("cat", "dog")}
    assert request.negative_prompt in {"day", "night"}
    again = resolved(replace(said, prompt=request.prompt, negative_prompt=request.negative_prompt))
    assert again == Resolution(request=request, diagnostics=())


def test_the_random_seed_makes_the_choices_where_no_seed_is_said() -> None:
    said = RequestInput(prompt="{a|b|c|d|e|f|g|h}")
    assert resolved(said, random_seed=3) == resolved(replace(said, seed=3), random_seed=4)


def test_what_is_wrong_with_either_prompt_is_told() -> None:
    resolution = resolved(RequestInput(prompt="__nowhere__", negative_prompt="__nothing__"))
    assert resolution.request.prompt == "__nowhere__"
    assert ["nowhere" in found.message for found in resolution.diagnostics] == [True, False]
    assert ["nothing" in found.message for found in resolution.diagnostics] == [False, True]


def test_a_stored_request_is_checked_against_another_model() -> None:
    check(REQUEST, MODEL)
    with pytest.raises(RequestError, match="height 48 is not a multiple of 64") as refusal:
        check(REQUEST, replace(MODEL, size_multiple=64))
    assert refusal.value.field == "height"
    with pytest.raises(RequestError, match="clip skip 3 is not within 1 to 2"):
        check(replace(REQUEST, clip_skip=3.0), replace(MODEL, text_encoder_layers=2))


def test_the_hint_names_no_side_that_is_too_small() -> None:
    with pytest.raises(RequestError) as refusal:
        check(replace(REQUEST, width=20), replace(MODEL, size_multiple=64))
    assert refusal.value.hint == "take 64"


def test_without_strength_there_is_no_variation_seed() -> None:
    assert resolved(RequestInput(variation_seed=5)) == resolved(RequestInput())


@pytest.mark.parametrize(("seed", "expected"), [(3, 7), (7, 8), (2**64 - 1, 0)])
def test_a_variation_seed_that_is_not_said_is_another_than_the_seed(seed: int, expected: int) -> None:
    said = RequestInput(seed=seed, variation_strength=0.5)
    assert resolved(said, random_seed=seed if expected != 7 else 7).request.variation_seed == expected


@pytest.mark.parametrize(("width", "height", "expected"), [(1024, 768, "off"), (1024, 776, "on"), (1024, 1024, "on")])
def test_large_pictures_are_decoded_in_pieces(width: int, height: int, expected: str) -> None:
    assert resolved(RequestInput(width=width, height=height)).request.vae_tiling == expected
    assert resolved(RequestInput(width=width, height=height, vae_tiling="off")).request.vae_tiling == "off"
