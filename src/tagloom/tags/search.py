"""What somebody types -> the tags that they may mean, best first, with what of each fits.

By kind of match: the whole of a wording; the tag's first words; its beginning; the beginning of a word in it; an alias; a
Chinese name in either script; pinyin with or without tones, and initials; a part of a word; with one typo. Then by the
user's own use, by how many pictures bear the tag, the shorter first, by the alphabet.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tagloom.tags.groups import Language
from tagloom.tags.lexicon import Lexicon
from tagloom.tags.match import Matcher
from tagloom.tags.pinyin import Pinyin
from tagloom.tags.query import Query, Syllables, read_query
from tagloom.tags.shelf import Finding, Shelf
from tagloom.tags.stock import Stock
from tagloom.tags.tag import Tag
from tagloom.tags.tag_list import TagList
from tagloom.tags.tier import TIERS, MatchKind, Tier
from tagloom.tags.usage import NO_USAGE, Usage


@dataclass(frozen=True, slots=True)
class Hit:
    """A tag that was found. wording: what of it fits, as it is to be shown; spans: where, half-open, in code points.

    name: the tag's usual name in the language that was asked for. uses: how often the user has used it.
    """

    tag: Tag
    name: str
    match: MatchKind
    wording: str
    spans: tuple[tuple[int, int], ...]
    uses: int


class Index:
    """All tags of the lexicon and of imported lists, ready to be searched. It does not change."""

    def __init__(self, lexicon: Lexicon, pinyin: Pinyin, lists: Iterable[TagList] = ()) -> None:
        self._lexicon = lexicon
        self._pinyin = pinyin
        self._stock = Stock(lexicon, lists)
        self._matcher = Matcher(lexicon, pinyin)
        self._all = Shelf(self._stock, range(len(self._stock.texts)), pinyin)
        self._syllables = Syllables(pinyin.words(self._stock.keys.lines))
        self._used = (NO_USAGE, Shelf(self._stock, (), pinyin))

    def __len__(self) -> int:
        """How many tags there are."""
        return len(self._stock.texts)

    def find(self, text: str) -> Tag | None:
        """The tag that has this wording, in any spelling, in English or Chinese; None where there is none."""
        hits = self.search(text, 1, includes_sensitive=True)
        return hits[0].tag if hits and hits[0].match == "exact" else None

    def search(
        self,
        query: str,
        limit: int = 20,
        *,
        language: Language = "en",
        includes_sensitive: bool = False,
        usage: Usage = NO_USAGE,
    ) -> tuple[Hit, ...]:
        """At most `limit` hits, the best first, each tag once; none for an empty query.

        language: whose name of a tag is told, and in which script Chinese wordings are shown. Sensitive is what the lexicon
        calls so; of tags in imported lists alone nothing is known.
        """
        read = read_query(query, self._lexicon.key(query), self._syllables)
        hits: dict[int, Hit] = {}
        if limit <= 0 or not read.text:
            return ()
        for tier, number in self._candidates(read, usage):
            if number in hits or (not includes_sensitive and self._stock.is_sensitive(number)):
                continue
            tag = self._stock.tag(number)
            if found := self._matcher.match(tier, read, tag, language):
                uses = usage.of(tag.text)
                hits[number] = Hit(tag, tag.name(language), tier.kind, found.wording, found.spans, uses)
            if len(hits) >= limit:
                break
        return tuple(hits.values())

    def _candidates(self, query: Query, usage: Usage) -> Iterator[tuple[Tier, int]]:
        """What may fit, tier by tier; in each the tags that the user uses come first."""
        shelves = (self._shelf_of(usage), self._all)
        findings = [Finding(shelf, query) for shelf in shelves if shelf.members]
        for tier in TIERS:
            for finding in findings:
                for place in finding.tier(tier):
                    yield tier, finding.shelf.members[place]

    def _shelf_of(self, usage: Usage) -> Shelf:
        """The used tags, most used first; they are laid out once for each usage."""
        known, shelf = self._used
        if known is not usage:
            found = ((self._stock.number(text), uses) for text, uses in usage.uses.items())
            numbers = sorted((-uses, number) for number, uses in found if number is not None)
            shelf = Shelf(self._stock, [number for _, number in numbers], self._pinyin)
            self._used = (usage, shelf)
        return shelf
