"""One edit."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagloom.tags.near import is_nearly, nearly_start


@pytest.mark.parametrize(
    ("query", "wording", "length"),
    [
        ("pnik", "pink hair", 4),
        ("pimk", "pink hair", 4),
        ("pik h", "pink hair", 6),
        ("pinnk h", "pink hair", 6),
        ("hairs", "hair", 4),
        ("oink", "pink", 4),
        ("ink h", "pink hair", 6),
        ("pni", "pink", 3),
        ("blue", "pink", None),
        ("pinkhh", "pink", None),
    ],
)
def test_a_start_with_one_edit_is_told_by_its_length(query: str, wording: str, length: int | None) -> None:
    assert nearly_start(query, wording) == length


@settings(derandomize=True, max_examples=500, deadline=None)
@given(st.text("abc", min_size=2, max_size=7), st.data())
def test_every_edit_is_known(wording: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(wording) - 2))
    letter = data.draw(st.sampled_from("abcd"))
    head, rest = wording[:place], wording[place:]
    for changed in (head + rest[1:], head + letter + rest, head + letter + rest[1:], head + rest[1] + rest[0] + rest[2:]):
        assert changed == wording or is_nearly(changed, wording)
        assert wording.startswith(changed) or nearly_start(changed, wording) is not None


@given(st.text("abc", max_size=5), st.text("abc", max_size=5))
def test_to_be_near_is_mutual(one: str, other: str) -> None:
    assert is_nearly(one, other) == is_nearly(other, one)
