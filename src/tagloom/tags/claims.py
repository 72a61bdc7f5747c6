"""A tag -> what it settles that a picture, or a person in it, has only one of. The data is `exclusive.tsv`."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final

from tagloom.tags.shipped import shipped_text

_SECTION: Final = re.compile(r"\[([^\],]+)(, personal)?\]")
_SEVERAL: Final = "*"


@dataclass(frozen=True, slots=True)
class Settled:
    """One kind of thing, and what it may be by this tag; no values: the picture has several of the kind.

    is_personal: every person has one of their own.
    """

    kind: str
    values: frozenset[str]
    is_personal: bool


def settled_by(tag: str) -> tuple[Settled, ...]:
    """What a tag settles, in the lexicon's wording of it."""
    return _table().get(tag, ())


def known_tags() -> Collection[str]:
    """The tags that settle something."""
    return _table().keys()


@cache
def _table() -> Mapping[str, tuple[Settled, ...]]:
    table: dict[str, tuple[Settled, ...]] = {}
    kind, is_personal = "", False
    for line in shipped_text("exclusive.tsv").splitlines():
        if section := _SECTION.fullmatch(line):
            kind, is_personal = section[1], section[2] is not None
        elif line and not line.startswith("#"):
            said, tags = line.split("\t")
            values = frozenset(() if said == _SEVERAL else said.split(", "))
            for tag in tags.split(", "):
                table[tag] = (*table.get(tag, ()), Settled(kind, values, is_personal))
    return MappingProxyType(table)
