"""Tags come into the order of their groups, the tutorial's or one's own."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagloom.arranging import complete_order, group_places, grouped_tags, sorted_prompt
from tagloom.errors import RequestError
from tagloom.tags.groups import GROUPS, Group
from tagloom.tags.lexicon import Lexicon

prompts = st.lists(st.sampled_from(["1girl", "beach", "zyzzy", "(skirt:1.2)", "BREAK", "[night|beach]"]), max_size=8)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("masterpiece, watercolor, beach, 1girl", "1girl, beach, masterpiece, watercolor"),
        ("海滩，裙子，一个女孩", "一个女孩，裙子，海滩"),
        ("beach, wearing a red skirt, girl_zyzzy, (1girl:1.2)", "(1girl:1.2), wearing a red skirt, girl_zyzzy, beach"),
        ("beach, 1girl BREAK from above, skirt", "1girl, beach BREAK skirt, from above"),
        ("watercolor, [beach|night], (twin tails, skirt:0.9)", "(twin tails, skirt:0.9), [beach|night], watercolor"),
    ],
)
def test_tags_are_sorted_by_what_the_lexicon_and_the_grammar_know(text: str, expected: str, lexicon: Lexicon) -> None:
    assert sorted_prompt(text, lexicon) == expected


def test_ones_own_order_is_kept(lexicon: Lexicon) -> None:
    order = complete_order(["detail", "style", "person"])
    assert order[:3] == ("detail", "style", "person")
    assert sorted_prompt("1girl, beach, watercolor, masterpiece", lexicon, order) == "masterpiece, watercolor, 1girl, beach"


@pytest.mark.parametrize("named", [[], ["lighting"], ["style", "person", "clothing"], [*reversed(GROUPS)]])
def test_an_order_names_every_group_once(named: list[Group]) -> None:
    order = complete_order(named)
    assert order[: len(named)] == tuple(named)
    assert sorted(order) == sorted(GROUPS)


def test_groups_may_be_named_in_chinese() -> None:
    assert complete_order(["服装", " Style ", "場景"])[:3] == ("clothing", "style", "scene")


def test_unknown_and_repeated_groups_are_refused() -> None:
    with pytest.raises(RequestError, match="no group 'clothes'"):
        complete_order(["clothes"])
    with pytest.raises(RequestError, match="'服装' comes twice"):
        complete_order(["clothing", "服装"])


def test_what_nobody_knows_has_no_place(lexicon: Lexicon) -> None:
    place_of = group_places(lexicon)
    assert (place_of("1girl"), place_of("skirt"), place_of("zyzzy")) == (0, 1, None)


def test_every_tag_is_shown_with_its_group(lexicon: Lexicon) -> None:
    found = grouped_tags("1girl, (red skirt, [beach|zyzzy]:1.2),, <lora:x:1>", lexicon)
    assert [(one.tag.text, one.classified.group, one.classified.how) for one in found] == [
        ("1girl", "person", "lexicon"),
        ("red skirt", "clothing", "grammar"),
        ("beach", "scene", "lexicon"),
        ("zyzzy", "other", "other"),
    ]


@settings(derandomize=True, max_examples=300, deadline=None)
@given(tags=prompts, order=st.permutations(GROUPS))
def test_sorting_in_any_order_is_stable(tags: list[str], order: list[Group], lexicon: Lexicon) -> None:
    once = sorted_prompt(", ".join(tags), lexicon, order)
    assert sorted_prompt(once, lexicon, order) == once
    assert sorted(once.split(", ")) == sorted(tags or [""])
