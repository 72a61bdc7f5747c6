"""Styles are put around a prompt as A1111 does it, and found in one again."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagloom.arranging import Styled, apply, extract
from tagloom.tags.styles import Style, presets

AROUND = Style("around", "ink, {prompt}, paper", "photo")
BEHIND = Style("behind", "sharp, detailed", "")
LONGER = Style("longer", "very sharp, detailed", "")
AVOIDED = Style("avoided", "", "blurry, text")

words = st.lists(st.sampled_from(["cat", "1girl", "(hat:1.2)", "a b"]), min_size=1, max_size=4).map(", ".join)


@pytest.mark.parametrize(
    ("styles", "prompt", "negative"),
    [
        ([], " cat ", ""),
        ([AROUND], "ink,  cat , paper", "photo"),
        ([BEHIND], "cat, sharp, detailed", ""),
        ([AROUND, BEHIND, AVOIDED], "ink,  cat , paper, sharp, detailed", "photo, blurry, text"),
        ([BEHIND, AROUND], "ink, cat, sharp, detailed, paper", "photo"),
    ],
)
def test_styles_are_put_around_in_order(styles: list[Style], prompt: str, negative: str) -> None:
    assert apply(" cat ", "", styles) == Styled(prompt, negative, tuple(styles))


def test_a_place_may_stand_twice_or_in_the_negative_prompt() -> None:
    assert apply("cat", "dog", [Style("x", "{prompt} and {prompt}", "no {prompt}")]) == Styled(
        "cat and cat", "no dog", (Style("x", "{prompt} and {prompt}", "no {prompt}"),)
    )


def test_styles_are_found_again() -> None:
    known = [AROUND, BEHIND, LONGER, AVOIDED]
    assert extract("ink, cat, paper, very sharp, detailed", "dog, photo, blurry, text", known) == Styled(
        "cat", "dog", (AROUND, AVOIDED, LONGER)
    )


def test_a_style_needs_both_its_texts() -> None:
    assert extract("ink, cat, paper", "dog", [AROUND]) == Styled("ink, cat, paper", "dog", ())
    assert extract("cat", "", [Style("nothing", "", ""), BEHIND]) == Styled("cat", "", ())
    assert extract("ink, paper", "photo", [Style("x", "ink, {prompt}k, paper", "")]) == Styled("ink, paper", "photo", ())
    assert extract("a b", "", [Style("x", "a {prompt} b", "")]) == Styled("a b", "", ())
    assert extract("cat", "dog", [Style("all", "{prompt}", "")]) == Styled("cat", "dog", ())


@settings(derandomize=True, max_examples=400, deadline=None)
@given(words, words, st.lists(st.sampled_from([one.style for one in presets()]), max_size=3, unique=True))
def test_what_was_put_around_can_be_taken_away(prompt: str, negative: str, chosen: list[Style]) -> None:
    styled = apply(prompt, negative, chosen)
    found = extract(styled.prompt, styled.negative_prompt, chosen)
    assert (found.prompt, found.negative_prompt) == (prompt, negative)
    assert set(found.styles) == set(chosen)
