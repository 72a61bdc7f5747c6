"""What a Chinese phrase is read into on its way to English: counts, qualities, nouns, places, verbs and actions."""

from dataclasses import dataclass, replace
from typing import TypeAlias

from tagloom.tags.vocabulary import Role


@dataclass(frozen=True, slots=True)
class Extent:
    """The tokens `first` .. `last` (half-open) that a phrase was read from; 的 or white space follows it."""

    first: int
    last: int
    joint: bool
    gap: bool

    def to(self, other: "Extent") -> "Extent":
        """From here to the end of another."""
        return Extent(self.first, other.last, other.joint, other.gap)


@dataclass(frozen=True, slots=True)
class Count:
    """How many. number: None where it is not known. of: "bowl of"."""

    extent: Extent
    number: int | None
    english: str
    of: str = ""


@dataclass(frozen=True, slots=True)
class Quality:
    """What can stand before a noun. tag: the tag that it is by itself, "" for none. is_noun: it can also be the noun."""

    extent: Extent
    rank: int
    english: str
    tag: str = ""
    is_noun: bool = False
    is_degree: bool = False


@dataclass(frozen=True, slots=True)
class Noun:
    """A noun phrase. qualities: (rank, English), in any order. after: what follows the noun, with its space."""

    extent: Extent
    head: str
    kind: str
    count: Count | None = None
    qualities: tuple[tuple[int, str], ...] = ()
    after: str = ""


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb that waits for its object or place. kind: wear, hold, have, be, posture, put, object, fill, passive."""

    extent: Extent
    kind: str
    english: str
    bare: str


@dataclass(frozen=True, slots=True)
class Action:
    """A whole verb phrase. worn: what is worn or had, which is a tag of its own without a person. note: for the piece."""

    extent: Extent
    kind: str
    english: str
    worn: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where: "in forest". noun: the noun in it. is_body: on somebody, as in 头上."""

    extent: Extent
    preposition: str
    noun: str
    is_body: bool = False

    @property
    def english(self) -> str:
        """The words."""
        return f"{self.preposition} {self.noun}" if self.noun else self.preposition


@dataclass(frozen=True, slots=True)
class Mark:
    """A word that only joins others."""

    extent: Extent
    role: Role
    english: str


Part: TypeAlias = Count | Quality | Noun | Verb | Action | Place | Mark


def spread(part: "Noun", other: Part) -> "Noun":
    """A noun that reaches to the end of another part."""
    return replace(part, extent=part.extent.to(other.extent))
