"""The size of a second pass, and what it takes over from the first."""

from dataclasses import replace

import pytest

from tagloom.engine import RequestInput, SecondPass, SecondPassInput, SourceImage, automatic_vae_tiling
from tagloom.engine.second_pass import second_size
from tagloom.errors import RequestError
from tests.engine.test_resolve import resolved

SAID = RequestInput(prompt="{a|a} cat", negative_prompt="dog", steps=10, seed=1)


@pytest.mark.parametrize(
    ("said", "size"),
    [
        (SecondPassInput(scale=2.0), (256, 384)),
        (SecondPassInput(scale=1.3), (160, 248)),
        (SecondPassInput(width=192), (192, 288)),
        (SecondPassInput(height=300), (200, 300)),
        (SecondPassInput(width=200, height=200), (200, 200)),
    ],
)
def test_a_size_follows_from_what_is_said(said: SecondPassInput, size: tuple[int, int]) -> None:
    assert second_size(said, 128, 192, 8) == size


def test_what_is_not_said_is_as_in_the_first_pass() -> None:
    assert resolved(replace(SAID, second_pass=SecondPassInput(scale=2.0))).request.second_pass == SecondPass(
        width=256,
        height=384,
        upscaler="latent",
        steps=10,
        strength=0.7,
        prompt="a cat",
        negative_prompt="dog",
        sampler="DPM++ 2M",
        schedule="Automatic",
        guidance_scale=7.0,
    )


def test_what_is_said_is_kept_and_its_choices_are_made() -> None:
    said = SecondPassInput(
        width=160,
        height=240,
        upscaler="lanczos",
        steps=5,
        strength=0.5,
        prompt="{b|b} cat __nowhere__",
        negative_prompt="fox",
        sampler="DPM++ 2M Karras",
        guidance_scale=3.0,
    )
    resolution = resolved(replace(SAID, sampler="euler_a", second_pass=said))
    assert resolution.request.second_pass == SecondPass(
        width=160,
        height=240,
        upscaler="lanczos",
        steps=5,
        strength=0.5,
        prompt="b cat __nowhere__",
        negative_prompt="fox",
        sampler="DPM++ 2M",
        schedule="Karras",
        guidance_scale=3.0,
    )
    assert ["nowhere" in found.message for found in resolution.diagnostics] == [True]


@pytest.mark.parametrize(
    ("said", "field", "message"),
    [
        (SecondPassInput(), "hires", "a second pass needs a size (say --hires 2, or --hires-width)"),
        (SecondPassInput(scale=2.0, width=8), "hires", "a second pass has a scale, or a width and height, not both"),
        (SecondPassInput(scale=-1.0), "hires", "hires -1 is not within 0 to 16"),
        (SecondPassInput(scale=1e9), "hires", "hires 1e+09 is not within 0 to 16"),
        (
            SecondPassInput(width=100),
            "hires_width",
            "hires width 100 is not a multiple of 8, which model 'paperdoll' needs (take 96 or 104)",
        ),
        (SecondPassInput(scale=0.1), "hires_width", "hires width 8 is not within 16 to 8192"),
        (SecondPassInput(scale=2.0, steps=0), "hires_steps", "hires steps 0 is not within 1 to 150"),
        (SecondPassInput(scale=2.0, strength=1.5), "hires_strength", "hires strength 1.5 is not within 0 to 1"),
        (
            SecondPassInput(scale=2.0, strength=0.0),
            "hires_strength",
            "hires strength 0 is too low for 10 steps (raise it to 0.01 or more, or take fewer steps)",
        ),
        (
            SecondPassInput(scale=2.0, strength=0.005),
            "hires_strength",
            "hires strength 0.005 is too low for 10 steps (raise it to 0.01 or more, or take fewer steps)",
        ),
        (
            SecondPassInput(scale=2.0, upscaler="latnet"),
            "hires_upscaler",
            "hires upscaler 'latnet' is none of latent, latent-bicubic, latent-nearest, nearest, bicubic, lanczos (did",
        ),
        (SecondPassInput(scale=2.0, guidance_scale=101.0), "hires_guidance_scale", "hires guidance scale 101 is not within"),
        (SecondPassInput(scale=2.0, sampler="Eluer"), "sampler", "sampler 'Eluer' is unknown"),
    ],
)
def test_what_cannot_be_painted_is_refused(said: SecondPassInput, field: str, message: str) -> None:
    with pytest.raises(RequestError) as refusal:
        resolved(replace(SAID, second_pass=said))
    assert refusal.value.field == field
    assert str(refusal.value).startswith(message)


def test_a_picture_that_begins_with_an_image_has_no_second_pass() -> None:
    image = SourceImage(sha256="0" * 64, width=64, height=64)
    with pytest.raises(RequestError, match="has no second pass"):
        resolved(replace(SAID, image=image, second_pass=SecondPassInput(scale=2.0)))


@pytest.mark.parametrize(("scale", "expected"), [(2.0, "off"), (10.0, "on")])
def test_a_picture_is_decoded_in_bands_by_its_finished_size(scale: float, expected: str) -> None:
    request = resolved(replace(SAID, second_pass=SecondPassInput(scale=scale))).request
    assert (request.vae_tiling, automatic_vae_tiling(request)) == (expected, expected)
    assert automatic_vae_tiling(replace(request, second_pass=None)) == "off"
