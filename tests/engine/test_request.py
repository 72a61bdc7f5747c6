import json
import math
from collections.abc import Mapping
from dataclasses import asdict, fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagloom.engine import Request, RequestInput, SecondPass, SourceImage, request_from_json
from tagloom.errors import RequestError
from tests.samples import REQUEST, SECOND_PASS, SOURCE_IMAGE, any_text, requests, second_passes, source_images

STORED: Mapping[str, object] = REQUEST.to_json()
MODEL_S_OWN = {"vae", "prediction_type"}
NOISE = {"variation_seed", "variation_strength", "seed_width", "seed_height"}
STOCHASTICITY = {"eta", "eta_ddim", "s_churn", "s_tmin", "s_tmax", "s_noise"}
PARTS = {"image", "second_pass"}
LATER = MODEL_S_OWN | NOISE | STOCHASTICITY | PARTS | {"tiling", "vae_tiling"}


@given(requests(any_text, any_text), st.none() | source_images(any_text), st.none() | second_passes(any_text, any_text))
def test_a_request_comes_back_from_json(request: Request, image: SourceImage | None, second_pass: SecondPass | None) -> None:
    request = replace(request, image=image, second_pass=second_pass)
    stored = json.loads(json.dumps(request.to_json()))
    assert request_from_json(stored) == request
    assert hash(request_from_json(stored)) == hash(request)


def test_json_names_every_field_of_a_request() -> None:
    assert list(STORED) == [field.name for field in fields(Request)]


def test_whole_numbers_do_for_the_scales() -> None:
    assert request_from_json({**STORED, "guidance_scale": 7, "clip_skip": 1}) == REQUEST


def test_what_older_pictures_lack_is_as_it_was_then() -> None:
    assert request_from_json({name: value for name, value in STORED.items() if name not in LATER}) == REQUEST


@pytest.mark.parametrize("name", STORED.keys() - LATER)
def test_a_missing_field_is_named(name: str) -> None:
    with pytest.raises(RequestError, match=f"the stored request lacks '{name}'") as refusal:
        request_from_json({key: value for key, value in STORED.items() if key != name})
    assert refusal.value.field == name


@pytest.mark.parametrize("name", STORED.keys() - PARTS)
@pytest.mark.parametrize("value", [None, True, [], {}, math.nan, math.inf, -math.inf, 1e300])
def test_a_field_of_another_type_is_named(name: str, value: object) -> None:
    with pytest.raises(RequestError, match=f"the stored request's '{name}' is ") as refusal:
        request_from_json({**STORED, name: value})
    assert refusal.value.field == name


@pytest.mark.parametrize("name", ["emphasis", "noise", "compat", "underscores", "tiling", "vae_tiling"])
def test_a_name_that_is_no_choice_is_refused_in_few_words(name: str) -> None:
    with pytest.raises(RequestError) as refusal:
        request_from_json({**STORED, name: "x" * 1_000_000})
    assert refusal.value.field == name
    assert len(str(refusal.value)) < 200


@pytest.mark.parametrize("value", [None, [], "a cat", 1])
def test_what_is_no_object_is_no_request(value: object) -> None:
    with pytest.raises(RequestError, match="a request must be a JSON object"):
        request_from_json(value)


def test_an_unknown_field_is_named() -> None:
    with pytest.raises(RequestError, match="unknown field 'colour'") as refusal:
        request_from_json({**STORED, "colour": "red"})
    assert refusal.value.field == "colour"


def test_what_need_not_be_said_is_a_field_of_the_request_too() -> None:
    said, resolved = ({field.name for field in fields(kind)} for kind in (RequestInput, Request))
    assert resolved - said == {"model", *MODEL_S_OWN}
    assert said - resolved == set()


@pytest.mark.parametrize("name", PARTS)
@pytest.mark.parametrize("value", [True, [], "x", 1])
def test_a_part_that_is_no_object_is_named(name: str, value: object) -> None:
    with pytest.raises(RequestError, match=f"the stored request's '{name}' is ") as refusal:
        request_from_json({**STORED, name: value})
    assert refusal.value.field == name


@pytest.mark.parametrize(
    ("part", "whole", "field"),
    [
        ("image", asdict(SOURCE_IMAGE), "image.strength"),
        ("image", asdict(SOURCE_IMAGE), "image.resize"),
        ("image", asdict(SOURCE_IMAGE), "image.mask.is_inverted"),
        ("image", asdict(SOURCE_IMAGE), "image.mask.fill"),
        ("image", asdict(SOURCE_IMAGE), "image.mask.padding"),
        ("second_pass", asdict(SECOND_PASS), "second_pass.upscaler"),
        ("second_pass", asdict(SECOND_PASS), "second_pass.steps"),
    ],
)
def test_a_field_of_a_part_is_named_with_the_part(part: str, whole: dict[str, object], field: str) -> None:
    *path, last = field.split(".")[1:]
    inner = whole
    for step in path:
        inner = inner[step]  # type: ignore[assignment]  # a nested object
    values: tuple[object, ...] = (None, {}, "else")
    for value in values:
        inner[last] = value
        with pytest.raises(RequestError, match=f"the stored request's '{field}' is ") as refusal:
            request_from_json({**STORED, part: whole})
        assert refusal.value.field == field
    del inner[last]
    with pytest.raises(RequestError, match=f"lacks '{field}'"):
        request_from_json({**STORED, part: whole})
    inner["colour"] = "red"
    inner[last] = "x"
    with pytest.raises(RequestError, match="unknown field '.*colour'"):
        request_from_json({**STORED, part: whole})


def test_where_an_image_was_found_is_stored_and_makes_no_difference() -> None:
    image = replace(SOURCE_IMAGE, name="photo.png")
    request = replace(REQUEST, image=image)
    assert request == replace(REQUEST, image=SOURCE_IMAGE)
    restored = request_from_json(json.loads(json.dumps(request.to_json()))).image
    assert restored is not None
    assert restored.name == "photo.png"
