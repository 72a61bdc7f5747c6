"""Images, masks and second passes in infotext, as the web UIs name them."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from tagloom.artifact import RecalledImage, format_infotext, parse_infotext, recall
from tagloom.engine import SecondPass, SecondPassInput, SourceImage
from tests.samples import (
    PROVENANCE,
    REQUEST,
    SECOND_PASS,
    SOURCE_IMAGE,
    plain_text,
    plain_word,
    second_passes,
    source_images,
)

HEAD = "cat\nSteps: 20, Sampler: Euler, CFG scale: 7, Seed: 1, Size: 512x512, "


def test_an_image_and_its_mask_are_said_as_the_web_ui_says_them() -> None:
    assert SOURCE_IMAGE.mask is not None
    mask = replace(SOURCE_IMAGE.mask, is_inverted=True, only_masked=True)
    text = format_infotext(replace(REQUEST, image=replace(SOURCE_IMAGE, mask=mask)), PROVENANCE)
    assert (
        f"Denoising strength: 0.6, Resize mode: Crop and resize, Init image hash: {'ab' * 32}, Mask blur: 4, "
        "Mask mode: Inpaint not masked, Masked content: fill, Inpaint area: Only masked, Masked area padding: 32, "
        f"Mask hash: {'cd' * 32}, Version"
    ) in text


def test_a_second_pass_is_said_as_the_web_ui_says_it() -> None:
    text = format_infotext(replace(REQUEST, second_pass=SECOND_PASS), PROVENANCE)
    assert (
        "Denoising strength: 0.7, Hires upscale: 2, Hires steps: 12, Hires upscaler: Latent, Hires sampler: DPM++ 2M, "
        "Hires schedule type: Normal, Hires CFG Scale: 5, Hires prompt: 1girl, Hires negative prompt: lowres, Version"
    ) in text
    plain = SecondPass(
        width=100,
        height=96,
        upscaler="lanczos",
        steps=REQUEST.steps,
        strength=0.5,
        prompt=REQUEST.prompt,
        negative_prompt=REQUEST.negative_prompt,
        sampler=REQUEST.sampler,
        schedule=REQUEST.schedule,
        guidance_scale=REQUEST.guidance_scale,
    )
    text = format_infotext(replace(REQUEST, second_pass=plain), PROVENANCE)
    assert "Denoising strength: 0.5, Hires resize: 100x96, Hires upscaler: Lanczos, Version" in text


@given(source_images(st.just("")))
def test_what_a_picture_began_with_is_recalled(image: SourceImage) -> None:
    recollection = recall(parse_infotext(format_infotext(replace(REQUEST, image=image), PROVENANCE)))
    mask = image.mask
    assert recollection.unused == ()
    assert recollection.said.second_pass is None
    assert recollection.image == RecalledImage(
        sha256=image.sha256,
        strength=image.strength,
        resize=image.resize,
        has_mask=mask is not None,
        mask_sha256=mask.sha256 if mask else "",
        mask_blur=mask.blur if mask else 4.0,
        fill=mask.fill if mask else "original",
        is_inverted=mask.is_inverted if mask else False,
        only_masked=mask.only_masked if mask else False,
        padding=mask.padding if mask and mask.only_masked else 0,
    )


@given(second_passes(plain_text.filter(bool), plain_word))
def test_a_second_pass_is_recalled(second: SecondPass) -> None:
    recollection = recall(parse_infotext(format_infotext(replace(REQUEST, second_pass=second), PROVENANCE)))
    said = recollection.said.second_pass
    assert said is not None
    assert (recollection.unused, recollection.image) == ((), None)
    if said.scale is not None:
        assert (int(REQUEST.width * said.scale), int(REQUEST.height * said.scale)) == (second.width, second.height)
    else:
        assert (said.width, said.height) == (second.width, second.height)
    assert (said.steps or REQUEST.steps, said.upscaler, said.strength) == (second.steps, second.upscaler, second.strength)
    assert (said.prompt or REQUEST.prompt) == second.prompt
    assert (said.negative_prompt or REQUEST.negative_prompt) == second.negative_prompt
    assert (said.sampler or REQUEST.sampler, said.schedule or REQUEST.schedule) == (second.sampler, second.schedule)
    guidance_scale = REQUEST.guidance_scale if said.guidance_scale is None else said.guidance_scale
    assert guidance_scale == second.guidance_scale


def test_the_web_ui_s_own_second_pass_is_recalled() -> None:
    text = HEAD + "Denoising strength: 0.55, Hires resize: 1024x768, Hires steps: 10, Hires upscaler: Latent (antialiased)"
    recollection = recall(parse_infotext(text))
    assert recollection.said.second_pass == SecondPassInput(width=1024, height=768, steps=10, strength=0.55)
    assert (recollection.unused, recollection.image) == ((), None)


def test_an_upscaler_that_is_a_network_is_replaced_and_named() -> None:
    text = HEAD + "Denoising strength: 0.4, Hires upscale: 1.5, Hires upscaler: R-ESRGAN 4x+"
    recollection = recall(parse_infotext(text))
    assert recollection.said.second_pass == SecondPassInput(scale=1.5, upscaler="lanczos", strength=0.4)
    assert recollection.unused == (("Hires upscaler", "R-ESRGAN 4x+"),)


def test_the_web_ui_s_image_to_image_and_inpainting_are_recalled() -> None:
    recollection = recall(parse_infotext(HEAD + "Denoising strength: 0.75, Mask blur: 8, Masked content: latent noise"))
    assert recollection.image == RecalledImage(
        sha256="",
        strength=0.75,
        resize="stretch",
        has_mask=True,
        mask_sha256="",
        mask_blur=8.0,
        fill="noise",
        is_inverted=False,
        only_masked=False,
        padding=0,
    )
    recollection = recall(parse_infotext(HEAD + "Denoising strength: 0.75"))
    assert recollection.image is not None
    assert not recollection.image.has_mask
    assert recall(parse_infotext(HEAD + "ENSD: 1")).image is None
