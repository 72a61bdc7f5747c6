"""The one text of a tag's many spellings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagloom.tags.tag_text import is_emoticon, tag_text


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("Pink_Hair", "pink hair"),
        ("  pink   hair ", "pink hair"),
        ("saber_(fate)", "saber (fate)"),
        ("^_^", "^_^"),
        ("(o)_(o)", "(o)_(o)"),
        (">_<", ">_<"),
        ("O_O", "o_o"),
        ("|_|", "|_|"),
        ("猫_耳", "猫 耳"),
        ("6+girls", "6+girls"),
        ("_", ""),
    ],
)
def test_underscores_are_spaces_but_in_emoticons(written: str, text: str) -> None:
    assert tag_text(written) == text


@given(st.text())
def test_a_text_stays_as_it_is(text: str) -> None:
    once = tag_text(text)
    assert is_emoticon(once) or "_" not in once
    assert tag_text(once) == once
