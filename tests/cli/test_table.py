"""Cells below each other."""

from tagloom.cli.table import table, width


def test_chinese_characters_are_two_columns_wide() -> None:
    assert [width(text) for text in ("ab", "粉发", "é", "e\u0301", "")] == [2, 4, 1, 1, 0]


def test_cells_stand_below_each_other_and_lines_end_with_the_last() -> None:
    assert list(table([("粉发", "a", ""), ("x", "bc", "d"), ("", "", "")])) == ["粉发  a", "x     bc  d", ""]


def test_no_rows_are_no_lines() -> None:
    assert list(table([])) == []
