"""The lexicon's files as they are edited: every line in its place, entries as rows of columns."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

ORDER: Final = (
    "person_looks",
    "person_acts",
    "animals",
    "clothing_garments",
    "clothing_accessories",
    "scene",
    "picture",
    "other",
)
"""The files by how well an entry that stands in two of them fits there."""

_COLUMNS: Final = 5
_PARTICLE: Final = "的"
_SECTION: Final = re.compile(r"\[[a-z]+/[^\]]+\]")


@dataclass(frozen=True, slots=True)
class Row:
    """An entry's columns."""

    tag: str
    hans: tuple[str, ...]
    hant: tuple[str, ...]
    aliases: tuple[str, ...]
    flags: tuple[str, ...]

    def __str__(self) -> str:
        items = (", ".join(column) for column in (self.hans, self.hant, self.aliases, self.flags))
        return "\t".join((self.tag, *items))


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file, without .tsv, and its lines: comments, sections and empty lines as they are, entries as rows."""

    name: str
    lines: tuple[str | Row, ...]

    def to_text(self) -> str:
        """What the file holds."""
        return "".join(f"{line}\n" for line in self.lines)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a row stands: sheets and lines count from 0. Earlier is better."""

    sheet: int
    line: int


class Sheets:
    """All sheets in the order of ORDER, any others behind them. Rows are replaced and removed; their places stay."""

    def __init__(self, sheets: Sequence[Sheet]) -> None:
        known = {name: number for number, name in enumerate(ORDER)}
        self._sheets = sorted(sheets, key=lambda sheet: (known.get(sheet.name, len(known)), sheet.name))
        self.rows: dict[Place, Row] = {
            Place(number, line): row
            for number, sheet in enumerate(self._sheets)
            for line, row in enumerate(sheet.lines)
            if isinstance(row, Row)
        }

    def told(self, place: Place) -> str:
        """A place for the reader of a report."""
        return f"{self._sheets[place.sheet].name}.tsv:{place.line + 1}"

    def finished(self) -> Iterator[Sheet]:
        """The sheets with the rows as they are now."""
        for number, sheet in enumerate(self._sheets):
            lines = (
                self.rows.get(Place(number, line)) if isinstance(text, Row) else text
                for line, text in enumerate(sheet.lines)
            )
            yield replace(sheet, lines=tuple(line for line in lines if line is not None))


def read_sheet(name: str, text: str) -> Sheet:
    """A file's text -> its lines.

    Raises:
        ValueError: a line is none of a lexicon's.
    """
    return Sheet(name, tuple(_line(name, number, line) for number, line in enumerate(text.splitlines(), 1)))


def bare(name: str) -> str:
    """A Chinese name in lower case and without 的, as `Lexicon.key` takes it once it is folded."""
    return name.lower().replace(_PARTICLE, "") or name


def _line(name: str, number: int, line: str) -> str | Row:
    if not line or line.startswith("#") or _SECTION.fullmatch(line):
        return line
    columns = line.split("\t")
    if len(columns) != _COLUMNS or not columns[0]:
        raise ValueError(f"{name}.tsv:{number}: {len(columns)} columns, not {_COLUMNS}")
    hans, hant, aliases, flags = (
        tuple(filter(None, (item.strip() for item in column.split(",")))) for column in columns[1:]
    )
    return Row(columns[0], hans, hant, aliases, flags)
