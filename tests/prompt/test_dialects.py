"""Other tools' readings beyond the cases: laws, nasty strings, and what is told of mistakes."""

import contextlib
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagloom.prompt.dialects import comfyui, compel, dynamic_prompts, novelai
from tagloom.prompt.dialects.a1111 import (
    Timing,
    extra_networks,
    extract_style,
    schedule,
    split_at_and,
    strip_comments,
    text_at_call,
)
from tagloom.prompt.dialects.attention import A1111, LPW, LPW_XL, SDCPP, Rules, read_attention
from tagloom.prompt.dialects.compel_tree import CompelError

marked = st.text(st.sampled_from("(a[b]{c})|: ,5.\\\n/_<>AND BREAK-%#$"), max_size=60)
anything = st.text(st.characters(exclude_categories=()), max_size=40) | marked
RULES = {"a1111": A1111, "lpw": LPW, "lpw_xl": LPW_XL, "sdcpp": SDCPP}


@settings(derandomize=True, max_examples=500, deadline=None)
@given(anything, st.integers(1, 12))
def test_every_reading_of_any_text_is_total(text: str, steps: int) -> None:
    entries = schedule(text, Timing(steps=steps))
    assert entries[-1][0] == steps
    assert [end for end, _ in entries] == sorted({end for end, _ in entries})
    assert all(isinstance(text_at_call(entries, call), str) for call in range(2 * steps))
    assert split_at_and(text)
    assert isinstance(extra_networks(text)[0], str)
    assert isinstance(strip_comments(text), str)
    for rules in RULES.values():
        assert read_attention(text, rules).runs
    comfyui.read_weights(text)
    assert novelai.read_weights(text)
    with contextlib.suppress(CompelError):
        compel.parse(text)
    assert len(list(itertools.islice(dynamic_prompts.prompts(text, {"a": ["x"]}), 5))) <= 5


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize(
    "text", ["(" * 5000, "[" * 5000 + "a" + "]" * 5000, "(a" * 3000, "a " * 100_000, ":" * 20_000, "\\" * 20_001]
)
def test_nasty_strings_are_answered(name: str, text: str) -> None:
    assert read_attention(text, RULES[name]).runs


def test_text_without_marks_is_one_run_everywhere() -> None:
    for rules in RULES.values():
        assert read_attention("a plain text", rules).runs == (("a plain text", 1.0),)
    assert comfyui.read_weights("a plain text") == [("a plain text", 1.0)]
    assert novelai.read_weights("a plain text") == [("a plain text", 1.0)]


def test_a_number_that_is_none_is_told() -> None:
    read = read_attention("a (b:1.2.3)", A1111)
    assert [(found.code, found.span.of("a (b:1.2.3)")) for found in read.diagnostics] == [("P017", ":1.2.3)")]


def test_nesting_is_capped_and_told_once() -> None:
    read = read_attention("(" * 100 + "a", A1111)
    assert [found.code for found in read.diagnostics] == ["P003"]
    assert read.runs[-1][1] == pytest.approx(1.1**64)
    assert comfyui.read_weights("(" * 100 + "a" + ")" * 100)[0][0].count("(") == 36


def test_deeply_nested_schedules_do_not_exhaust_the_stack() -> None:
    text = "[" * 3000 + "a:b:5" + "]" * 3000
    assert schedule(text, Timing(steps=10))[-1][0] == 10


def test_novelai_brackets_that_do_not_balance_are_text() -> None:
    assert novelai.read_weights("a} {b [c") == [("a} {b [c", 1.0)]
    assert novelai.read_weights("{1.5::a::}") == [("a", 1.5 * 1.05)]
    assert novelai.read_weights("a1.5::b") == [("a1.5::b", 1.0)]


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("${x=a}${x} ${x} ${y:b}", ["a a b"]),
        ("{2-9$$a|b}", ["a,b", "b,a"]),
        ("{a", ["{a"]),
        ("{0.3::__w__|b}", ["x", "y", "b"]),
        ("__w__", ["x", "y"]),
    ],
)
def test_templates_give_all_their_prompts(template: str, expected: list[str]) -> None:
    assert list(itertools.islice(dynamic_prompts.prompts(template, {"w": ["y", "x"]}), 12)) == expected


def test_a_wildcard_that_leads_back_to_itself_ends() -> None:
    assert len(list(itertools.islice(dynamic_prompts.prompts("__a__", {"a": ["x __a__"]}), 3))) == 1


@pytest.mark.parametrize(
    "text", ["(" * 5000, "((a)+ " * 500, '"(' * 2000, "a.swap(" * 2000, '("a", ' * 2000, "a++ " * 20_000]
)
def test_nasty_strings_are_answered_by_compel_s_grammar_too(text: str) -> None:
    assert compel.parse(text).parts


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('("a","b").and(1)', "2 prompts, but 1 weights"),
        ('("a","b").blend(x,y)', "weights must be numbers"),
        ('("a cat.swap(dog)","b").blend()', r"no \.swap\(\)"),
        ("a.swap(b, shape_freedom=much)", "shape_freedom is 'much'"),
        ("a \x0b b", "nothing fits at 2"),
    ],
)
def test_what_compel_refuses_is_told(text: str, reason: str) -> None:
    with pytest.raises(CompelError, match=reason):
        compel.parse(text)


def test_rules_are_values() -> None:
    assert Rules() == A1111
    assert len({A1111, LPW, LPW_XL, SDCPP}) == 4


def test_styles_are_found_again_only_where_they_are() -> None:
    assert extract_style("{prompt}, oil", "a cat, oil") == (True, "a cat")
    assert extract_style("{prompt}, oil", "a cat") == (False, "a cat")
    assert extract_style("oil", "a cat, oil") == (True, "a cat")
    assert extract_style("oil", "a cat") == (False, "a cat")


def test_weights_beyond_single_precision_are_infinite() -> None:
    huge = "(" + "a:" + "9" * 40 + ")"
    assert read_attention(huge, SDCPP).runs == (("a", float("inf")),)
    assert read_attention(huge.replace(":", ":-"), SDCPP).runs == (("a", float("-inf")),)


def test_compel_takes_an_option_without_a_value_as_a_name() -> None:
    (part,) = compel.parse('"a".swap(b, s_end=)').parts
    assert part


def test_a_crowded_edit_is_text() -> None:
    assert schedule("[a:b:2]]]", Timing(steps=4))[-1] == (4, "[a:b:2]]]")
