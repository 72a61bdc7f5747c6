"""Sorting moves tags, and nothing else: no tag is lost, none crosses a border, and what is written still says the same."""

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagloom.prompt import compile, parse
from tagloom.prompt.chips import Chip, to_chips
from tagloom.prompt.conjunction import conjuncts
from tagloom.prompt.edits import apply
from tagloom.prompt.lint import tags_of
from tagloom.prompt.sorting import sort
from tests.prompt.test_dialect_trees import anything, marked

GROUPS = {"1girl": 0, "smile": 0, "skirt": 1, "beach": 2, "sky": 2, "8k": 5}

pieces = st.sampled_from(
    ["1girl", "smile", "(skirt:1.2)", "[sky:beach:5]", "{8k}", "beach", "x_y", "(smile, sky)", "a:)", "(", "5:30", "//y", "",
     "<lora:z:0.5>", "[skirt|8k]", "\\(sky\\)", "(beach\nsky:1.3)", "ANDy", "a | b", "(1girl BREAK smile:1.1)"]
)  # fmt: skip
joints = st.sampled_from(
    [", ", ",", "\n", ",\n", " BREAK ", " AND ", " :0.6 AND ", "，", " ,  ", "BREAK", "\n// sky,\n", "\n// mine\n"]
)
prompts = st.builds(
    lambda first, rest: first + "".join(joint + piece for joint, piece in rest),
    pieces,
    st.lists(st.tuples(joints, pieces), max_size=9),
)


def group_of(tag: str) -> int | None:
    return GROUPS.get(tag)


def sorted_text(text: str) -> str:
    return apply(text, sort(text, group_of))


def sections(text: str) -> list[Counter[tuple[str, float, bool]]]:
    """Between the borders that stand outside brackets: what is said there, and how strongly."""
    found: list[list[Chip]] = [[]]
    for chip in to_chips(text):
        if chip.is_border:
            found.append([])
        found[-1].append(chip)
    return [said([chip for chip in section if chip.is_enabled and not chip.is_border]) for section in found]


def said(chips: Sequence[Chip]) -> Counter[tuple[str, float, bool]]:
    """The tags of chips; the `:n` before an AND is of all of them."""
    tags = [tag for chip in chips for tag in tags_of(parse(f"{chip.raw} AND "))]
    return Counter((tag.text, tag.weight, tag.is_timed) for tag in tags if tag.text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("beach, 1girl", "1girl, beach"),
        ("beach, x, (skirt:1.2), 1girl", "1girl, (skirt:1.2), beach, x"),
        ("x, beach, 1girl", "x, 1girl, beach"),
        ("beach, 1girl BREAK sky, smile", "1girl, beach BREAK smile, sky"),
        ("(beach)BREAK sky, smile", "(beach)BREAK smile, sky"),
        ("beach, (1girl)BREAK(sky), smile", "(1girl), beach BREAK smile, (sky)"),
        ("beach, 1girl :0.6 AND sky, smile :0.4", "1girl, beach :0.6 AND smile, sky :0.4"),
        ("(beach, 1girl:1.2), skirt, 8k, smile", "smile, skirt, (beach, 1girl:1.2), 8k"),
        ("[beach:sky:5], [skirt|8k], 1girl", "1girl, [skirt|8k], [beach:sky:5]"),
        ("(beach:1.1) at dawn, 1girl", "(beach:1.1) at dawn, 1girl"),
        ("beach,\nskirt, 8k,\n1girl", "1girl,\nskirt, beach,\n8k"),
        ("beach\n\n  1girl", "1girl\n\n  beach"),
        ("beach, \n// smile,\n 1girl", "1girl, \n// smile,\n beach"),
        ("beach, \n// unknown,\n 1girl", "1girl, \n// unknown,\n beach"),
        ("beach\n// whoever it is\n1girl", "beach\n// whoever it is\n1girl"),
        ("beach, , 1girl", "1girl, , beach"),
        ("beach, 8k, 5:30, 1girl", "1girl, beach, 5:30, 8k"),
        ("8k, //beach, 1girl", "1girl, //beach, 8k"),
        ("8k ), (sky, beach, 1girl", "8k ), (sky, 1girl, beach"),
        ("beach, <lora:z:0.5>, 1girl", "1girl, beach, <lora:z:0.5>"),
        ("1girl, skirt, beach", "1girl, skirt, beach"),
        ("", ""),
    ],
)  # fmt: skip
def test_tags_come_into_order_and_the_rest_stays(text: str, expected: str) -> None:
    assert sorted_text(text) == expected


@settings(derandomize=True, max_examples=1500, deadline=None)
@given(prompts | anything | marked)
def test_no_tag_is_lost_or_crosses_a_border(text: str) -> None:
    assert sections(sorted_text(text)) == sections(text)


@settings(derandomize=True, max_examples=1000, deadline=None)
@given(prompts | marked)
def test_sorting_twice_is_sorting_once(text: str) -> None:
    once = sorted_text(text)
    assert sorted_text(once) == once


@settings(derandomize=True, max_examples=1000, deadline=None)
@given(prompts | marked)
def test_what_is_found_wrong_stays_the_same(text: str) -> None:
    before, after = parse(text), parse(sorted_text(text))
    assert Counter(one.code for one in after.diagnostics) == Counter(one.code for one in before.diagnostics)
    assert Counter(one.code for one in compile(after, steps=20).diagnostics) == Counter(
        one.code for one in compile(before, steps=20).diagnostics
    )
    assert [one.strength for one in conjuncts(after)] == [one.strength for one in conjuncts(before)]
    assert Counter((tag.text, tag.weight) for tag in tags_of(after) if tag.text) == Counter(
        (tag.text, tag.weight) for tag in tags_of(before) if tag.text
    )


@settings(derandomize=True, max_examples=1000, deadline=None)
@given(prompts)
def test_separators_and_comments_keep_their_places(text: str) -> None:
    before, after = to_chips(text), to_chips(sorted_text(text))
    assert [(chip.separator, chip.is_enabled, chip.is_border) for chip in after] == [
        (chip.separator, chip.is_enabled, chip.is_border) for chip in before
    ]
    assert [chip.raw for chip in after if not chip.is_enabled] == [chip.raw for chip in before if not chip.is_enabled]
