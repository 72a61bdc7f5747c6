import contextlib
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagloom.artifact import Document
from tagloom.artifact.document import parse_document, print_document
from tagloom.engine import Provenance, Request, UsedNetwork
from tagloom.errors import UnreadableError
from tests.samples import PROVENANCE, REQUEST, any_text, provenances, requests

DOCUMENT = Document(request=REQUEST, provenance=PROVENANCE)
CONTENT = json.loads(print_document(DOCUMENT))


@given(requests(any_text, any_text), provenances(any_text))
def test_what_is_written_is_read_back(request: Request, provenance: Provenance) -> None:
    document = Document(request=request, provenance=provenance)
    text = print_document(document)
    assert parse_document(text) == document
    assert text.isascii()
    assert text.isprintable()


@given(st.lists(st.builds(UsedNetwork, kind=st.sampled_from(["lora", "embedding"]), name=any_text, hash=any_text)))
def test_networks_are_read_back(networks: list[UsedNetwork]) -> None:
    document = replace(DOCUMENT, provenance=replace(PROVENANCE, networks=tuple(networks)))
    assert parse_document(print_document(document)) == document


def test_an_older_picture_says_nothing_of_networks_and_batches() -> None:
    older = {name: value for name, value in CONTENT["provenance"].items() if name not in {"networks", "batch_size"}}
    assert parse_document(json.dumps({**CONTENT, "provenance": older})) == DOCUMENT


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ([], "the picture's metadata is not a JSON object"),
        ({}, "the picture's metadata has version None, not 1"),
        ({**CONTENT, "tagloom": 2}, "the picture's metadata has version 2, not 1 (update tagloom to read it)"),
        ({**CONTENT, "request": None}, "a request must be a JSON object"),
        ({**CONTENT, "request": {**CONTENT["request"], "steps": "many"}}, "the stored request's 'steps' is 'many'"),
        ({**CONTENT, "request": {**CONTENT["request"], "colour": 1}}, "the stored request has an unknown field 'colour'"),
        ({**CONTENT, "provenance": 3}, "the picture's provenance is not a JSON object"),
        ({**CONTENT, "provenance": {}}, "the picture's provenance has the version None"),
        (
            {**CONTENT, "provenance": {**CONTENT["provenance"], "libraries": 0}},
            "the picture's provenance has the libraries 0",
        ),
        (
            {**CONTENT, "provenance": {**CONTENT["provenance"], "threads": -1}},
            "the picture's provenance has the threads -1",
        ),
        (
            {**CONTENT, "provenance": {**CONTENT["provenance"], "libraries": [["a"]]}},
            "the picture's provenance has the library ['a']",
        ),
        (
            {**CONTENT, "provenance": {**CONTENT["provenance"], "networks": 0}},
            "the picture's provenance has the networks 0",
        ),
        (
            {**CONTENT, "provenance": {**CONTENT["provenance"], "networks": [{"kind": "lora", "name": "a"}]}},
            "the picture's provenance has the network {'kind': 'lora', 'name': 'a'}",
        ),
    ],
)
def test_what_is_no_document_is_refused_by_name(content: object, complaint: str) -> None:
    with pytest.raises(UnreadableError) as refusal:
        parse_document(json.dumps(content))
    assert str(refusal.value).startswith(complaint)


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "9" * 10_000, '{"tagloom": 1'])
def test_what_is_no_json_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError, match="not the JSON that tagloom writes"):
        parse_document(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from(["request", "provenance"]), st.data())
def test_any_other_value_in_any_field_is_refused_or_read(part: str, data: st.DataObject) -> None:
    field = data.draw(st.sampled_from(sorted(CONTENT[part])))
    content = {**CONTENT, part: {**CONTENT[part], field: data.draw(JSON)}}
    with contextlib.suppress(UnreadableError):
        document = parse_document(json.dumps(content))
        assert parse_document(print_document(document)) == document
