"""The build tool: Traditional names, characters, pinyin; with converters of the test's own."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tagloom.tags.pinyin import read_pinyin
from tools.complete_lexicon import Converters, complete, folding, main, pinyin
from tools.lexicon_conflicts import Chinese
from tools.lexicon_sheets import Sheets, bare, read_sheet

PLAIN = {"头": "頭", "发": "髮", "里": "裏", "视": "視", "频": "頻", "开": "開", "门": "門", "么": "麼", "干": "乾"}
BACK = {traditional: simplified for simplified, traditional in PLAIN.items()} | {
    "裡": "里",
    "發": "发",
    "幹": "干",
    "么": "幺",
}
READINGS = {
    "发": "fa1",
    "头": "tou2",
    "长": "chang2",
    "大": "da4",
    "着": "zhao2",
    "看": "kan4",
    "一": "yi2",
    "的": "de",
    "地": "di4",
}


def converter(table: dict[str, str]) -> Callable[[str], str]:
    """Replaces the longest words of a table."""

    def convert(text: str) -> str:
        for word in sorted(table, key=len, reverse=True):
            if text.startswith(word):
                return table[word] + convert(text[len(word) :])
        return text[:1] + convert(text[1:]) if text else ""

    return convert


def read(word: str) -> Sequence[str]:
    if word == "长大":
        return ["zhang3", "da4"]
    return [READINGS.get(character, "xin") for character in word]


CONVERTERS = Converters(
    s2twp=converter(PLAIN | {"里": "裡", "着": "著", "视频": "影片", "打开": "開啟"}),
    s2tw=converter(PLAIN | {"里": "裡", "着": "著"}),
    s2t=converter(PLAIN),
    s2hk=converter(PLAIN),
    t2s=converter(BACK),
    read=read,
)
CHINESE = Chinese(key=lambda name: bare(converter(BACK)(name)), forms=CONVERTERS.forms)


def completed(text: str) -> tuple[str, list[str]]:
    some = Sheets([read_sheet("scene", text)])
    told = complete(some, CHINESE)
    return next(some.finished()).to_text(), told


@pytest.mark.parametrize(
    ("name", "forms"),
    [
        ("微笑", ("微笑",)),
        ("头发", ("頭髮",)),
        ("里", ("裡", "裏")),
        ("视频", ("影片", "視頻")),
        ("打开的门", ("打開的門",)),
    ],
)
def test_taiwans_form_is_first_unless_it_is_a_word_of_computers(name: str, forms: tuple[str, ...]) -> None:
    assert CONVERTERS.forms(name) == forms


def test_the_column_is_filled_in_around_what_was_written_by_hand() -> None:
    filled, told = completed("a\t头发, 里\t秀髮\t\t\n")
    assert (filled, told) == ("a\t头发, 里\t秀髮, 頭髮, 裡, 裏\t\t\n", [])
    assert completed(filled)[0] == filled
    behind = "a\t头发, 里\t頭髮, 裡, 裏, 秀髮\t\t\n"
    assert completed(behind)[0] == behind


def test_a_word_that_names_another_entry_is_left_out_each_time() -> None:
    text = "a\t视频\t\t\t\nb\t影片\t\t\t\n"
    filled, told = completed(text)
    assert filled == "a\t视频\t視頻\t\t\nb\t影片\t影片\t\t\n"
    assert told == ["'影片' for '视频' of 'a' left out: a name of 'b'"]
    assert completed(filled) == (filled, told)


def test_a_word_for_two_entries_goes_to_the_first() -> None:
    filled, told = completed("a\t视频\t\t\t\nb\t视频的\t\t\t\n")
    assert filled == "a\t视频\t影片, 視頻\t\t\nb\t视频的\t視頻的\t\t\n"
    assert len(told) == 1


def test_no_character_is_simplified_and_traditional_at_once() -> None:
    forms = folding("发髮發里裡裏么麼幺着著干乾幹鍊链笑", CONVERTERS)
    assert forms == {
        "么": ["麼"],
        "发": ["髮", "發"],
        "干": ["乾", "幹"],
        "着": ["著"],
        "里": ["裡", "裏"],
        "链": ["鍊"],
    }


def test_readings_are_the_most_frequent_ones_and_exceptions_are_listed() -> None:
    lines = pinyin(["长头发", "长发", "长大", "看着", "长的发", "一头", "大地", "T发"], "发头看笑", CHINESE.key, read)
    assert lines == [
        "一\tyi1",
        "发\tfa1",
        "地\tdi4",
        "大\tda4",
        "头\ttou2",
        "看\tkan4",
        "着\tzhe5",
        "笑\txin5",
        "长\tchang2",
        "长大\tzhang3 da4",
    ]
    assert " ".join(map(str, read_pinyin(lines).reading("长大"))) == "zhang3 da4"


def test_a_character_without_a_reading_is_left_out() -> None:
    assert pinyin([], "龘", CHINESE.key, list) == []


@pytest.mark.parametrize(
    ("name", "readings"), [("看着看", "kan4 zhe5 kan4"), ("睡着看", "xin5 zhao2 kan4"), ("大大地笑", "da4 da4 de5 xin5")]
)
def test_particles_are_read_as_such(name: str, readings: str) -> None:
    known = read_pinyin(pinyin([name], "", CHINESE.key, read))
    assert " ".join(map(str, known.reading(name))) == readings


def files(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in sorted(folder.rglob("*.tsv"))}


def test_a_second_run_changes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "lexicon").mkdir()
    (tmp_path / "lexicon" / "scene.tsv").write_text("[scene/some]\na\t头发\t\tb\t\nb\t门, 头发\t\t\t\n", "utf-8")
    (tmp_path / "words.tsv").write_text("里\n", "utf-8")
    assert main(tmp_path, CONVERTERS, resolves=False) == 1
    assert "conflict: name '头发' of 'a' (scene.tsv:2), 'b' (scene.tsv:3)" in capsys.readouterr().out
    assert main(tmp_path, CONVERTERS, resolves=True) == 0
    assert capsys.readouterr().out.splitlines() == [
        "alias 'b' dropped from 'a': it is a tag",
        "name '头发' dropped from 'b': it stays with 'a'",
        "2 entries, 0 conflicts",
    ]
    once = files(tmp_path)
    assert once["scene.tsv"] == "[scene/some]\na\t头发\t頭髮\t\t\nb\t门\t門\t\t\n"
    assert "里\t裡裏" in once["characters.tsv"]
    assert "里\txin5" in once["pinyin.tsv"]
    assert main(tmp_path, CONVERTERS, resolves=True) == 0
    assert files(tmp_path) == once
