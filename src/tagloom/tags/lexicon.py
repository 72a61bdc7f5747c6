"""The files of the lexicon -> entries, found by any English wording or any Chinese name in either script.

A file is UTF-8 text. `[group/subgroup]` begins a section; a line of it is an entry: tag, zh-Hans names, zh-Hant names,
aliases, flags, with one tab between columns and ", " between the items of a column. Flags: negative, sensitive. Lines that
begin with # are comments. `characters.tsv` says which Simplified character a Traditional one folds to.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

from tagloom.tags.entry import Entry
from tagloom.tags.groups import GROUPS, Group

_SECTION: Final = re.compile(r"\[([a-z]+)/([^\]]+)\]")
_COLUMNS: Final = 5
_FLAGS: Final = frozenset({"negative", "sensitive"})
_PARTICLE: Final = "的"


class Lexicon:
    """Entries, and the ways to find one. A wording belongs to one entry only, which the tests hold the files to."""

    def __init__(self, entries: Iterable[Entry], characters: Mapping[str, str]) -> None:
        """`characters` are single characters, Traditional to Simplified."""
        self.entries = tuple(entries)
        self._fold = str.maketrans(dict(characters))
        self._english: dict[str, Entry] = {}
        self._chinese: dict[str, Entry] = {}
        for entry in self.entries:
            self._english[entry.tag] = entry
        for entry in self.entries:
            for alias in entry.aliases:
                self._english.setdefault(alias, entry)
            for name in (*entry.hans, *entry.hant):
                self._chinese.setdefault(self.key(name), entry)

    def english(self, text: str) -> Entry | None:
        """The entry of an English tag or alias, in any case, with spaces or underscores."""
        return self._english.get(english_key(text))

    def chinese(self, text: str) -> Entry | None:
        """The entry of a Chinese name in either script; 的 within it counts for nothing."""
        return self._chinese.get(self.key(text))

    def find(self, text: str) -> Entry | None:
        """The entry of a wording in either language."""
        return self.english(text) or self.chinese(text)

    def folded(self, text: str) -> str:
        """A text in Simplified characters, each in its place."""
        return text.translate(self._fold)

    def key(self, name: str) -> str:
        """What a Chinese name is found by: Simplified, in lower case, without 的."""
        return self.folded(name).lower().replace(_PARTICLE, "") or name

    def chinese_keys(self) -> Mapping[str, Entry]:
        """Every key of a Chinese name."""
        return self._chinese


def english_key(text: str) -> str:
    """What an English wording is found by: lower case, one space between words."""
    return " ".join(text.lower().replace("_", " ").split())


@cache
def load_lexicon() -> Lexicon:
    """The lexicon that comes with tagloom, read once."""
    folder = files("tagloom.tags").joinpath("lexicon")
    sources = sorted((file for file in folder.iterdir() if file.name.endswith(".tsv")), key=lambda file: file.name)
    return Lexicon((entry for file in sources for entry in read_entries(file)), read_characters())


def read_characters() -> dict[str, str]:
    """Traditional characters, each with the Simplified one that it folds to."""
    text = files("tagloom.tags").joinpath("characters.tsv").read_text("utf-8")
    rows = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return {traditional: simplified for simplified, forms in rows for traditional in forms}


def read_entries(file: Traversable) -> Iterator[Entry]:
    """The entries of a file.

    Raises:
        ValueError: a line is none; the file and the line are named.
    """
    group: Group | None = None
    subgroup = ""
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        if section := _SECTION.fullmatch(line):
            subgroup = section[2]
            group = next((known for known in GROUPS if known == section[1]), None)
            if group is None:
                raise ValueError(f"{file.name}, line {number}: no group '{section[1]}' ({', '.join(GROUPS)})")
            continue
        if group is None:
            raise ValueError(f"{file.name}, line {number}: an entry before the first [group/subgroup]")
        try:
            yield _entry(line, group, subgroup)
        except ValueError as error:
            raise ValueError(f"{file.name}, line {number}: {error}") from error


def _entry(line: str, group: Group, subgroup: str) -> Entry:
    columns = line.split("\t")
    if len(columns) != _COLUMNS:
        raise ValueError(f"{len(columns)} columns, not {_COLUMNS}")
    tag, hans, hant, aliases, flags = columns
    said = frozenset(_items(flags))
    if said - _FLAGS:
        raise ValueError(f"unknown flag '{min(said - _FLAGS)}'")
    if not tag or not hans or not hant:
        raise ValueError("a tag needs a name in each script")
    return Entry(tag, group, subgroup, _items(hans), _items(hant), _items(aliases), "negative" in said, "sensitive" in said)


def _items(column: str) -> tuple[str, ...]:
    return tuple(column.split(", ")) if column else ()
