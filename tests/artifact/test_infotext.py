import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagloom.artifact import Infotext, parse_infotext, print_infotext, quote, unquote
from tests.samples import plain_line, plain_text, plain_word

CASES = json.loads((Path(__file__).parent / "cases" / "infotext.json").read_text(encoding="utf-8"))


def parsed(text: str) -> object:
    infotext = parse_infotext(text)
    return {
        "prompt": infotext.prompt,
        "negative": infotext.negative_prompt,
        "params": dict(infotext.parameters),
    }


def printed(case: dict[str, object]) -> object:
    prompt, negative, parameters = case["prompt"], case["negative"], case["params"]
    assert isinstance(prompt, str)
    assert isinstance(negative, str)
    assert isinstance(parameters, dict)
    return print_infotext(prompt, negative, parameters)


FUNCTIONS: dict[str, Callable[..., object]] = {
    "infotext_quote": quote,
    "infotext_unquote": unquote,
    "infotext_parse": parsed,
    "infotext_format": printed,
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['function']}: {case['input']!r}"[:60])
def test_the_web_ui_reads_and_writes_it_so(case: dict[str, object]) -> None:
    assert FUNCTIONS[str(case["function"])](case["input"]) == case["output"]


def test_an_empty_value_is_no_parameter_but_an_empty_string_is() -> None:
    text = 'cat\nSteps: 20, Sampler: , Seed: 1, Note: "", Size: 8x8'
    assert parsed(text) == {
        "prompt": "cat",
        "negative": "",
        "params": {"Steps": "20", "Seed": "1", "Note": "", "Size-1": "8", "Size-2": "8"},
    }


def test_a_prompt_may_begin_below_an_empty_line_of_its_label() -> None:
    assert parse_infotext("cat\n\ndog\nNegative prompt:\n\nbad") == Infotext(
        prompt="cat\n\ndog", negative_prompt="bad", parameters={}
    )


def test_a_key_begins_at_the_first_letter_behind_punctuation() -> None:
    text = "x\n.- Steps: 1, (a) b/c-d: 2, é: 3, 日本: 4, e: f: g"
    assert parse_infotext(text).parameters == {"Steps": "1", "b/c-d": "2", "日本": "4"}


@given(st.text())
def test_any_text_parses(text: str) -> None:
    assert isinstance(parse_infotext(text), Infotext)


@given(st.text(st.sampled_from('ab: ,\n"\\x5-/é')))
def test_what_looks_like_infotext_parses(text: str) -> None:
    assert all(len(key) >= 2 for key in parse_infotext(f"{text}, aa: 1, bb: 2, cc: 3").parameters)


@given(st.text())
def test_unquote_undoes_quote_of_what_was_not_in_quotes(text: str) -> None:
    assert unquote(quote(text)) == text or (text[:1] == '"' == text[-1:])


KEYS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9 /-]*[A-Za-z0-9]", fullmatch=True)
VALUES = plain_line.filter(lambda text: text[:1] not in ("", '"') and not text.replace("x", "", 1).isdecimal())


@given(plain_text, plain_text, st.dictionaries(KEYS, VALUES, min_size=3))
def test_what_infotext_can_say_comes_back(prompt: str, negative: str, parameters: dict[str, str]) -> None:
    said = {key: value for key, value in parameters.items() if key != value}
    text = print_infotext(prompt, negative, {**said, "Steps": 1, "Seed": 2, "Version": "v1"})
    assert parse_infotext(text) == Infotext(
        prompt=prompt, negative_prompt=negative, parameters={**said, "Steps": "1", "Seed": "2", "Version": "v1"}
    )


@given(plain_word)
def test_a_parameter_without_a_value_is_not_written(word: str) -> None:
    assert print_infotext("cat", "", {"Steps": 1, word: None} | {"Steps": 1}) == "cat\nSteps: 1"


@pytest.mark.parametrize(
    "unit", ["a", " ", "aa:", 'aa: "', 'aa: "\\', 'aa: ", ', "- ", '"', "\\", 'bb:\\"', "aa: b,", "Negative prompt:\n"]
)
def test_parsing_is_linear(unit: str) -> None:
    text = "cat\n" + unit * (1_000_000 // len(unit)) + "x"
    start = time.perf_counter()
    parse_infotext(text)
    assert time.perf_counter() - start < 5.0  # about 0.1 s; anything quadratic takes hours
