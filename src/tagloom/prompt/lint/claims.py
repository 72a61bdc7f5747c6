"""What a tag settles that a picture, or a person in it, has only one of: the time of day, the framing, a hair colour."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final

from tagloom.prompt.lint.words import COLORED, PARTS_OF_ONE_COLOR

PEOPLE: Final = "people"
"""The kind of a claim that somebody is there. Two of them that differ, or one without values, make several persons."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a tag says of one kind of thing; tags whose values have none in common contradict each other.

    values: what it may be, as `evening` may be sunset or dusk. None at all say that there are several of the kind, as
    `multicolored hair` does. is_personal: every person has one of their own.
    """

    kind: str
    values: frozenset[str]
    is_personal: bool = False


_SETTLED: Final[tuple[tuple[str, tuple[tuple[str, ...], ...]], ...]] = (
    ("time of day", (("day",), ("night",), ("sunset",), ("sunrise",))),
    ("place", (("indoors",), ("outdoors",))),
    ("season", (("spring",), ("summer",), ("autumn",), ("winter",))),
    ("framing", (("portrait",), ("upper body", "half-length"), ("cowboy shot",), ("full body",))),
    ("angle", (("from above",), ("from below",))),
    ("hair length", (("short hair",), ("long hair",))),
    ("expression", (("smile",), ("sad",), ("angry",))),
    ("mouth", (("closed mouth",), ("open mouth",))),
    ("number", (("solo",), ("2girls", "2boys"))),
    ("presence", (("no humans",), ("1girl", "1boy", "2girls", "2boys"))),
    (PEOPLE, (("1girl",), ("1boy",))),
)
"""Kinds, and for each what a picture shows one of; tags that stand together agree."""

_PERSONAL: Final = frozenset({"hair length", "expression", "mouth"})
_SEVERAL: Final = ((PEOPLE, "2girls"), (PEOPLE, "2boys"))


def plain_claims(text: str) -> tuple[Claim, ...]:
    """What the few tags that this package knows by itself settle; `tagloom.arranging` asks the lexicon."""
    match = COLORED.fullmatch(text)
    if match and match[2] in PARTS_OF_ONE_COLOR:
        return (Claim(kind=f"colour of {match[2]}", values=frozenset({match[1]}), is_personal=True),)
    return _table().get(text, ())


@cache
def _table() -> Mapping[str, tuple[Claim, ...]]:
    table: dict[str, tuple[Claim, ...]] = {}
    for kind, values in _SETTLED:
        for tags in values:
            claim = Claim(kind=kind, values=frozenset(tags), is_personal=kind in _PERSONAL)
            table.update((tag, (*table.get(tag, ()), claim)) for tag in tags)
    for kind, tag in _SEVERAL:
        table[tag] = (*table[tag], Claim(kind=kind, values=frozenset()))
    return MappingProxyType(table)
