"""Lines in one text, against looking at each of them; with so many lines that not all are looked at, too."""

from array import array

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagloom.tags.lane import Lane
from tagloom.tags.wordings import Wordings

words = st.text("ab (-", min_size=1, max_size=4)
MANY = 500


def lane(lines: list[str]) -> Lane:
    return Lane(Wordings(lines, array("I", range(len(lines)))), has_words=True)


def begins_a_word(line: str, what: str) -> bool:
    return any(line.startswith(what, place) and line[place - 1] in " (-" for place in range(1, len(line)))


@pytest.mark.parametrize("times", [1, MANY])
@settings(derandomize=True, max_examples=200, deadline=None)
@given(lines=st.lists(words, max_size=5), what=words)
def test_a_line_is_found_by_any_part_of_it(times: int, lines: list[str], what: str) -> None:
    lines = lines * times
    some = lane(lines)
    sighting = some.sight(what)
    found = [place for place, line in enumerate(lines) if what in line]
    assert bool(sighting.starts) == bool(found)
    assert sorted(set(some.starting(what))) == [place for place, line in enumerate(lines) if line.startswith(what)]
    if found:
        assert list(dict.fromkeys(some.within(sighting, begins_word=False))) == found
        expected = [place for place in found if begins_a_word(lines[place], what)]
        assert list(dict.fromkeys(some.within(sighting, begins_word=True))) == expected
    assert sighting.is_all or len(found) * 4 > MANY / 2


def test_the_lines_of_a_tag_give_the_tag() -> None:
    some = Lane(Wordings(["pink", "rosy pink", "blue"], array("I", [3, 3, 5])))
    assert list(some.within(some.sight("pink"), begins_word=False)) == [3, 3]
    assert list(some.starting("b")) == [5]


def test_nothing_is_found_in_no_lines() -> None:
    assert lane([]).sight("a").starts == ()
    assert list(lane([]).starting("a")) == []
