"""The two normalisations against the library ftfy and the standard's own composition, and the way back to the original."""

import html
import itertools
import json
import time
import unicodedata
from pathlib import Path
from typing import get_args

import ftfy
import pytest
import regex  # type: ignore[import-untyped]  # it has no stubs
from hypothesis import given, settings
from hypothesis import strategies as st

from tagloom.tokenizer.normalization import Normalization, normalize

PROMPTS = json.loads((Path(__file__).parent / "cases" / "prompts.json").read_text(encoding="utf-8"))
WAYS: tuple[Normalization, ...] = get_args(Normalization)
EVERY_CHARACTER = [chr(point) for point in (*range(0xD800), *range(0xE000, 0x110000))]
any_text = st.text(st.characters(exclude_categories=()), max_size=40)
MESS = (
    "& amp ; lt # x 41 copy not &quot; &ldquo; &eacute; &EACUTE; &ATILDE; &amp;amp;lt; &#x1F600; &#146; &#59; &ampx; <",
    "é e \u0301 \u0323 \u09c7 \u09be “ ’ Ａ ［ \x1b [ 31 m ﾊ ﾟ ﬁ ﬅ ŉ ǈ Σ α İ \x81 \x92 \x07 \ufeff \ud83d \ude00",
)
messy_text = st.lists(st.sampled_from(["\n", "\r", " ", "\u2028", "\x1c", *" ".join(MESS).split(" ")]), max_size=12).map(
    "".join
)


def by_openai(text: str, *, fix_encoding: bool) -> str:
    """What OpenAI's `basic_clean` and `whitespace_clean` make of a text."""
    cleaned = html.unescape(html.unescape(ftfy.fix_text(text, fix_encoding=fix_encoding)))
    return fold_space(cleaned).lower()


def fold_space(text: str) -> str:
    folded: str = regex.sub(r"\s+", " ", text)
    return folded.strip()


def ours(text: str, how: Normalization = "ftfy") -> str:
    return fold_space(normalize(text, how).text)


def test_real_prompts_are_read_as_openai_reads_them() -> None:
    assert [text for text in PROMPTS if ours(text) != by_openai(text, fix_encoding=True)] == []


def test_every_character_is_read_as_openai_reads_it() -> None:
    texts = [f"a{char}b" for char in EVERY_CHARACTER if unicodedata.category(char) not in {"Cn", "Co"}]
    assert [text for text in texts if ours(text) != by_openai(text, fix_encoding=False)] == []


@settings(derandomize=True, max_examples=3000, deadline=None)
@given(messy_text)
def test_messy_text_is_read_as_openai_reads_it(text: str) -> None:
    assert ours(text) == by_openai(text, fix_encoding=False)


@pytest.mark.parametrize(
    ("text", "theirs", "tagloom"),
    [
        pytest.param("schÃ¶n", "schön", "schã¶n", id="a wrong encoding is not repaired"),
        pytest.param("&" + "amp;" * 14 + "lt;", "<", "&amp;amp;amp;amp;lt;", id="eight rounds, and HTML's two"),
    ],
)
def test_the_differences_to_openai_are_these(text: str, theirs: str, tagloom: str) -> None:
    assert (by_openai(text, fix_encoding=True), ours(text)) == (theirs, tagloom)


@pytest.mark.parametrize(("marks", "is_equal"), [(510, True), (520, False)])
def test_a_character_with_more_marks_than_any_has_is_composed_in_parts(marks: int, is_equal: bool) -> None:
    text = "a" + "\u0301\u0323" * (marks // 2)
    composed = unicodedata.normalize("NFC", text)
    assert [(ours(text, how) == composed, sorted(ours(text, how)) == sorted(composed)) for how in WAYS] == [
        (is_equal, True)
    ] * 2


def test_a_number_too_long_for_python_is_no_character() -> None:
    assert ours("&#" + "9" * 700) == "\ufffd" + "9" * 100


def test_every_composed_character_is_composed_from_its_parts() -> None:
    decomposed = [(char, "x" + unicodedata.normalize("NFD", char)) for char in EVERY_CHARACTER]
    different = [
        char
        for char, text in decomposed
        if text != "x" + char and normalize(text, "nfc").text != unicodedata.normalize("NFC", text).lower()
    ]
    assert different == []


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.text(max_size=40))
def test_the_composition_of_a_long_text_is_that_of_a_short_one(text: str) -> None:
    padding = "é" * 5000
    assert normalize(text + padding, "nfc").text == normalize(text, "nfc").text + padding


def test_lower_case_is_as_long_as_the_character_for_all_but_one() -> None:
    assert [char for char in EVERY_CHARACTER if len(char.lower()) != 1] == ["İ"]


def test_a_final_sigma_is_read_in_context_by_ftfy_alone() -> None:
    assert [normalize("ΟΔΟΣ İΣ", how).text for how in ("ftfy", "nfc")] == ["οδος i̇ς", "οδοσ i̇σ"]


@settings(derandomize=True, max_examples=1500, deadline=None)
@given(st.one_of(any_text, messy_text), st.sampled_from(WAYS))
def test_every_character_has_a_place_in_the_original_in_order(text: str, how: Normalization) -> None:
    normalized = normalize(text, how)
    places = list(zip(normalized.starts, normalized.ends, strict=True))
    assert len(places) == len(normalized.text)
    assert all(0 <= start < end <= len(text) for start, end in places)
    assert all(a <= c and b <= d for (a, b), (c, d) in itertools.pairwise(places))


@pytest.mark.parametrize(
    ("text", "characters"),
    [
        ("Ab", [("a", "A"), ("b", "b")]),
        ("x&amp;y", [("x", "x"), ("&", "&amp;"), ("y", "y")]),
        ("&amp;lt;", [("<", "&amp;lt;")]),
        ("ﬁ“", [("f", "ﬁ"), ("i", "ﬁ"), ('"', "“")]),
        ("Ｅ\u0301e", [("é", "Ｅ\u0301"), ("e", "e")]),
        ("İx", [("i", "İ"), ("\u0307", "İ"), ("x", "x")]),
        ("ﾊﾟ", [("パ", "ﾊﾟ")]),
        ("a\x07\ufeffb", [("a", "a"), ("b", "b")]),
        ("\ud83d\ude00\ud83d!", [("😀", "\ud83d\ude00"), ("\ufffd", "\ud83d"), ("!", "!")]),
        ("\x1b[1;31mr", [("r", "r")]),
        ("한", [("한", "한")]),
        ("한a", [("한", "한"), ("a", "a")]),
    ],
)
def test_a_character_knows_what_it_was(text: str, characters: list[tuple[str, str]]) -> None:
    normalized = normalize(text, "ftfy")
    places = zip(normalized.text, normalized.starts, normalized.ends, strict=True)
    assert [(char, text[start:end]) for char, start, end in places] == characters


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize(
    "pattern", ["\u0301\u0323", "&amp;", "&", "amp;&", "&#", "&#9", "9", "e\u0301", "ﾊﾟ", "\u1100\u1161", "<\n", "“", "\x1b["]
)
def test_no_text_takes_more_than_linear_time(pattern: str, how: Normalization) -> None:
    """A hundred thousand characters; what is quadratic takes ten seconds and more, what is linear half of one."""
    text = f"&#{pattern * (100_000 // len(pattern))}"
    begin = time.process_time()
    normalize(text, how)
    assert time.process_time() - begin < 5
