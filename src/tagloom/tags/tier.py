"""The ways in which a query can be found in a tag, best first."""

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

MatchKind: TypeAlias = Literal["exact", "prefix", "word", "alias", "chinese", "pinyin", "infix", "typo"]
Source: TypeAlias = Literal["tag", "alias", "name", "reading", "toned", "initials"]
Place: TypeAlias = Literal["whole", "first words", "start", "word", "inside", "nearly whole", "nearly start"]


@dataclass(frozen=True, slots=True)
class Tier:
    """Hits of one tier come before those of the next, however often their tags are used.

    source: which wordings are looked at; a name's reading, toned reading and initials are its pinyin. place: where in one:
    its first words (red hair for red), its start (redwood), at the start of a word that is not the first, or with one
    letter too many, too few, replaced or swapped with its neighbour ("nearly").
    """

    kind: MatchKind
    source: Source
    place: Place


TIERS: Final[tuple[Tier, ...]] = (
    Tier("exact", "tag", "whole"),
    Tier("exact", "alias", "whole"),
    Tier("exact", "name", "whole"),
    Tier("prefix", "tag", "first words"),
    Tier("prefix", "tag", "start"),
    Tier("word", "tag", "word"),
    Tier("alias", "alias", "start"),
    Tier("chinese", "name", "start"),
    Tier("chinese", "name", "inside"),
    Tier("pinyin", "reading", "whole"),
    Tier("pinyin", "toned", "whole"),
    Tier("pinyin", "reading", "start"),
    Tier("pinyin", "toned", "start"),
    Tier("pinyin", "initials", "whole"),
    Tier("pinyin", "initials", "start"),
    Tier("pinyin", "reading", "inside"),
    Tier("pinyin", "toned", "inside"),
    Tier("infix", "tag", "inside"),
    Tier("infix", "alias", "inside"),
    Tier("typo", "tag", "nearly whole"),
    Tier("typo", "alias", "nearly whole"),
    Tier("typo", "tag", "nearly start"),
    Tier("typo", "alias", "nearly start"),
)
