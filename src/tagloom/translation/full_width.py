"""Brackets, colons and pipes of Chinese width -> the syntax that they stand for, each in its place; others stay text."""

import re
from typing import Final

_NARROW: Final = {"（": "(", "）": ")", "【": "[", "】": "]", "｛": "{", "｝": "}", "［": "[", "］": "]"}
_CLOSING: Final = {"(": ")", "[": "]", "{": "}"}
_WIDE_DIGITS: Final = str.maketrans("０１２３４５６７８９．－＋％", "0123456789.-+%")
_NUMBER: Final = re.compile(r"[:：]\s*[-+－＋]?(?:[0-9０-９]+[.．]?[0-9０-９]*|[.．][0-9０-９]+)[%％]?\s*$")


def narrowed(text: str) -> str:
    """The text with syntax of Chinese width written as syntax; every character keeps its place.

    A pair of brackets counts if it is balanced, holds something, and one of the two at least is wide. In any pair, a wide
    colon before a number that ends it is the weight's; in square brackets all wide colons before such a number are; and
    wide pipes in square or curly brackets separate options.
    """
    if not any(mark in text for mark in (*_NARROW, "：", "｜")):
        return text
    letters = list(text)
    stack: list[int] = []
    for place, letter in enumerate(text):
        if place and text[place - 1] == "\\":
            continue
        mark = _NARROW.get(letter, letter)
        if mark in _CLOSING:
            stack.append(place)
        elif mark in _CLOSING.values():
            _close(letters, stack, place, mark)
    return "".join(letters)


def _close(letters: list[str], stack: list[int], place: int, mark: str) -> None:
    """Pair a closing bracket with the last open one, if it is of its kind."""
    if not stack or _CLOSING[_narrow(letters[stack[-1]])] != mark:
        return
    opening = stack.pop()
    inner = "".join(letters[opening + 1 : place])
    if not inner.strip():
        return
    letters[opening], letters[place] = _narrow(letters[opening]), mark
    inner = _inside(inner, letters[opening])
    letters[opening + 1 : place] = inner


def _narrow(letter: str) -> str:
    return _NARROW.get(letter, letter)


def _inside(inner: str, opening: str) -> str:
    """What stands in a pair, with its wide colons and pipes made syntax where they are."""
    number = _NUMBER.search(inner)
    if number:
        start = number.start()
        before = _outside_groups(inner[:start], "：", ":") if opening == "[" else inner[:start]
        inner = before + inner[start:].replace("：", ":").translate(_WIDE_DIGITS)
    return inner if opening == "(" else _outside_groups(inner, "｜", "|")


def _outside_groups(text: str, wide: str, narrow: str) -> str:
    """Replace a mark where it stands in no brackets."""
    depth, found = 0, []
    for letter in text:
        depth += (letter in _CLOSING) - (letter in _CLOSING.values())
        found.append(narrow if letter == wide and depth <= 0 else letter)
    return "".join(found)
