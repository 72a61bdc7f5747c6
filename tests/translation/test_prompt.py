"""Whole prompts: what is said is translated, what is syntax stays."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagloom.prompt import parse
from tagloom.tags.groups import Language
from tagloom.tags.han import has_chinese
from tagloom.translation import Answer, translate_prompt
from tagloom.translation.prompt import escaped
from tests.tags.test_evaluation import is_kept

PARTS = [
    "红色头发",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ":1.2",
    "|",
    "，",
    ", ",
    "、",
    "\n",
    " AND ",
    " BREAK ",
    "\\(",
    "__颜色__",
]
PARTS += ["cat", " ", "<lora:某:1>", "// 注", "（", "）", "：", "女孩", ":0.5", "的", "穿着", "靐"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("1个女孩，粉色头发，上半身", "1girl, pink hair, upper body"),
        ("1个女孩， 粉色头发，\n上半身，", "1girl, pink hair,\nupper body,"),
        ("女孩、长发 ，微笑", "girl, long hair , smile"),
        ("女孩,长发", "girl,long hair"),
        ("(粉色头发:1.2), {蓝色眼睛}, [红色裙子]", "(pink hair:1.2), {blue eyes}, [red skirt]"),
        ("[长发:短发:0.5], [猫|狗|]", "[long hair:short hair:0.5], [cat|dog|]"),
        ("{红色|蓝色}裙子", "{red|blue} skirt"),
        ("一个女孩 AND 一个男孩 :0.6 BREAK 森林", "1girl AND 1boy :0.6 BREAK forest"),
        ("<lora:某某:0.8>, 女孩, __颜色__, <embedding:某>", "<lora:某某:0.8>, girl, __颜色__, <embedding:某>"),
        ("// 注释，女孩\n女孩", "// 注释，女孩\ngirl"),
        ("\\(女孩\\), masterpiece, Best_Quality", "\\(girl\\), masterpiece, Best_Quality"),
        ("粉色(头发:1.2)", "pink (hair:1.2)"),
        ("（粉色头发：1.2），（微笑），【猫：狗：０．５】", "(pink hair:1.2), (smile), [cat:dog:0.5]"),
        ("女孩！", "girl！"),
        ("粉色_头发", "pink_hair"),
        ("(猫 AND 狗)", "(猫 AND 狗)"),
        ("(:0.5的)", "(:0.5的)"),
        ("的// 猫", "的// cat"),
        ("AND的", "AND的"),
        ("_的_a__", "_的_a__"),
        ("女孩: 猫", "girl: cat"),
    ],
)
def test_words_are_translated_and_syntax_stays(source: str, expected: str) -> None:
    assert translate_prompt(source, "en").text == expected


@pytest.mark.parametrize("source", ["", "1girl，（smile：1.2）、  cat", "[a|b], {c}, :( // x", "naïve 日本 カメラ"[:6]])
def test_a_prompt_without_chinese_comes_back_byte_for_byte(source: str) -> None:
    assert translate_prompt(source, "en").text == source


def test_separators_stay_on_the_way_to_chinese() -> None:
    source = "(pink hair:1.2), 1girl,smile\n[cat|dog] AND looking at viewer, foozle"
    translated = translate_prompt(source, "zh-Hans")
    assert translated.text == "(粉色头发:1.2), 一个女孩,微笑\n[猫|狗] AND 看向观众, foozle"
    assert translated.untranslated == ("foozle",)
    assert translate_prompt("(pink hair:1.2)", "zh-Hant").text == "(粉色頭髮:1.2)"


def test_spans_speak_of_the_source() -> None:
    source = "（红色头发：1.2），穿着红色裙子、靐"
    pieces = translate_prompt(source, "en").pieces
    assert [source[piece.start : piece.end] for piece in pieces] == [piece.source for piece in pieces]
    assert [(piece.source, piece.target) for piece in pieces] == [
        ("红色头发", "red hair"),
        ("穿着红色裙子", "red skirt"),
        ("靐", "靐"),
    ]


@given(st.lists(st.sampled_from(PARTS), max_size=14).map("".join))
@settings(max_examples=300, deadline=None)
def test_no_prompt_loses_its_syntax(source: str) -> None:
    assert is_kept(source, translate_prompt(source, "en").text)


@given(st.lists(st.sampled_from(PARTS), max_size=14).map("".join))
@settings(max_examples=200, deadline=None)
def test_a_translation_changes_nothing_more_when_it_is_translated_again(source: str) -> None:
    once = translate_prompt(source, "en").text
    if not has_chinese(once):
        assert translate_prompt(once, "en").text == once


@dataclass
class Echo:
    """A provider that knows some words, and remembers what it was asked."""

    words: dict[str, str]
    problems: tuple[str, ...] = ()
    asked: list[tuple[tuple[str, ...], Language]] = field(default_factory=list)

    def translate(self, texts: Sequence[str], to: Language) -> Answer:
        self.asked.append((tuple(texts), to))
        return Answer(texts=tuple(self.words.get(text) for text in texts), problems=self.problems)


def test_a_provider_is_asked_once_for_what_is_not_known() -> None:
    provider = Echo({"红色的靐": "Red (Thunder) <x>", "龘": ""})
    translated = translate_prompt("女孩, (红色的靐:1.2), 龘 ", "en", provider=provider)
    assert provider.asked == [(("红色的靐", "龘"), "en")]
    assert translated.text == "girl, (Red \\(Thunder\\) x:1.2), 龘 "
    assert [piece.origin for piece in translated.pieces] == ["lexicon", "provider", "untranslated"]
    assert translated.problems == ()


def test_a_provider_is_not_asked_for_what_is_known() -> None:
    provider = Echo({})
    assert translate_prompt("红色头发", "en", provider=provider).text == "red hair"
    assert provider.asked == []


def test_what_a_provider_could_not_do_is_told_and_the_words_stay() -> None:
    translated = translate_prompt("靐", "en", provider=Echo({}, problems=("no connection",)))
    assert (translated.text, translated.problems) == ("靐", ("no connection",))


@pytest.mark.parametrize("said", ["a (b) [c|d]: {e} \\ <lora:x:1>", "red\nhair", "x AND y BREAK z", "// no __comment__"])
def test_words_of_somebody_else_mean_nothing_to_the_language(said: str) -> None:
    plain = escaped(said)
    assert "\n" not in plain
    assert {type(node).__name__ for node in parse(plain).nodes} <= {"Text", "Escape"}


def test_brackets_of_a_users_dictionary_are_escaped() -> None:
    translated = translate_prompt("靐, 女孩", "en", fallback={"靐": "thunder (god)"}.get)
    assert translated.text == "thunder \\(god\\), girl"
