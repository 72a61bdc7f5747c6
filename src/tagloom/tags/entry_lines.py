"""The text of the lexicon's files -> entries, each made of its line when it is asked for.

A file is UTF-8 text. `[group/subgroup]` begins a section; a line of it is an entry: tag, zh-Hans names, zh-Hant names,
aliases, flags, with one tab between columns and ", " between the items of a column. Flags: negative, sensitive. Lines that
begin with # are comments.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from tagloom.tags.entry import Entry
from tagloom.tags.groups import GROUPS, Group

_SECTION: Final = re.compile(r"\[([a-z]+)/([^\]]+)\]")
SEPARATOR: Final = ", "
"""Between the items of a column."""

_COLUMNS: Final = 5
_FLAGS: Final = frozenset({"negative", "sensitive"})


class _Section(NamedTuple):
    """Where a section begins, in entries, and what its entries are."""

    first: int
    file: str
    group: Group
    subgroup: str


class EntryLines:
    """The entries of some files, in order. Who looks a few up does not wait until ten thousand are made."""

    def __init__(self, files: Iterable[tuple[str, str]]) -> None:
        """`files` are names and texts.

        Raises:
            ValueError: a section is of no group, or an entry of no section; the file and the line are named.
        """
        self._lines: list[str] = []
        self._numbers: list[int] = []
        self._sections: list[_Section] = []
        self._made: dict[int, Entry] = {}
        for name, text in files:
            self._read(name, text)

    def __len__(self) -> int:
        return len(self._lines)

    def __getitem__(self, place: int) -> Entry:
        """The entry of a line.

        Raises:
            ValueError: the line is none; the file and the line are named.
        """
        if place not in self._made:
            section = self._sections[bisect_right(self._sections, place, key=lambda one: one.first) - 1]
            try:
                self._made[place] = _entry(self._lines[place], section.group, section.subgroup)
            except ValueError as error:
                raise ValueError(f"{section.file}, line {self._numbers[place]}: {error}") from error
        return self._made[place]

    def __iter__(self) -> Iterator[Entry]:
        return map(self.__getitem__, range(len(self)))

    def tags(self) -> list[str]:
        """The tag of every entry."""
        return [line.partition("\t")[0] for line in self._lines]

    def columns(self) -> Iterator[tuple[str, str]]:
        """All Chinese names of every entry, and its aliases."""
        for line in self._lines:
            _, hans, hant, aliases, _ = line.split("\t")
            yield hans + SEPARATOR + hant, aliases

    def _read(self, name: str, text: str) -> None:
        is_inside = False
        for number, line in enumerate(text.splitlines(), 1):
            if not line or line.startswith("#"):
                continue
            if line.startswith("[") and (section := _SECTION.fullmatch(line)):
                group = next((known for known in GROUPS if known == section[1]), None)
                if group is None:
                    raise ValueError(f"{name}, line {number}: no group '{section[1]}' ({', '.join(GROUPS)})")
                self._sections.append(_Section(len(self._lines), name, group, section[2]))
                is_inside = True
                continue
            if not is_inside:
                raise ValueError(f"{name}, line {number}: an entry before the first [group/subgroup]")
            self._lines.append(line)
            self._numbers.append(number)


def items(column: str) -> tuple[str, ...]:
    """The items of a column."""
    return tuple(column.split(SEPARATOR)) if column else ()


def _entry(line: str, group: Group, subgroup: str) -> Entry:
    columns = line.split("\t")
    if len(columns) != _COLUMNS:
        raise ValueError(f"{len(columns)} columns, not {_COLUMNS}")
    tag, hans, hant, aliases, flags = columns
    said = frozenset(items(flags))
    if said - _FLAGS:
        raise ValueError(f"unknown flag '{min(said - _FLAGS)}'")
    if not tag or not hans or not hant:
        raise ValueError("a tag needs a name in each script")
    return Entry(tag, group, subgroup, items(hans), items(hant), items(aliases), "negative" in said, "sensitive" in said)
