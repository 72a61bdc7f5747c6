"""What editors do to prompts: one thing changes, the rest stays, and chips are the text."""

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagloom.prompt import Edit, Span, parse
from tagloom.prompt.edits import (
    apply,
    change_weight,
    disable,
    enable,
    from_chips,
    move,
    sort,
    to_chips,
    unwrap,
    wrap,
)
from tagloom.prompt.meaning import meaning
from tests.prompt.test_dialect_trees import anything, marked


def at(text: str, words: str) -> Span:
    start = text.index(words)
    return Span(start, start + len(words))


def changed(text: str, edits: Sequence[Edit]) -> str:
    return apply(text, edits)


@pytest.mark.parametrize(
    ("text", "words", "by", "expected"),
    [
        ("a, cat, b", "cat", 0.05, "a, (cat:1.05), b"),
        ("a, cat, b", "cat", -0.05, "a, (cat:0.95), b"),
        ("(cat:1.2)", "cat", 0.05, "(cat:1.25)"),
        ("( cat : 1.2 )", "cat", 0.05, "( cat :1.25)"),
        ("(cat)", "cat", 0.05, "(cat:1.15)"),
        ("(cat)", "(cat)", 0.05, "(cat:1.15)"),
        ("{cat}", "cat", -0.05, "cat"),
        ("(cat:1.05)", "cat", -0.05, "cat"),
        ("[cat]", "cat", 0.05, "(cat:0.96)"),
        ("(red cat:1.2)", "cat", 0.1, "(red (cat:1.1):1.2)"),
        ("((cat):1.2)", "cat", 0.05, "((cat:1.15):1.2)"),
        ("[cat:dog:5]", "dog", 0.05, "[cat:(dog:1.05):5]"),
        ("(cat:0.05)", "cat", -0.1, "(cat:-0.05)"),
    ],
)
def test_weights_are_changed_in_place(text: str, words: str, by: float, expected: str) -> None:
    assert changed(text, change_weight(text, at(text, words), by)) == expected


def test_raising_twenty_times_and_lowering_again_ends_where_it_began() -> None:
    text = "a, pink hair, b"
    for by in (0.05, -0.05):
        for _ in range(20):
            text = changed(text, change_weight(text, at(text, "pink hair"), by))
    assert text == "a, pink hair, b"


def test_wrapping_and_unwrapping() -> None:
    assert changed("a, b", wrap("a, b", Span(3, 4), "{")) == "a, {b}"
    assert changed("a, ((b))", unwrap("a, ((b))", at("a, ((b))", "b"))) == "a, (b)"
    assert unwrap("a, b", Span(3, 4)) == ()
    assert changed("()", unwrap("()", Span(0, 2))) == ""
    with pytest.raises(ValueError, match="no opening bracket"):
        wrap("a", Span(0, 1), "<")


@pytest.mark.parametrize(
    ("tag", "before", "expected"),
    [
        (2, 0, "c, a , (b:1.2)"),
        (0, 3, "(b:1.2), c , a"),
        (0, 2, "(b:1.2), a , c"),
        (1, 1, "a, (b:1.2) , c"),
        (1, 2, "a, (b:1.2) , c"),
    ],
)
def test_tags_move_and_commas_stay(tag: int, before: int, expected: str) -> None:
    text = "a, (b:1.2) , c"
    assert changed(text, move(text, tag, before)) == expected


def test_a_tag_that_is_not_there_cannot_move() -> None:
    with pytest.raises(IndexError, match="there are 2 tags"):
        move("a, b", 2, 0)


def test_sorting_respects_borders_and_keeps_the_unknown_behind_its_neighbour() -> None:
    groups = {"1girl": 0, "skirt": 1, "beach": 2}
    text = "beach, unknown, (skirt:1.2), 1girl BREAK beach, 1girl AND skirt, 1girl"
    assert changed(text, sort(text, groups.get)) == "1girl, (skirt:1.2), beach, unknown BREAK 1girl, beach AND 1girl, skirt"
    assert sort("1girl, skirt", groups.get) == ()


def test_a_disabled_tag_is_a_comment_and_comes_back() -> None:
    text = "a, (b:1.2), c"
    off = changed(text, disable(text, 1))
    assert off == "a, \n// (b:1.2),\n c"
    assert meaning(parse(off)) == meaning(parse("a, c"))
    assert [(chip.tag, chip.is_enabled) for chip in to_chips(off)] == [("a", True), ("(b:1.2)", False), ("c", True)]
    assert changed(off, enable(off, 1)) == text
    assert disable(off, 1) == enable(text, 1) == ()
    assert disable("a BREAK b", 1) == ()


@pytest.mark.parametrize("text", ["a", "a, b", "a, b, c", "a,b,c", "x\ny, z"])
def test_every_tag_can_be_switched_off_and_on(text: str) -> None:
    for place, _ in enumerate(to_chips(text)):
        off = changed(text, disable(text, place))
        (comment,) = [index for index, chip in enumerate(to_chips(off)) if not chip.is_enabled]
        assert meaning(parse(changed(off, enable(off, comment)))) == meaning(parse(text))


def test_a_tag_of_two_lines_becomes_one_comment() -> None:
    text = "(a\nb:1.2), c"
    assert changed(text, disable(text, 0)) == "\n// (a b:1.2),\n c"


def test_a_comment_of_ones_own_comes_back_on_its_line() -> None:
    text = "a\n// b\nc"
    assert changed(text, enable(text, 1)) == "a\nb\nc"


def test_chips_tell_what_they_hold() -> None:
    first, second, border, last = to_chips("1girl,  (pink_hair:1.3) BREAK [x|y]")
    assert (first.raw, first.separator, first.tag, first.weight) == ("1girl", ",", "1girl", 1.0)
    assert (second.before, second.tag, second.weight) == ("  ", "pink hair", 1.3)
    assert (border.raw, border.is_border) == ("BREAK", True)
    assert last.tag == "xy"
    assert to_chips("(a\n// b\nc:1.2)")[0].tag == "a\n\nc"


@settings(derandomize=True, max_examples=800, deadline=None)
@given(anything | marked)
def test_chips_are_the_text(text: str) -> None:
    chips = to_chips(text)
    assert from_chips(chips) == text
    assert all(chip.span.of(text) == chip.raw for chip in chips)


@settings(derandomize=True, max_examples=400, deadline=None)
@given(anything | marked, st.integers(0, 40), st.integers(0, 40))
def test_edits_of_any_text_can_be_made(text: str, a: int, b: int) -> None:
    span = Span(*sorted((min(a, len(text)), min(b, len(text)))))
    for edits in (change_weight(text, span), wrap(text, span), unwrap(text, span), sort(text, len)):
        assert isinstance(apply(text, edits), str)
    for place, _ in enumerate(to_chips(text)):
        assert isinstance(apply(text, disable(text, place)), str)
        assert isinstance(apply(text, enable(text, place)), str)


def test_edits_may_not_overlap() -> None:
    edits = [Edit(span=Span(0, 2), replacement=""), Edit(span=Span(1, 3), replacement="")]
    with pytest.raises(ValueError, match="overlap at 1"):
        apply("abc", edits)
