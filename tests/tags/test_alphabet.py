"""Wordings in alphabetical order, against looking at each of them."""

from array import array

from hypothesis import given, settings
from hypothesis import strategies as st

from tagloom.tags.alphabet import Alphabet
from tagloom.tags.near import is_nearly, nearly_start
from tagloom.tags.wordings import Wordings

words = st.text("abc ", min_size=1, max_size=6)
lists = st.lists(words, max_size=12)


def alphabet(wordings: list[str]) -> Alphabet:
    return Alphabet(Wordings(wordings, array("I", range(len(wordings)))))


@settings(derandomize=True, max_examples=400, deadline=None)
@given(lists, words)
def test_equal_and_beginning_are_all_that_are_so(wordings: list[str], text: str) -> None:
    some = alphabet(wordings)
    assert list(some.equal(text)) == [place for place, wording in enumerate(wordings) if wording == text]
    assert sorted(some.beginning(text)) == [place for place, wording in enumerate(wordings) if wording.startswith(text)]


@settings(derandomize=True, max_examples=800, deadline=None)
@given(lists, words)
def test_near_are_all_that_differ_by_one_edit(wordings: list[str], query: str) -> None:
    near = alphabet(wordings).near(query)
    # What begins like the query itself is found without looking for typos.
    others = [(place, wording) for place, wording in enumerate(wordings) if not wording.startswith(query)]
    known = {place for place, _ in others}
    assert [place for place in near.wholes if place in known] == [
        place for place, other in others if is_nearly(query, other)
    ]
    assert [place for place in near.starts if place in known] == [
        place for place, other in others if nearly_start(query, other) is not None
    ]


def test_letters_that_are_not_ascii_take_the_place_of_none() -> None:
    assert alphabet(["猫ink", "pink"]).near("rink").wholes == (1,)
