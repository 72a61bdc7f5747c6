"""The build tool: wordings that belong to two entries."""

import pytest

from tools.lexicon_conflicts import Chinese, conflicts, resolve
from tools.lexicon_sheets import ORDER, Sheets, bare, read_sheet

CHINESE = Chinese(
    key=lambda name: bare(name.replace("發", "发")), forms=lambda name: (name.replace("发", "發"), f"{name}型")
)


def sheets(**texts: str) -> Sheets:
    return Sheets([read_sheet(name, text) for name, text in texts.items()])


def left(some: Sheets) -> dict[str, str]:
    return {sheet.name: sheet.to_text() for sheet in some.finished()}


def test_a_sheet_is_written_as_it_was_read() -> None:
    text = "# comment\n\n[person/hair]\npink hair\t粉发, 粉毛\t\trosy hair, x\tnegative\n"
    assert read_sheet("scene", text).to_text() == text


def test_a_line_that_is_none_is_refused_by_its_number() -> None:
    with pytest.raises(ValueError, match="scene.tsv:2: 2 columns, not 5"):
        read_sheet("scene", "[a/b]\npink hair\t粉发\n")


def test_sheets_stand_in_the_order_of_what_fits_best() -> None:
    some = sheets(zoo="", other="", person_looks="", abc="")
    assert [sheet.name for sheet in some.finished()] == [ORDER[0], ORDER[-1], "abc", "zoo"]


def test_sound_sheets_have_no_conflicts() -> None:
    some = sheets(scene="a\t甲\t\tx\t\nb\t乙\t\ty\t\n")
    assert conflicts(some, CHINESE) == []
    assert resolve(some, CHINESE) == []


def test_every_kind_of_conflict_is_told() -> None:
    some = sheets(scene="a\t发\t\tb, x\t\nb\t乙\t發\tx\t\n", other="A\t丙\t\t\t\n")
    assert conflicts(some, CHINESE) == [
        "tag 'a' twice: scene.tsv:1, other.tsv:1",
        "alias 'b' of 'a' is a tag",
        "alias 'x' of 'a' (scene.tsv:1), 'b' (scene.tsv:2)",
        "name '发' of 'a' (scene.tsv:1), 'b' (scene.tsv:2)",
    ]


def test_the_same_tag_becomes_one_entry_where_it_fits_best() -> None:
    some = sheets(other="a\t乙, 甲\t乙語\ty, x\tsensitive\n", scene="a\t甲\t\tx\tnegative\n")
    assert resolve(some, CHINESE) == ["tag 'a': other.tsv:1 joined to scene.tsv:1"]
    assert left(some) == {"scene": "a\t甲, 乙\t乙語\tx, y\tnegative, sensitive\n", "other": ""}


def test_an_alias_that_is_a_tag_goes_and_one_of_two_entries_stays_where_it_stands_in_front() -> None:
    some = sheets(scene="a\t甲\t\tb, z, x, x\t\nb\t乙\t\tx\t\nc\t丙\t\tq\t\nd\t丁\t\tq\t\n")
    assert resolve(some, CHINESE) == [
        "alias 'b' dropped from 'a': it is a tag",
        "alias 'x' dropped from 'a': it stays with 'b'",
        "alias 'q' dropped from 'd': it stays with 'c'",
    ]
    assert left(some) == {"scene": "a\t甲\t\tz\t\nb\t乙\t\tx\t\nc\t丙\t\tq\t\nd\t丁\t\t\t\n"}


def test_a_name_stays_where_it_stands_in_front_else_in_the_file_that_fits_best() -> None:
    some = sheets(other="b\t乙, 红的\t\t\t\nd\t丁, 绿\t\t\t\n", scene="a\t甲, 丙, 红\t\t\t\nc\t丙\t\t\t\ne\t戊, 绿\t\t\t\n")
    assert resolve(some, CHINESE) == [
        "name '丙' dropped from 'a': it stays with 'c'",
        "name '红' dropped from 'b': it stays with 'a'",
        "name '绿' dropped from 'd': it stays with 'e'",
    ]
    assert conflicts(some, CHINESE) == []


def test_a_name_takes_its_traditional_forms_along() -> None:
    some = sheets(scene="a\t发\t發, 发型\t\t\nb\t乙, 发\t手寫, 乙, 乙型, 發, 发型\t\t\n")
    assert resolve(some, CHINESE) == ["name '发' dropped from 'b': it stays with 'a'"]
    assert left(some)["scene"].splitlines()[1] == "b\t乙\t手寫, 乙, 乙型\t\t"


def test_a_traditional_word_yields_to_a_name() -> None:
    some = sheets(scene="a\t甲\t乙\t\t\nb\t丙, 乙\t\t\t\n")
    assert resolve(some, CHINESE) == ["name '乙' dropped from 'a': it stays with 'b'"]
    assert left(some) == {"scene": "a\t甲\t\t\t\nb\t丙, 乙\t\t\t\n"}


def test_the_last_name_of_an_entry_is_never_taken_but_told() -> None:
    some = sheets(scene="a\t甲\t\t\t\nb\t甲\t\t\t\n")
    assert resolve(some, CHINESE) == []
    assert conflicts(some, CHINESE) == ["name '甲' of 'a' (scene.tsv:1), 'b' (scene.tsv:2)"]
