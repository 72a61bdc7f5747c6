"""Lists of tags, to their files and back."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagloom.tags.tag_list import EMPTY_LIST, KINDS, TagKind, TagList, read_tag_list

cells = st.text(st.characters(exclude_characters="\t\n", exclude_categories=["Cs"]), max_size=5)
kinds: st.SearchStrategy[TagKind | None] = st.sampled_from([None, *KINDS.values()])
rows = st.tuples(cells, kinds, st.integers(0, 10**12), cells, cells)


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.lists(rows))
def test_a_file_holds_the_list_that_was_written(some: list[tuple[str, TagKind | None, int, str, str]]) -> None:
    written = TagList(
        tuple(row[0] for row in some),
        tuple(row[1] for row in some),
        tuple(row[2] for row in some),
        tuple(row[3] for row in some),
        tuple(row[4] for row in some),
    )
    assert read_tag_list(written.to_text()) == written


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: no tag list of tagloom's"),
        ("a\tb\n", "line 1: no tag list of tagloom's"),
        (EMPTY_LIST.to_text()[:-1], "the end is missing"),
        (EMPTY_LIST.to_text() + "a\t0\t1\n", "line 2: not 5 columns as they must be"),
        (EMPTY_LIST.to_text() + "a\t2\t\t\t\n", "line 2: not 5 columns as they must be"),
        (EMPTY_LIST.to_text() + "a\t0\tmany\t\t\n", "line 2: not 5 columns as they must be"),
    ],
)
def test_another_file_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        read_tag_list(text)


def test_names_are_given_to_tags_and_bring_tags_of_their_own() -> None:
    some = TagList(("a", "b"), ("meta", None), (1, 2), ("x", ""), ("", "乙"))
    assert some.named({"a": "甲", "c": "丙"}) == TagList(
        ("a", "b", "c"), ("meta", None, None), (1, 2, 0), ("x", "", ""), ("甲", "乙", "丙")
    )
