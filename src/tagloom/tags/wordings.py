"""Wordings of many tags in one list."""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wordings:
    """Lines, and the number of the tag that each belongs to, in ascending order: lists of lists would cost more."""

    lines: Sequence[str]
    owners: "array[int]"

    def of(self, number: int) -> Sequence[str]:
        """The lines of a tag."""
        return self.lines[bisect_left(self.owners, number) : bisect_right(self.owners, number)]

    def picked(self, members: Sequence[int]) -> "Wordings":
        """The lines of some tags, which get their place among the members as number."""
        if members == range(self.owners[-1] + 1 if self.owners else 0):
            return self
        picked = [self.of(number) for number in members]
        owners = (place for place, lines in enumerate(picked) for _ in lines)
        return Wordings([line for lines in picked for line in lines], array("I", owners))
