"""A tier, a query and a tag -> in which of the tag's wordings the query is found so, and where."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final

from tagloom.tags.groups import Language
from tagloom.tags.lane import END, stands
from tagloom.tags.lexicon import Lexicon
from tagloom.tags.near import is_nearly, nearly_start
from tagloom.tags.pinyin import Pinyin, Syllable
from tagloom.tags.query import Cut, Query
from tagloom.tags.tag import Tag
from tagloom.tags.tier import Tier

_PARTICLE: Final = "的"


@dataclass(frozen=True, slots=True)
class Match:
    """wording: the tag's wording that fits, as it is to be shown. spans: half-open, in its code points."""

    wording: str
    spans: tuple[tuple[int, int], ...]


class Matcher:
    """Looks into one tag at a time. It defines what the search finds; the lanes only find it faster."""

    def __init__(self, lexicon: Lexicon, pinyin: Pinyin) -> None:
        self._lexicon = lexicon
        self._pinyin = pinyin

    def match(self, tier: Tier, query: Query, tag: Tag, language: Language) -> Match | None:
        """The first wording that fits; Chinese ones are looked for in the language's script first."""
        match tier.source:
            case "tag":
                return _in_english(tier, query, (tag.text,))
            case "alias":
                return _in_english(tier, query, tag.aliases)
            case "name":
                return self._in_names(tag.names(language), lambda key: _place(tier, query.sought("name"), key))
            case "reading" | "toned":
                return self._in_names(tag.names(language), lambda key: self._by_reading(tier, query, key))
            case "initials":
                return self._in_names(tag.names(language), lambda key: self._by_initials(tier, query, key))

    def _in_names(self, names: Sequence[str], find: Callable[[str], tuple[int, int] | None]) -> Match | None:
        for name in names:
            key = self._lexicon.key(name)
            if span := find(key):
                return Match(name, _spans_in_name(name, key, span))
        return None

    def _by_reading(self, tier: Tier, query: Query, key: str) -> tuple[int, int] | None:
        for syllables in self._pinyin.readings(key):
            for cut in (cut for cut in query.cuts if cut.is_toned == (tier.source == "toned")):
                for first in range(len(syllables) - len(cut.sounds) + 1):
                    covered = syllables[first : first + len(cut.sounds)]
                    if _stands(first, len(covered), len(syllables), tier) and _is_read(covered, cut, tier):
                        return covered[0].start, covered[-1].stop
        return None

    def _by_initials(self, tier: Tier, query: Query, key: str) -> tuple[int, int] | None:
        for syllables in self._pinyin.readings(key):
            ends = list(accumulate(len(syllable.initial) for syllable in syllables))
            if found := _place(tier, query.sought("initials"), "".join(syllable.initial for syllable in syllables)):
                return 0, syllables[bisect_left(ends, found[1])].stop
        return None


def _in_english(tier: Tier, query: Query, wordings: Sequence[str]) -> Match | None:
    if tier.kind == "typo" and not query.may_have_typo:
        return None
    for wording in wordings:
        if span := _place(tier, query.sought("tag"), wording):
            return Match(wording, (span,))
    return None


def _place(tier: Tier, sought: Sequence[str], wording: str) -> tuple[int, int] | None:
    for what in sought:
        match tier.place:
            case "nearly whole":
                if is_nearly(what, wording):
                    return 0, len(wording)
            case "nearly start":
                if length := nearly_start(what, wording):
                    return 0, length
            case place:
                line = f"{END}{wording}{END}"
                for start in _occurrences(line, what):
                    if stands(line, start, len(what), place):
                        return start - 1, start - 1 + len(what)
    return None


def _occurrences(text: str, what: str) -> Iterator[int]:
    start = text.find(what)
    while start >= 0:
        yield start
        start = text.find(what, start + 1)


def _stands(first: int, length: int, all_of_it: int, tier: Tier) -> bool:
    return tier.place == "inside" or (first == 0 and (tier.place == "start" or length == all_of_it))


def _is_read(syllables: Sequence[Syllable], cut: Cut, tier: Tier) -> bool:
    """Whether some syllables sound as they were typed, the last one at least as far as it was."""
    *before, last = (str(syllable) if cut.is_toned else syllable.sound for syllable in syllables)
    is_last_read = last == cut.sounds[-1] if tier.place == "whole" else last.startswith(cut.sounds[-1])
    return is_last_read and tuple(before) == cut.sounds[:-1]


def _spans_in_name(name: str, key: str, span: tuple[int, int]) -> tuple[tuple[int, int], ...]:
    """Where in a name the letters of a part of its key stand; 的 is in no key, but may be between them."""
    if len(name) == len(key):
        return (span,)
    kept = [place for place, letter in enumerate(name) if letter != _PARTICLE][span[0] : span[1]]
    breaks = [number for number, (one, other) in enumerate(pairwise(kept), 1) if other != one + 1]
    return tuple((kept[start], kept[stop - 1] + 1) for start, stop in pairwise((0, *breaks, len(kept))))
