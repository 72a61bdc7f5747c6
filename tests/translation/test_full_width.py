"""Syntax of Chinese width, and text that only looks like it."""

import pytest

from tagloom.translation.full_width import narrowed


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("（红发：1.2）", "(红发:1.2)"),
        ("(红发：１．２)", "(红发:1.2)"),
        ("（红发:1.2)", "(红发:1.2)"),
        ("（（红发））", "((红发))"),
        ("【猫｜狗】", "[猫|狗]"),
        ("[猫｜狗]", "[猫|狗]"),
        ("｛猫｜（狗：1.1）｝", "{猫|(狗:1.1)}"),
        ("【猫：狗：5】", "[猫:狗:5]"),
        ("（女孩：红色）", "(女孩：红色)"),
        ("女孩：1.2", "女孩：1.2"),
        ("（）", "（）"),
        ("（女孩", "（女孩"),
        ("女孩）", "女孩）"),
        ("（女孩】", "（女孩】"),
        ("猫｜狗", "猫｜狗"),
        ("（猫｜狗）", "(猫｜狗)"),
        ("\\（女孩）", "\\（女孩）"),
        ("plain (text:1.2)", "plain (text:1.2)"),
    ],
)
def test_balanced_brackets_become_syntax(source: str, expected: str) -> None:
    assert narrowed(source) == expected
    assert len(narrowed(source)) == len(source)


def test_it_is_linear() -> None:
    assert narrowed("（" * 20_000 + "猫" + "）" * 200).count("(") == 200
