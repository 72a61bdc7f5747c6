"""Wordings in alphabetical order: those that are equal to a text, begin so, or are one edit away."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from tagloom.tags.wordings import Wordings

_LAST: Final = "\U0010ffff"
_LAST_ASCII: Final = "~"


@dataclass(frozen=True, slots=True)
class Neighbours:
    """What is one edit away. wholes, starts: the tags of the wordings that are so, or that begin so, in ascending order."""

    wholes: tuple[int, ...]
    starts: tuple[int, ...]


class Alphabet:
    """Wordings in alphabetical order, and the tags that they belong to, which are known by their number."""

    def __init__(self, wordings: Wordings) -> None:
        lines, owners = wordings.lines, wordings.owners
        order = sorted(range(len(lines)), key=lines.__getitem__)
        self._wordings = [lines[number] for number in order]
        self._owners = array("I", [owners[number] for number in order])

    def equal(self, text: str) -> Sequence[int]:
        """The tags that have this wording, in ascending order."""
        return self._owners[bisect_left(self._wordings, text) : bisect_right(self._wordings, text)]

    def beginning(self, text: str) -> Sequence[int]:
        """The tags that have a wording that begins so, in no order."""
        low, high = self._span(text, 0, len(self._wordings))
        return self._owners[low:high]

    def near(self, query: str) -> Neighbours:
        """The neighbours of a query. What takes the place of a letter is looked for among ASCII only."""
        wholes: set[int] = set()
        spans: set[tuple[int, int]] = set()
        for changed, low, high in self._changed(query):
            first, last = self._span(changed, low, high)
            spans.add((first, last))
            while first < last and self._wordings[first] == changed:
                wholes.add(self._owners[first])
                first += 1
        starts = set(chain.from_iterable(self._owners[first:last] for first, last in spans))
        return Neighbours(tuple(sorted(wholes)), tuple(sorted(starts)))

    def _changed(self, query: str) -> Iterator[tuple[str, int, int]]:
        """Every change of the query for which it is worth looking, and between which wordings to look."""
        low, high = 0, len(self._wordings)
        for place in range(len(query)):
            head, rest = query[:place], query[place + 1 :]
            low, high = self._span(head, low, high)
            if low == high:
                return
            yield head + rest, low, high
            yield head + rest[:1] + query[place] + rest[1:], low, high
            for letter, first, last in self._next_letters(head, low, high):
                yield head + letter + rest, first, last
                yield head + letter + query[place:], first, last

    def _next_letters(self, head: str, low: int, high: int) -> Iterator[tuple[str, int, int]]:
        """The letters that follow a beginning, each with where its wordings are."""
        while low < high:
            letter = self._wordings[low][len(head) : len(head) + 1]
            if letter > _LAST_ASCII:
                return
            stop = bisect_left(self._wordings, head + letter + _LAST, low, high) if letter else low + 1
            if letter:
                yield letter, low, stop
            low = stop

    def _span(self, head: str, low: int, high: int) -> tuple[int, int]:
        """Where between two places the wordings stand that begin so."""
        low = bisect_left(self._wordings, head, low, high)
        return low, bisect_left(self._wordings, head + _LAST, low, high)
