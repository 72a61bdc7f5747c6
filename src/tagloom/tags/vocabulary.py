"""words.tsv -> the grammar: its own words, the kinds of nouns, and what English makes of them.

The file explains its format itself. A grammar's words stand beside the lexicon's tags: a lexicon says what there is, a
grammar how it is put together.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal, TypeAlias, get_args

from tagloom.tags.entry import Entry
from tagloom.tags.groups import Language
from tagloom.tags.shipped import shipped_text

Role: TypeAlias = Literal[
    "colour",
    "shade",
    "degree",
    "number",
    "amount",
    "measure",
    "adjective",
    "adverb",
    "negation",
    "conjunction",
    "verb",
    "place",
    "spot",
    "body spot",
    "particle",
    "at",
    "like",
    "many",
    "shape",
    "colored",
    "passive",
    "disposal",
    "coverb",
    "noun",
]
CLASSES: Final = ("opinion", "size", "age", "shape", "state", "colour", "pattern", "material")
"""Of adjectives, in English order."""

_SECTION: Final = re.compile(r"\[([a-z ]+)(?:/([a-z]+))?\]")
_COLUMNS: Final = 4
_ASPECTS: Final = ("着", "了", "起", "住")
_ROLES: Final[tuple[Role, ...]] = get_args(Role)


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One word of the grammar. detail: its section's, such as an adjective's class; note: its fourth column's items."""

    role: Role
    detail: str
    english: str
    hans: tuple[str, ...]
    hant: str
    note: tuple[str, ...]

    def name(self, language: Language) -> str:
        """Its usual form in a language."""
        match language:
            case "en":
                return self.english
            case "zh-Hans":
                return self.hans[0]
            case "zh-Hant":
                return self.hant


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the file, with its section."""

    section: str
    detail: str
    english: str
    hans: tuple[str, ...]
    hant: str
    note: tuple[str, ...]


class Grammar:
    """Words by their Chinese forms, and what is to be known of English nouns."""

    def __init__(self, rows: Iterable[Row]) -> None:
        """Read the rows of a file.

        Raises:
            ValueError: a section is none.
        """
        self.words: list[Word] = []
        self.plurals: dict[str, str] = {}
        self.attributes: dict[str, str] = {}
        self.participles: dict[str, str] = {}
        self.fixed: frozenset[str] = frozenset()
        self.openings: frozenset[str] = frozenset()
        self.whole: frozenset[str] = frozenset()
        self.wordings: dict[tuple[str, str], str] = {}
        self._kinds: dict[str, str] = {}
        self._heads: dict[str, str] = {}
        self._things: dict[str, str] = {}
        for row in rows:
            self._add(row)
        self.by_english: dict[str, dict[str, Word]] = {role: {} for role in _ROLES}
        self.measures: dict[str, Word] = {}
        self.worn: dict[str, Word] = {}
        for word in self.words:
            self.by_english[word.role].setdefault(word.english, word)
            if word.role == "measure" and not word.english:
                self._count_with(word, self.measures)
            elif word.detail == "wear":
                self._count_with(word, self.worn)
        self.singulars: Mapping[str, str] = {plural: singular for singular, plural in self.plurals.items()}
        self.classes: Mapping[str, str] = {
            word.english: word.detail or "colour" for word in self.words if word.role in {"adjective", "colour"}
        }

    @staticmethod
    def _count_with(word: Word, found: dict[str, Word]) -> None:
        """Remember what a word is said of; the earlier line of the file goes first."""
        for name in word.note:
            found.setdefault(name, word)

    def _add(self, row: Row) -> None:
        match row.section:
            case "kind":
                self._kinds |= dict.fromkeys(row.note, row.english)
            case "opening":
                self.openings |= frozenset(row.note)
            case "heads":
                self._heads |= dict.fromkeys(row.note, row.english)
            case "things":
                self._things |= dict.fromkeys(row.note, row.english)
            case "plural":
                self.plurals[row.english] = row.note[0]
            case "attribute":
                self.attributes[row.english] = row.note[0]
            case "participle":
                self.participles[row.english] = row.note[0]
            case "fixed":
                self.fixed |= frozenset(row.note)
            case "whole":
                self.whole |= frozenset(row.note)
            case "wording of":
                self.wordings |= {(row.detail, usual): row.english for usual in row.note}
            case _:
                role = next((known for known in _ROLES if known == row.section), None)
                if role is None:
                    raise ValueError(f"no section '{row.section}'")
                hant = row.hant or (row.hans[0] if row.hans else "")
                word = Word(role=role, detail=row.detail, english=row.english, hans=row.hans, hant=hant, note=row.note)
                self.words.append(word)

    def kind(self, entry: Entry) -> str:
        """What kind of noun a tag is: its own, else that of its subgroup, else that of its group."""
        group: str = entry.group
        own = self._things.get(entry.tag)
        kind = own or self._kinds.get(f"{group}/{entry.subgroup}") or self._kinds.get(group, "object")
        return self._heads.get(entry.tag.rpartition(" ")[2], kind) if kind in {"pattern", "material"} else kind

    def kind_of_tag(self, tag: str) -> str | None:
        """The kind that the file gives to a tag by name."""
        return self._things.get(tag)

    def forms(self) -> Iterator[tuple[str, Word]]:
        """Every Chinese form that a word is understood by, with the word, the earlier lines of the file first."""
        for word in self.words:
            for form in word.hans:
                yield form, word
                if word.role in {"adjective", "colour"} and len(form) == 1:
                    yield form * 2, word
                elif word.role == "verb" and not form.endswith(_ASPECTS):
                    yield from ((form + aspect, word) for aspect in _ASPECTS)


@cache
def load_grammar() -> Grammar:
    """The grammar that comes with tagloom, read once."""
    return Grammar(read_rows(shipped_text("words.tsv")))


def read_rows(text: str) -> Iterator[Row]:
    """The lines of a grammar's file.

    Raises:
        ValueError: a line is none; its number is named.
    """
    section = detail = ""
    for number, line in enumerate(text.splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        if heading := _SECTION.fullmatch(line):
            section, detail = heading[1], heading[2] or ""
            continue
        columns = line.split("\t")
        if len(columns) != _COLUMNS or not section:
            raise ValueError(f"words.tsv, line {number}: {len(columns)} columns, not {_COLUMNS}, or no section")
        english, hans, hant, note = columns
        yield Row(section, detail, english, _items(hans), hant, _items(note))


def _items(column: str) -> tuple[str, ...]:
    return tuple(column.split(", ")) if column else ()
