"""Wordings of many tags in one text, a line each, in which lines are found at the speed of `str.find`."""

from array import array
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, count
from operator import add
from typing import Final

from tagloom.tags.tier import Place
from tagloom.tags.wordings import Wordings

END: Final = "\n"
"""Stands before and after every line."""

_FEW: Final = 400
_WORD_BREAKS: Final = ' !"#$%&()*+,-./:;<=>?@[\\]^_`{|}~'
_TO_SPACES: Final = str.maketrans(dict.fromkeys(_WORD_BREAKS, " "))


def stands(text: str, start: int, length: int, place: Place) -> bool:
    """Whether what stands somewhere in lines that END surrounds is all of its line, its start, a word's start, or within."""
    before = text[start - 1]
    match place:
        case "whole":
            return before == END == text[start + length]
        case "first words":
            return before == END and text[start + length] == " "
        case "start":
            return before == END
        case "word":
            return before in _WORD_BREAKS
        case _:
            return True


@dataclass(frozen=True, slots=True)
class Sighting:
    """Where something stands in a lane, in order; all places if there are few, else the first of them."""

    what: str
    starts: tuple[int, ...]
    is_all: bool


class Lane:
    """Wordings, joined; tags are known by their number."""

    def __init__(self, wordings: Wordings, *, has_words: bool = False) -> None:
        """Only in a lane that has words their starts can be asked for."""
        lines = wordings.lines
        self._text = END + END.join(lines) + END if lines else END
        self._words = self._text.translate(_TO_SPACES) if has_words else self._text
        self._starts = array("I", map(add, accumulate(map(len, lines), initial=0), count()))
        self._owners = wordings.owners

    def sight(self, what: str) -> Sighting:
        """Look for something once, for `within`. It is at least one character, none of them END."""
        starts: list[int] = []
        start = self._text.find(what)
        while start >= 0 and len(starts) < _FEW:
            starts.append(start)
            start = self._text.find(what, start + 1)
        return Sighting(what, tuple(starts), start < 0)

    def starting(self, what: str) -> Iterator[int]:
        """The tags that have a line that begins so, in ascending order, some more than once."""
        return self._scan(self._text, f"{END}{what}", what, 0)

    def within(self, sighting: Sighting, *, begins_word: bool) -> Iterator[int]:
        """The tags that have it anywhere, or at the start of a word, in ascending order, some more than once."""
        what, length = sighting.what, len(sighting.what)
        if sighting.is_all:
            place: Place = "word" if begins_word else "inside"
            for start in sighting.starts:
                if stands(self._text, start, length, place):
                    yield self._owners[self._line_at(start)]
        elif begins_word:
            yield from self._scan(self._words, f" {what.translate(_TO_SPACES)}", what, sighting.starts[0] - 1)
        else:
            yield from self._scan(self._text, what, what, sighting.starts[0])

    def _scan(self, text: str, needle: str, what: str, start: int) -> Iterator[int]:
        """The owners of the lines that hold the needle; in the text of words, where what is sought stands there indeed."""
        start = text.find(needle, start)
        while start >= 0:
            line = self._line_at(start)
            if text is self._text or self._text.startswith(what, start + 1):
                yield self._owners[line]
                start = text.find(needle, self._starts[line + 1])
            else:
                start = text.find(needle, start + 1)

    def _line_at(self, start: int) -> int:
        return bisect_right(self._starts, start) - 1
