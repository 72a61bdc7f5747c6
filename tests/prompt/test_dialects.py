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
    lora_weights,
    schedule,
    split_at_and,
    strip_comments,
    text_at_call,
)
from tagloom.prompt.dialects.attention import A1111, LPW, LPW_XL, SDCPP, Rules, read_attention
from tagloom.prompt.dialects.compel_tree import CompelError, Swap, Words
from tagloom.prompt.dialects.dynamic_template import TemplateError

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
    with contextlib.suppress(TemplateError):
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


def test_single_precision_has_an_end() -> None:
    huge = "(" + "a:" + "9" * 40 + ")"
    for text in (huge, huge.replace(":", ":-"), "(a:0." + "0" * 40 + "1)"):
        (found,) = read_attention(text, SDCPP).diagnostics
        assert (found.code, found.message.partition("' ")[2]) == ("P017", "is no number that fits")
        assert read_attention(text, A1111).diagnostics == ()
    assert read_attention(f"((a:{'9' * 30}):{'9' * 30})", SDCPP).runs == (("a", float("inf")),)
    assert read_attention(f"((a:{'9' * 30}):-{'9' * 30})", SDCPP).runs == (("a", float("-inf")),)
    assert read_attention("(a:0)(b:0.0)", SDCPP).runs == (("ab", 0.0),)


def test_digits_of_other_scripts_are_digits_for_python_and_not_for_sdcpp() -> None:
    assert read_attention("(a:\u0663)", LPW).runs == (("a", 3.0),)
    assert read_attention("(a:\u0663)", SDCPP).runs[0][0] == "a:\u0663"


def test_compel_takes_an_option_without_a_value_as_a_name() -> None:
    (part,) = compel.parse('"a".swap(b, s_end=)').parts
    assert part


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("[a:b:2]]", "b]"),
        ("[a:b:2]]]", "[a:b:2]]]"),
        ("[a:b:2]]]]", "b]]]"),
        ("[a:b:2]::::", "[a:b:2]::::"),
        ("([a:b:2])", "(b)"),
        ("([a:b:2]):", "([a:b:2]):"),
        ("([a:b:2])::", "(b)::"),
        ("(([a:b:2])):", "((b)):"),
        ("((([a:b:2]))):", "((([a:b:2]))):"),
        ("(([a:b:2]))::", "(([a:b:2]))::"),
        ("[a:b:2]::c [d:e:2]", "[a:b:2]::c e"),
        ("[[a:b:2]:c:3]::", "[b:c:3]::"),
        ("[a:[b|c]:2]::", "[a:c:2]::"),
        ("[a|b]::", "b::"),
    ],
)
def test_a_row_of_marks_takes_the_closing_brackets_before_it_if_their_number_is_odd(text: str, last: str) -> None:
    assert schedule(text, Timing(steps=4))[-1][1] == last


def test_a_step_beyond_all_numbers_is_refused_where_it_means_something() -> None:
    with pytest.raises(OverflowError):
        schedule("[a:b:1e400]", Timing(steps=4))
    assert schedule("[a:b:1e400", Timing(steps=4)) == [(4, "[a:b:1e400")]
    assert schedule("[a:b:9e99]", Timing(steps=4)) == [(4, "a")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<lora:>", "<lora:>"),
        ("<lora:<x:1>", ""),
        ("<a:b<c", "<a:b<c"),
        ("<lora:x:te=1=2>", ""),
    ],
)
def test_an_extra_network_has_a_name(text: str, expected: str) -> None:
    assert extra_networks(text)[0] == expected


def test_an_argument_with_two_equals_signs_is_positional() -> None:
    ((network,), (nameless,)) = (extra_networks(text)[1] for text in ("<lora:x:te=0.5:a=b=c>", "<lora:te=1>"))
    assert (network.positional, network.named) == (("x", "a=b=c"), {"te": "0.5"})
    with pytest.raises(ValueError, match="name"):
        lora_weights(nameless)


@pytest.mark.parametrize(
    ("text", "expected"), [("# a\nb", "\nb"), ("#", "\n"), ("a\n# b", "a\n"), ("# a\n# b\nc", "\n\nc"), ("a#b#c", "a\n")]
)
def test_a_comment_leaves_a_line_s_end(text: str, expected: str) -> None:
    assert strip_comments(text) == expected


def test_white_space_around_a_style_is_no_part_of_it() -> None:
    assert extract_style(" oil ", "a cat, oil ") == (True, "a cat")
    assert extract_style(" by {prompt} in oil\n", "by a cat in oil") == (True, "a cat")
    assert extract_style("oil", "  a cat") == (False, "  a cat")


@pytest.mark.parametrize("text", ["a.swap(().5)", "a.swap(withLora(x))", "(a.swap(().5))1.5"])
def test_compel_swaps_what_says_nothing_for_nothing(text: str) -> None:
    (prompt,) = compel.parse(text).parts
    assert isinstance(prompt, tuple)
    assert [part.edited for part in prompt if isinstance(part, Swap)] == [(Words(""),)]
