"""Choices and wildcards: from the seed alone, to the end, and never without an end."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagloom.prompt import Span, expand

WILDCARDS = {
    "color": ["red", "blue"],
    "animals/pet": ["cat", "dog"],
    "animals/wild": ["lion"],
    "nested": ["{light|dark} __color__"],
    "loop": ["x __loop__"],
}


def outcomes(text: str, seeds: int = 200) -> Counter[str]:
    return Counter(expand(text, seed=seed, wildcards=WILDCARDS).text for seed in range(seeds))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{a|b}", {"a", "b"}),
        ("{a|b|c} x", {"a x", "b x", "c x"}),
        ("{|a}", {"", "a"}),
        ("{2$$a|b}", {"a, b", "b, a"}),
        ("{2$$ and $$a|b}", {"a and b", "b and a"}),
        ("{0-1$$a|b}", {"", "a", "b"}),
        ("{1-2$$-$$a|b}", {"a", "b", "a-b", "b-a"}),
        ("{9$$a|b}", {"a, b", "b, a"}),
        ("{0::a|1::b}", {"b"}),
        ("{{a|b}|c}", {"a", "b", "c"}),
        ("{(a|b:1.2)|c}", {"(a|b:1.2)", "c"}),
        ("{[a|b]|c}", {"[a|b]", "c"}),
        ("({a|b}:1.2)", {"(a:1.2)", "(b:1.2)"}),
        ("[a:b:{5|10}]", {"[a:b:5]", "[a:b:10]"}),
        ("<lora:{a|b}:1>", {"<lora:a:1>", "<lora:b:1>"}),
        ("__color__", {"red", "blue"}),
        ("__animals/pet__ __color__", {"cat red", "cat blue", "dog red", "dog blue"}),
        ("__animals/*__", {"cat", "dog", "lion"}),
        ("__nested__", {"light red", "light blue", "dark red", "dark blue"}),
        ("{__color__|green}", {"red", "blue", "green"}),
        ("{x}", {"{x}"}),
        ("[a|b] (c|d) e", {"[a|b] (c|d) e"}),
        (r"\{a|b\}", {r"\{a|b\}"}),
        ("snake__case", {"snake__case"}),
    ],
)
def test_every_outcome_and_no_other_comes_up(text: str, expected: set[str]) -> None:
    assert set(outcomes(text)) == expected


def test_odds_are_kept() -> None:
    counts = outcomes("{0.8::a|0.2::b}", seeds=2000)
    assert counts["a"] / 2000 == pytest.approx(0.8, abs=0.03)


def test_the_same_seed_makes_the_same_choices_on_every_machine() -> None:
    text = "{a|b|c|d|e|f|g|h} {1|2|3|4|5|6|7|8} __color__"
    recorded = ["g 3 blue", "c 2 blue", "e 1 red"]
    assert [expand(text, seed=seed, wildcards=WILDCARDS).text for seed in (0, 1, 2**63)] == recorded


def test_a_wildcard_that_is_not_there_stays_with_a_diagnostic() -> None:
    expansion = expand("a __no_such__", seed=1, wildcards=WILDCARDS)
    assert expansion.text == "a __no_such__"
    assert [(found.code, found.span) for found in expansion.diagnostics] == [("P014", Span(2, 13))]


def test_a_wildcard_that_leads_back_to_itself_ends_with_a_diagnostic() -> None:
    expansion = expand("__loop__", seed=1, wildcards=WILDCARDS)
    assert expansion.text.endswith("x __loop__")
    assert [found.code for found in expansion.diagnostics] == ["P016"]


def test_choices_that_grow_without_bound_are_stopped() -> None:
    bomb = {"a": ["__b__" * 30], "b": ["__c__" * 30], "c": ["__d__" * 30], "d": ["x" * 3000]}
    expansion = expand("__a__ " * 3, seed=1, wildcards=bomb)
    assert len(expansion.text) < 2_000_000
    assert expansion.diagnostics[0].code == "P016"


@settings(derandomize=True, max_examples=600, deadline=None)
@given(st.text(st.sampled_from("{}|$2-_ab (:)[]\\<>,0."), max_size=50), st.integers(0, 2**64 - 1))
def test_expanding_is_total_and_repeatable(text: str, seed: int) -> None:
    assert expand(text, seed=seed, wildcards=WILDCARDS) == expand(text, seed=seed, wildcards=WILDCARDS)


def test_a_choice_that_is_nested_too_deep_stays() -> None:
    text = "{0::a|1::" * 20 + "b" + "}" * 20
    found = [expand(text, seed=seed, wildcards={}) for seed in range(40)]
    assert any(one.diagnostics and one.diagnostics[0].code == "P016" for one in found) or all(
        "{" not in one.text for one in found
    )


def test_odds_of_nothing_are_even() -> None:
    assert {expand("{0::a|0::b}", seed=seed, wildcards={}).text for seed in range(20)} == {"a", "b"}
