"""dynamicprompts' templates: what they stand for, in what order, and what the library refuses."""

import itertools

import pytest

from tagloom.prompt.dialects.dynamic_prompts import prompts
from tagloom.prompt.dialects.dynamic_template import TemplateError

WILDCARDS = {"w": ["y", "x"], "folder/pet": ["cat"], "folder/wild": ["lion"], "self": ["a __self__"], "say": ["${x} ${z:n}"]}


def first(template: str, count: int = 4) -> list[str]:
    return list(itertools.islice(prompts(template, WILDCARDS), count))


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("", []),
        ("# nothing", [""]),
        ("a", ["a"]),
        ("{a|b} {c|d}", ["a c", "a d", "b c", "b d"]),
        ("{ a | b }", ["a ", "b "]),
        ("{a|a}", ["a"]),
        ("{|}", [""]),
        ("{2-9$$a|b}", ["a,b", "b,a"]),
        ("{9$$a|b}", ["a,b", "b,a"]),
        ("{2-1$$a|b}", ["a", "b", "a,b", "b,a"]),
        ("{-1$$a|b}", ["a", "b"]),
        ("{0$$a|b}", [""]),
        ("{1-$$a|b}", ["a", "b", "a,b", "b,a"]),
        ("{2$$ | $$a|b}", ["a | b", "b | a"]),
        ("{2$$$$a|b}", None),
        ("{2$$-$$|b}", ["b", "b"]),
        ("{2$a|b}", None),
        ("{2 $$a|b}", None),
        ("{-$$a|b}", None),
        ("{0.3::__w__|b}", ["x", "y", "b"]),
        ("{1.::a|.5::b|-1.5::c|2:d}", ["a", "b", "c", "2:d"]),
        ("{{1::a|b}|{a|b}}", ["a", "b"]),
        ("{2$${1::a|b}|{a|b}}", []),
        ("{2$${2::a|b}|{a|b}}", ["a,b", "b,a"]),
        ("{!a|b}c", ["ac", "bc"]),
        ("a /* b */{c|d} // e", ["a /* b */c", "a /* b */d"]),
        ("{a|//no\n b}", ["a", "b"]),
        ("a #no\nb", ["a  \nb"]),
        ("\ta-{b|c}", ["        a-b", "        a-c"]),
        ("a}|b", ["a}|b"]),
        ("100%", None),
        ("$5", None),
        ("a__b", None),
        ("{a", None),
        ("{a|b", None),
        ("%{a", None),
        ("%{a$$b", None),
        ("__w", None),
        ("____", None),
        ("{" * 99 + "}" * 99, None),
    ],
)
def test_a_template_gives_its_prompts_or_is_refused(template: str, expected: list[str] | None) -> None:
    if expected is None:
        with pytest.raises(TemplateError):
            first(template)
    else:
        assert first(template) == expected


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("__w__", ["x", "y"]),
        ("__folder/*__", ["cat", "lion"]),
        ("__pet__", ["cat"]),
        ("__**/pet__", ["cat"]),
        ("__**/no__", ["__**/no__"] * 4),
        ("__folder\\\\pet/__", ["cat"]),
        ("__..__", ["__..__"] * 4),
        ("__no__", ["__no__"] * 4),
        ("__no a)b__", ["__no a)b__"] * 4),
        ("__{w|pet}__", ["x", "y"]),
        ("__fol${n:der}/pet__", ["cat"]),
        ("${d=folder}__${d}/pet__", ["cat"]),
        ("__${w}__", ["x", "y"]),
        ("__${w:{a|b}}__", None),
        ("__(a=b)__", None),
        ("{__w__}", ["x", "y"]),
        ("{2$$-$$__w__}", ["x-y", "y-x"]),
        ("{__no__}", []),
        ("a{__no__}", None),
        ("__say(x=1, z={2|3})__", ["1 2", "1 3"]),
        ("__say (x=1)__", ["__say __"] * 4),
        ("__say(x__", None),
        ("__self__", None),
    ],
)
def test_wildcards(template: str, expected: list[str] | None) -> None:
    test_a_template_gives_its_prompts_or_is_refused(template, expected)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("${x=a}${x} ${ x } ${y:b}", ["a a b"]),
        ("${x={a|b}}${x}${x}", ["aa", "ab", "ba", "bb"]),
        ("${x=!{a|b}}${x}${x}", ["aa"]),
        ("${x?=a}${x}", ["a"]),
        ("${x=a}{b ${x}|c}", ["b a", "c"]),
        ("${x=${y:c}}${x}", ["c"]),
        ("${x=${x}}${x}", None),
        ("${x}", None),
        ("${x:}", None),
        ("${x=a}", None),
        ("${x=a", None),
        ("${x:a", None),
        ("${x?a}", None),
        ("${1}", None),
        ("${x=!}${x}", [""]),
        ("${x=!{__no__}}${x}", None),
    ],
)
def test_variables(template: str, expected: list[str] | None) -> None:
    test_a_template_gives_its_prompts_or_is_refused(template, expected)


def test_long_templates_do_not_exhaust_the_stack() -> None:
    assert first("{a|b}, " * 3000, 2) == ["a, " * 3000, "a, " * 2999 + "b, "]


def test_a_variable_that_is_set_around_a_wildcard_is_kept_in_it() -> None:
    wildcards = {"a": ["${x?=2}${x}${y?=3}${y}"]}
    assert list(prompts("${x=1}__a__", wildcards)) == ["13"]


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("%{a ... b$${c|d}}", ["a c b", "a d b"]),
        ("%{{a|e}\u2026$$ c}", ["ac", "ec"]),
        ("%{a$$b}", ["ab"]),
        ("%{$$b}", []),
        ("{@%{a...$$b}|c}", None),
    ],
)
def test_text_around_text(template: str, expected: list[str] | None) -> None:
    test_a_template_gives_its_prompts_or_is_refused(template, expected)


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{@a|b|c}", ["a", "b", "c", "a"]),
        ("{~a}", ["a"] * 4),
        ("{@2$$a|b|c}", ["a,b", "a,c", "b,a", "b,c"]),
        ("{@{a|b} c|d}", ["a c", "d", "b c", "d"]),
        ("{a|b|c} {@1|2}", ["a 1", "b 2", "c 1"]),
        ("{@1|2}{@1|2}", ["21"]),
        ("{2$${@1|2}|a}", ["1,a", "a,1"]),
        ("__@w__", ["x", "y", "x", "y"]),
        ("__@no__", ["__no__"] * 4),
        ("{@__w__}", ["x", "y", "x", "y"]),
        ("{@__no__}", []),
        ("{@{!a|b}|c}", ["a", "c", "b", "c"]),
        ("{@$x|b}", None),
        ("{a|{@b|${x}}}", ["a", "b"]),
        ("{a|{@b|${x}} }", None),
    ],
)
def test_options_in_turn(template: str, expected: list[str] | None) -> None:
    test_a_template_gives_its_prompts_or_is_refused(template, expected)


def test_a_wildcard_that_is_not_there_does_not_keep_variants_from_ending() -> None:
    assert list(prompts("{[a:b]|__cat__}", {})) == ["[a:b]", "__cat__"]


@pytest.mark.parametrize(
    "template",
    ["__!none__ __!empty__", "__!none__ a {!b|c} __!empty__", "{2$$__none__|__empty__}", "%{__none__ ...$$__empty__}"],
)
def test_what_stands_for_nothing_ends_what_has_no_end(template: str) -> None:
    assert list(prompts(template, {"empty": [""]})) == []


def test_what_is_wrapped_takes_every_wrapper() -> None:
    assert list(prompts("%{{a|b} ... c$$__w__}", {"w": ["1", "2"]})) == ["a 1 c", "a 2 c", "b 1 c", "b 2 c"]
