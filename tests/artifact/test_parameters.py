from dataclasses import replace

import pytest
from hypothesis import given

from tagloom.artifact import Recollection, format_infotext, parse_infotext, recall
from tagloom.choices import Tiling
from tagloom.engine import (
    NO_OVERRIDES,
    Overrides,
    Provenance,
    Request,
    RequestInput,
    SecondPassInput,
    UsedNetwork,
    automatic_vae_tiling,
)
from tests.samples import PROVENANCE, REQUEST, any_text, plain_text, plain_word, provenances, requests


def test_the_defaults_are_said_as_the_web_ui_says_them() -> None:
    assert format_infotext(REQUEST, PROVENANCE) == (
        "1girl, pink hair, (sky blue eyes:1.2)\n"
        "Negative prompt: lowres, bad hands\n"
        "Steps: 20, Sampler: Euler a, Schedule type: Karras, CFG scale: 7, Seed: 42, Size: 64x48, "
        "Model hash: 0123456789, Model: paperdoll, Version: tagloom 0.1.0"
    )


def test_what_is_not_the_default_is_said_too() -> None:
    request = replace(
        REQUEST,
        prompt="cat",
        negative_prompt="",
        clip_skip=2.0,
        guidance_scale=7.5,
        emphasis="no_norm",
        noise="cpu",
        compat="a1111",
        underscores="space",
    )
    assert format_infotext(request, PROVENANCE) == (
        "cat\n"
        "Steps: 20, Sampler: Euler a, Schedule type: Karras, CFG scale: 7.5, Seed: 42, Size: 64x48, "
        "Model hash: 0123456789, Model: paperdoll, Clip skip: 2, Emphasis: No norm, RNG: CPU, Compat: a1111, "
        "Underscores: space, Version: tagloom 0.1.0"
    )


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("paperdoll", "paperdoll"),
        ("v1.5", "v1.5"),
        ("/home/me/models/dream, v2.safetensors", '"dream, v2"'),
        ("C:\\models\\dream.ckpt", "dream"),
        ("./models/paperdoll/", "paperdoll"),
    ],
)
def test_a_model_is_named_without_the_folders_of_the_person(model: str, name: str) -> None:
    assert f"Model: {name}, Version" in format_infotext(replace(REQUEST, model=model), PROVENANCE)


@given(requests(any_text, any_text), provenances(any_text))
def test_any_request_has_an_infotext_that_utf_8_and_a_c_string_can_hold(request: Request, provenance: Provenance) -> None:
    text = format_infotext(request, provenance)
    assert text.encode("utf-8").decode("utf-8") == text
    assert "\0" not in text


@given(requests(plain_text, plain_word))
def test_what_we_wrote_is_recalled(request: Request) -> None:
    is_automatic = request.vae_tiling == automatic_vae_tiling(request)
    recollection = recall(parse_infotext(format_infotext(request, PROVENANCE)))
    said = RequestInput(
        prompt=request.prompt,
        negative_prompt=request.negative_prompt,
        seed=request.seed,
        steps=request.steps,
        width=request.width,
        height=request.height,
        sampler=request.sampler,
        schedule=request.schedule,
        guidance_scale=request.guidance_scale,
        clip_skip=request.clip_skip,
        emphasis=request.emphasis,
        noise=request.noise,
        compat=request.compat,
        underscores=request.underscores,
        variation_seed=request.variation_seed,
        variation_strength=request.variation_strength,
        seed_width=request.seed_width,
        seed_height=request.seed_height,
        eta=request.eta,
        eta_ddim=request.eta_ddim,
        s_churn=request.s_churn,
        s_tmin=request.s_tmin,
        s_tmax=request.s_tmax,
        s_noise=request.s_noise,
        tiling=request.tiling,
        vae_tiling="auto" if is_automatic else request.vae_tiling,
    )
    assert recollection == Recollection(
        said=said, model=request.model, model_hash="0123456789", overrides=NO_OVERRIDES, networks=(), unused=()
    )


def test_what_overrules_the_model_s_files_is_said_and_recalled() -> None:
    request = replace(REQUEST, vae="/home/me/vae/clear.safetensors", prediction_type="v_prediction")
    text = format_infotext(request, PROVENANCE)
    assert "Model: paperdoll, VAE: clear, Prediction: v_prediction, Version" in text
    recollection = recall(parse_infotext(text))
    assert recollection.overrides == Overrides(vae="clear", prediction_type="v_prediction")
    assert recollection.unused == ()


def test_a_picture_of_the_web_ui_is_recalled_in_its_own_timeline() -> None:
    text = (
        "cat\nNegative prompt: dog\nSteps: 28, Sampler: DPM++ 2M Karras, CFG scale: 7.0, Seed: 965400086, "
        "Size: 512x768, Model hash: 45dee52b, Model: dream, Clip skip: 2, ENSD: 31337, Hires upscale: 2, RNG: NV, "
        "Emphasis: None, Version: v1.10.1"
    )
    assert recall(parse_infotext(text)) == Recollection(
        said=RequestInput(
            prompt="cat",
            negative_prompt="dog",
            seed=965400086,
            steps=28,
            width=512,
            height=768,
            sampler="DPM++ 2M Karras",
            schedule=None,
            guidance_scale=7.0,
            clip_skip=2.0,
            emphasis="original",
            noise="philox",
            compat="a1111",
            underscores="keep",
            second_pass=SecondPassInput(scale=2.0),
        ),
        model="dream",
        model_hash="45dee52b",
        overrides=NO_OVERRIDES,
        networks=(),
        unused=(("ENSD", "31337"), ("Emphasis", "None")),
    )


def test_numbers_that_are_none_are_named_as_unused() -> None:
    text = "cat\nSteps: many, CFG scale: 1e5, Seed: -1, Clip skip: ２, RNG: dice, Size: 99999999999999999999999x8"
    recollection = recall(parse_infotext(text))
    assert recollection.said == RequestInput(prompt="cat", height=8, compat="a1111")
    assert [key for key, _ in recollection.unused] == ["Steps", "CFG scale", "Seed", "Clip skip", "RNG", "Size-1"]


def test_the_hashes_of_networks_are_written_and_read_as_the_web_uis_do() -> None:
    used = (
        UsedNetwork(kind="lora", name="ink: wash, v2", hash="abcdef123456"),
        UsedNetwork(kind="lora", name="gold", hash="123456abcdef"),
        UsedNetwork(kind="embedding", name="crayon", hash="000000000000"),
    )
    text = format_infotext(REQUEST, replace(PROVENANCE, networks=used))
    assert 'Lora hashes: "ink wash v2: abcdef123456, gold: 123456abcdef", TI hashes: "crayon: 000000000000", Version' in text
    recollection = recall(parse_infotext(text))
    assert recollection.networks == (replace(used[0], name="ink wash v2"), *used[1:])
    assert recollection.unused == ()
    assert "hashes" not in format_infotext(REQUEST, PROVENANCE)


def test_hashes_that_are_none_are_passed_over() -> None:
    infotext = parse_infotext('x\nSteps: 20, Sampler: Euler, Seed: 1, Lora hashes: "a, b: , : c, d: e"')
    assert recall(infotext).networks == (UsedNetwork(kind="lora", name="d", hash="e"),)


def test_variations_tiling_and_noise_are_written_as_the_web_ui_does() -> None:
    request = replace(
        REQUEST,
        variation_seed=7,
        variation_strength=0.3,
        seed_width=512,
        seed_height=768,
        eta=0.5,
        s_noise=1.003,
        tiling="both",
    )
    text = format_infotext(request, replace(PROVENANCE, batch_size=4))
    assert (
        "Model: paperdoll, Variation seed: 7, Variation seed strength: 0.3, Seed resize from: 512x768, Eta: 0.5, "
        "Sigma noise: 1.003, Tiling: True, Batch size: 4, Version"
    ) in text
    assert recall(parse_infotext(text)).unused == ()


def test_variations_tiling_and_noise_of_the_web_ui_are_recalled() -> None:
    text = (
        "cat\nSteps: 28, Sampler: Euler, CFG scale: 7.0, Seed: 5, Size: 512x512, Variation seed: 9, Variation seed "
        "strength: 0.25, Seed resize from: 640x512, Tiling: True, Sigma churn: 2.5, Sigma tmin: 0.1, Sigma tmax: 10, "
        "Eta DDIM: 0.2, Batch size: 2, Batch pos: 1, Version: v1.10.1"
    )
    recollection = recall(parse_infotext(text))
    said = recollection.said
    assert (said.variation_seed, said.variation_strength, said.seed_width, said.seed_height) == (9, 0.25, 640, 512)
    assert (said.s_churn, said.s_tmin, said.s_tmax, said.s_noise, said.eta_ddim) == (2.5, 0.1, 10.0, 1.0, 0.2)
    assert (said.tiling, said.vae_tiling) == ("both", "auto")
    assert recollection.unused == ()


@pytest.mark.parametrize("tiling", ["x", "y"])
def test_tiling_along_one_axis_is_said_by_its_name(tiling: Tiling) -> None:
    text = format_infotext(replace(REQUEST, tiling=tiling), PROVENANCE)
    assert f"Tiling: {tiling}, Version" in text
    assert recall(parse_infotext(text)).said.tiling == tiling


def test_decoding_in_pieces_is_said_only_where_it_is_not_what_the_size_asks_for() -> None:
    large = replace(REQUEST, width=1024, height=1024, vae_tiling="on")
    assert "VAE tiling" not in format_infotext(large, PROVENANCE)
    assert "VAE tiling: off" in format_infotext(replace(large, vae_tiling="off"), PROVENANCE)
    assert "VAE tiling: on" in format_infotext(replace(REQUEST, vae_tiling="on"), PROVENANCE)
