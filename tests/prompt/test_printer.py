"""Prompts on their way from dialect to dialect: what both can say arrives, what one cannot is told."""

from itertools import permutations
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagloom.prompt import Dialect, convert, format, parse
from tagloom.prompt.meaning import meaning
from tests.prompt.test_dialect_trees import DIALECTS, ROUND_AND_SQUARE, WELL_FORMED, anything, marked

SOURCES: Final[dict[Dialect, st.SearchStrategy[str]]] = {"tagloom": ROUND_AND_SQUARE, **WELL_FORMED}


def converted(text: str, to: Dialect, source: Dialect = "tagloom") -> tuple[str, list[str]]:
    """The text there, and what the losses say."""
    printed = convert(parse(text, source), to)
    return printed.text, [loss.message for loss in printed.losses]


@pytest.mark.parametrize(("source", "to"), [*permutations(DIALECTS, 2)])
def test_what_both_can_say_keeps_every_word_and_weight_there_and_back(source: Dialect, to: Dialect) -> None:
    @settings(derandomize=True, max_examples=40, deadline=None)
    @given(SOURCES[source])
    def holds(text: str) -> None:
        tree = parse(text, source)
        there = convert(tree, to)
        assert all("since V4" in loss.message or "weight of 0" in loss.message for loss in there.losses)
        if not any("weight of 0" in loss.message for loss in there.losses):
            assert meaning(parse(there.text, to)) == meaning(tree)
            back = convert(parse(there.text, to), source)
            if not any("weight of 0" in loss.message for loss in back.losses):
                assert meaning(parse(back.text, source)) == meaning(tree)

    holds()


@pytest.mark.parametrize(("source", "to"), [*permutations(DIALECTS, 2)])
def test_nothing_is_lost_silently(source: Dialect, to: Dialect) -> None:
    @settings(derandomize=True, max_examples=60, deadline=None)
    @given(anything | marked)
    def holds(text: str) -> None:
        tree = parse(text, source)
        printed = convert(tree, to)
        assert printed.losses or meaning(parse(printed.text, to)) == meaning(tree)
        assert all(0 <= loss.span.start <= loss.span.end <= len(text) for loss in printed.losses)

    holds()


@pytest.mark.parametrize("dialect", DIALECTS)
def test_formatting_is_idempotent_and_keeps_the_meaning(dialect: Dialect) -> None:
    @settings(derandomize=True, max_examples=300, deadline=None)
    @given(anything | marked | SOURCES[dialect])
    def holds(text: str) -> None:
        formatted = format(text, dialect)
        assert format(formatted, dialect) == formatted
        assert meaning(parse(formatted, dialect)) == meaning(parse(text, dialect))

    holds()


@pytest.mark.parametrize(
    ("text", "dialect", "expected"),
    [
        ("1girl ,pink hair,  (green   shirt : 1.20 )", "tagloom", "1girl, pink hair, (green shirt:1.2)"),
        (" a,b\n\nc , d ", "tagloom", "a, b\n\nc, d"),
        ("a,, b , , c!,d", "tagloom", "a,, b, , c!, d"),
        ("[x : y : 0.50]  BREAK   {p | q}", "tagloom", "[x : y : 0.50] BREAK {p | q}"),
        ("（a，b）、 c", "tagloom", "（a，b）、 c"),
        ("1.50::a ,b::  c", "novelai", "1.5::a, b:: c"),
        ("(a ,b)1.50,c", "compel", "(a, b)1.5, c"),
        ("((a  ,b:1.20))", "comfyui", "((a, b:1.2))"),
        ("(a:.5), (b:1e3)", "a1111", "(a:0.5), (b:1e3)"),
        ("", "tagloom", ""),
    ],
)
def test_the_canonical_form(text: str, dialect: Dialect, expected: str) -> None:
    assert format(text, dialect) == expected


@pytest.mark.parametrize(
    ("text", "to", "expected", "losses"),
    [
        ("[[halfling]], {face the lens}", "a1111", "[[halfling]], (face the lens:1.05)", []),
        ("[[halfling]]", "comfyui", "((halfling:0.826446280992):0.909090909091)", []),
        ("(a (b:0.5):1.2)", "comfyui", "(a (b:0.6):1.2)", []),
        ("((a)), (b:1.2)", "compel", "((a)+)+, (b)1.2", []),
        ("{{a}}, [b:c:5]", "novelai", "{{a}}, c", ["novelai has no prompt editing: what stands after the change stays"]),
        ("[a::5]", "sdcpp", "a", ["sdcpp has no prompt editing: what stands before the change stays"]),
        ("[a|b]", "comfyui", "a", ["comfyui has no prompt editing: the first option stays"]),
        ("(b:1.2)", "novelai", "1.2::b::", ["novelai says a weight of 1.2 since V4 only"]),
        ("[x:y:25%]", "a1111", "[x:y:0.25]", []),
        ("[x:y:100%]", "a1111", "[x:y:1.0]", []),
        (
            "[a|[b|c]]",
            "a1111",
            "[a|[b|c]]",
            ["a1111 turns a nested alternation with the step, so that some options never come"],
        ),
        ("a AND b :0.5", "comfyui", "a, b", ["comfyui has no AND: the prompts stand side by side in one"]),
        (
            "a AND b :0.5",
            "compel",
            '("a", "b").and(1, 0.5)',
            ["compel joins prompts by .and(), which does not come back from there"],
        ),
        ("(a:-1)", "compel", "(a)0", ["compel has no negative weights: 0 takes their place"]),
        ("c++", "compel", "c++", ["compel reads a part of this text otherwise, and has no escape for it"]),
        ("a BREAK b", "novelai", "a , b", ["novelai has no BREAK: a comma takes its place"]),
        ("(a BREAK b)", "a1111", "(a , b)", ["a1111 reads BREAK inside brackets as a word: a comma takes its place"]),
        ("<lora:x:0.5:0.7> a", "compel", "withLora(x, 0.5) a", ["compel gives a LoRA one weight: that of the U-Net"]),
        ("<lora:x> a", "compel", "withLora(x) a", []),
        ("<hypernet:x:1>", "compel", "", ["compel knows LoRA only: 'x' is left out"]),
        ("<lora:x:1>", "comfyui", "", ["comfyui has no extra networks in the prompt: 'x' is left out"]),
        ("<embedding:x>", "comfyui", "embedding:x", []),
        ("<embedding:x>", "novelai", "x", ["novelai has no textual inversions: 'x' is text"]),
        ("{a|b}", "sdcpp", "a", ["sdcpp has no choices: the first option is taken"]),
        ("{a|b}", "comfyui", "{a|b}", []),
        ("__w__", "a1111", "__w__", ["a1111 has no wildcards: 'w' is text"]),
        ("// note\na", "a1111", "\na", ["a1111 has no comments: it is left out"]),
        ("a，b", "a1111", "a,b", []),
    ],
)
def test_what_cannot_be_said_is_told(text: str, to: Dialect, expected: str, losses: list[str]) -> None:
    assert converted(text, to) == (expected, losses)


@pytest.mark.parametrize(
    ("text", "source", "to", "expected"),
    [
        ("{x} [y] AND z", "comfyui", "tagloom", r"(x:1) \[y\] and z"),
        ("((a:0.5) b:1.5)", "comfyui", "tagloom", "((a:0.333333333333) b:1.5)"),
        ("1.5::a {b:: c}", "novelai", "tagloom", "(a {b}:1.5){ c}"),
        ('cat++ "a b"-', "compel", "a1111", "(cat:1.21) (a b:0.9)"),
        ("(a (b:2):0)", "comfyui", "tagloom", "(a (b:1):0)"),
        ("a embedding:x", "comfyui", "a1111", "a x"),
        ("a BREAK b", "a1111", "tagloom", "a BREAK b"),
        ("a <lora:x:0.5>, b AND c :0.5", "a1111", "tagloom", "a <lora:x:0.5>, b AND c :0.5"),
        ("a withLora(x)", "compel", "sdcpp", "a <lora:x:1>"),
    ],
)
def test_other_tools_prompts_arrive(text: str, source: Dialect, to: Dialect, expected: str) -> None:
    assert converted(text, to, source)[0] == expected


def test_into_its_own_dialect_a_prompt_comes_as_it_stands() -> None:
    assert converted("a ,(b :1.10)", "tagloom") == ("a ,(b :1.10)", [])


def test_an_unknown_dialect_is_refused() -> None:
    with pytest.raises(ValueError, match="no dialect 'klingon'"):
        convert(parse("a"), "klingon")  # type: ignore[arg-type]  # that is the point
