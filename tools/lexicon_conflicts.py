"""Entries of all files -> wordings that belong to two of them, and how that is mended by rule.

The same tag twice: one entry, in the file that fits best, with the names and aliases of both. An alias that is a tag, or
stands in an entry twice: it goes. An alias of two entries, a Chinese name of two entries: it stays where it stands further
in front, else in the file that fits best; but the last name of an entry is never taken away.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from tagloom.tags.lexicon import english_key
from tools.lexicon_sheets import Place, Row, Sheets

_AFTER_ALL_NAMES: Final = 1000


@dataclass(frozen=True, slots=True)
class Chinese:
    """How Chinese names are compared. key: as `Lexicon.key`. forms: the Traditional forms that are filled in for a name."""

    key: Callable[[str], str]
    forms: Callable[[str], tuple[str, ...]]


def conflicts(sheets: Sheets, chinese: Chinese) -> list[str]:
    """What is wrong, a line each."""
    wrong = [
        f"tag '{tag}' twice: {', '.join(map(sheets.told, places))}"
        for tag, places in _tags(sheets).items()
        if len(places) > 1
    ]
    wrong.extend(
        f"alias '{alias}' of '{sheets.rows[place].tag}' is a tag" for place, alias in _aliases_that_are_tags(sheets)
    )
    for alias, places in _aliases(sheets).items():
        if len(places) > 1:
            wrong.append(f"alias '{alias}' of {_tags_at(sheets, places)}")
    for key, places in _names(sheets, chinese).items():
        if len(places) > 1:
            wrong.append(f"name '{key}' of {_tags_at(sheets, places)}")
    return wrong


def resolve(sheets: Sheets, chinese: Chinese) -> list[str]:
    """Mend the rows, and tell what was done, a line each; what could not be mended is a conflict still."""
    done = [*_join_tags(sheets), *_drop_aliases(sheets)]
    while more := [*_part_names(sheets, chinese)]:
        done.extend(more)
    return done


def _join_tags(sheets: Sheets) -> Iterator[str]:
    for tag, places in _tags(sheets).items():
        for place in places[1:]:
            kept, other = sheets.rows[places[0]], sheets.rows.pop(place)
            sheets.rows[places[0]] = Row(
                kept.tag,
                _joined(kept.hans, other.hans),
                _joined(kept.hant, other.hant),
                _joined(kept.aliases, other.aliases),
                _joined(kept.flags, other.flags),
            )
            yield f"tag '{tag}': {sheets.told(place)} joined to {sheets.told(places[0])}"


def _drop_aliases(sheets: Sheets) -> Iterator[str]:
    for place, row in sheets.rows.items():
        sheets.rows[place] = replace(row, aliases=_joined(row.aliases))
    for place, alias in list(_aliases_that_are_tags(sheets)):
        _drop_alias(sheets, place, alias)
        yield f"alias '{alias}' dropped from '{sheets.rows[place].tag}': it is a tag"
    for alias, places in _aliases(sheets).items():
        best = min(places, key=lambda place: (_alias_position(sheets.rows[place], alias), place))
        for place in places:
            if place != best:
                _drop_alias(sheets, place, alias)
                yield f"alias '{alias}' dropped from '{sheets.rows[place].tag}': it stays with '{sheets.rows[best].tag}'"


def _part_names(sheets: Sheets, chinese: Chinese) -> Iterator[str]:
    for key, places in _names(sheets, chinese).items():
        standing = [place for place in places if _position(sheets.rows[place], key, chinese) is not None]
        best = min(standing, key=lambda place: (_position(sheets.rows[place], key, chinese), place), default=None)
        for place in standing:
            row = sheets.rows[place]
            without = _without_name(row, key, chinese)
            if place != best and best is not None and without.hans:
                sheets.rows[place] = without
                yield f"name '{key}' dropped from '{row.tag}': it stays with '{sheets.rows[best].tag}'"


def _without_name(row: Row, key: str, chinese: Chinese) -> Row:
    """The row without the names of that key, and without the Traditional forms that are no form of a name that stays."""
    hans = tuple(name for name in row.hans if chinese.key(name) != key)
    left = {form for name in hans for form in chinese.forms(name)}
    gone = {form for name in row.hans if name not in hans for form in chinese.forms(name)} - left
    return replace(row, hans=hans, hant=tuple(name for name in row.hant if name not in gone and chinese.key(name) != key))


def _position(row: Row, key: str, chinese: Chinese) -> int | None:
    """How far in front a name stands; Traditional words that are no form of a Simplified name stand behind those."""
    for position, name in enumerate(row.hans):
        if chinese.key(name) == key:
            return position
    for position, name in enumerate(row.hant):
        if chinese.key(name) == key:
            return _AFTER_ALL_NAMES + position
    return None


def _alias_position(row: Row, alias: str) -> int:
    return next(position for position, other in enumerate(row.aliases) if english_key(other) == alias)


def _drop_alias(sheets: Sheets, place: Place, alias: str) -> None:
    row = sheets.rows[place]
    sheets.rows[place] = replace(row, aliases=tuple(other for other in row.aliases if english_key(other) != alias))


def _tags(sheets: Sheets) -> dict[str, list[Place]]:
    found: dict[str, list[Place]] = {}
    for place, row in sorted(sheets.rows.items()):
        found.setdefault(english_key(row.tag), []).append(place)
    return found


def _aliases(sheets: Sheets) -> dict[str, list[Place]]:
    found: dict[str, list[Place]] = {}
    for place, row in sorted(sheets.rows.items()):
        for alias in dict.fromkeys(map(english_key, row.aliases)):
            found.setdefault(alias, []).append(place)
    return found


def _aliases_that_are_tags(sheets: Sheets) -> Iterator[tuple[Place, str]]:
    tags = frozenset(_tags(sheets))
    for alias, places in _aliases(sheets).items():
        if alias in tags:
            for place in places:
                yield place, alias


def _names(sheets: Sheets, chinese: Chinese) -> dict[str, list[Place]]:
    found: dict[str, list[Place]] = {}
    for place, row in sorted(sheets.rows.items()):
        for key in dict.fromkeys(map(chinese.key, (*row.hans, *row.hant))):
            found.setdefault(key, []).append(place)
    return found


def _tags_at(sheets: Sheets, places: list[Place]) -> str:
    return ", ".join(f"'{sheets.rows[place].tag}' ({sheets.told(place)})" for place in places)


def _joined(*columns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for column in columns for item in column))
