import json
import math
from collections.abc import Mapping
from dataclasses import fields

import pytest
from hypothesis import given

from tagloom.engine import Request, RequestInput, request_from_json
from tagloom.errors import RequestError
from tests.samples import REQUEST, any_text, requests

STORED: Mapping[str, object] = REQUEST.to_json()
MODEL_S_OWN = {"vae", "prediction_type"}
NOISE = {"variation_seed", "variation_strength", "seed_width", "seed_height"}
STOCHASTICITY = {"eta", "eta_ddim", "s_churn", "s_tmin", "s_tmax", "s_noise"}
LATER = MODEL_S_OWN | NOISE | STOCHASTICITY | {"tiling", "vae_tiling"}


@given(requests(any_text, any_text))
def test_a_request_comes_back_from_json(request: Request) -> None:
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


@pytest.mark.parametrize("name", STORED)
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
