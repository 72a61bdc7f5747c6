"""Some tags, laid out so that those in which a query is found are found fast: a lane for each sort of wording."""

from array import array
from collections.abc import Iterable, Sequence
from heapq import merge
from typing import Final

from tagloom.tags.alphabet import Alphabet, Neighbours
from tagloom.tags.lane import Lane, Sighting
from tagloom.tags.pinyin import Pinyin
from tagloom.tags.query import Query
from tagloom.tags.stock import Stock
from tagloom.tags.tier import Source, Tier
from tagloom.tags.wordings import Wordings

_FEW: Final = 400
_PINYIN: Final[tuple[Source, ...]] = ("reading", "toned", "initials")


class Shelf:
    """Tags of a stock, in an order of its own; they are known by their place in it."""

    def __init__(self, stock: Stock, members: Sequence[int], pinyin: Pinyin) -> None:
        """`members` are the tags' numbers in the stock."""
        self.members = members
        self._keys = stock.keys.picked(members)
        self._pinyin = pinyin
        self._lanes: dict[Source, Lane] = {}
        self._alphabets: dict[Source, Alphabet] = {}
        self._lay("tag", Wordings([stock.texts[number] for number in members], array("I", range(len(members)))))
        self._lay("alias", stock.aliases.picked(members))
        self._lay("name", self._keys)

    def lane(self, source: Source) -> Lane:
        """The lane of a sort of wording; those of pinyin are laid out when one is first asked for."""
        self._lay_pinyin(source)
        return self._lanes[source]

    def alphabet(self, source: Source) -> Alphabet:
        """A sort of wording in alphabetical order."""
        self._lay_pinyin(source)
        return self._alphabets[source]

    def _lay(self, source: Source, wordings: Wordings) -> None:
        self._alphabets[source] = Alphabet(wordings)
        self._lanes[source] = Lane(wordings, has_words=source == "tag")

    def _lay_pinyin(self, source: Source) -> None:
        if source not in self._lanes:
            typed = self._pinyin.typed(self._keys.lines)
            owners = array("I", map(self._keys.owners.__getitem__, typed.places))
            for each, lines in zip(_PINYIN, (typed.sounds, typed.toned, typed.initials), strict=True):
                self._lay(each, Wordings(lines, owners))


class Finding:
    """One query's way through the tiers of a shelf; what is seen in one tier is remembered for the next."""

    def __init__(self, shelf: Shelf, query: Query) -> None:
        self.shelf = shelf
        self._query = query
        self._sightings: dict[Source, list[Sighting]] = {}
        self._neighbours: dict[Source, Neighbours] = {}

    def tier(self, tier: Tier) -> Iterable[int]:
        """The places of the tags in which the query is found so, in ascending order, some more than once."""
        source, sought = tier.source, self._query.sought(tier.source)
        if not sought:
            return ()
        match tier.place:
            case "whole":
                return merge(*(self.shelf.alphabet(source).equal(what) for what in sought))
            case "first words":
                return merge(*(self._starting(source, f"{what} ") for what in sought))
            case "start":
                return merge(*(self._starting(source, what) for what in sought))
            case "word" | "inside":
                begins_word = tier.place == "word"
                return merge(*(self.shelf.lane(source).within(seen, begins_word=begins_word) for seen in self._seen(source)))
            case "nearly whole":
                return self._near(source).wholes
            case "nearly start":
                return self._near(source).starts

    def _starting(self, source: Source, what: str) -> Iterable[int]:
        """A lane has the first of many at once; of few it would have to look for the last ones to its end."""
        found = self.shelf.alphabet(source).beginning(what)
        return sorted(found) if len(found) <= _FEW else self.shelf.lane(source).starting(what)

    def _seen(self, source: Source) -> list[Sighting]:
        if source not in self._sightings:
            sightings = map(self.shelf.lane(source).sight, self._query.sought(source))
            self._sightings[source] = [sighting for sighting in sightings if sighting.starts]
        return self._sightings[source]

    def _near(self, source: Source) -> Neighbours:
        if not self._query.may_have_typo:
            return Neighbours((), ())
        if source not in self._neighbours:
            self._neighbours[source] = self.shelf.alphabet(source).near(self._query.text)
        return self._neighbours[source]
