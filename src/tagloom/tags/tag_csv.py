"""CSV files as tagcomplete (the autocompletion of other tools) has them -> a list of tags.

A list: `name,type,count,"alias,alias"`, with or without a header; the last columns may be missing. Translations:
`name,translation` or `name,type,translation`.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final, Never, TypeVar

from tagloom.errors import RequestError
from tagloom.tags.tag_list import KINDS, SEPARATOR, TagKind, TagList
from tagloom.tags.tag_text import tag_text

_NAME_HEADERS: Final = frozenset({"name", "tag", "tags", "tag_name", "english", "en"})
_LIST_COLUMNS: Final = range(2, 5)
_TRANSLATION_COLUMNS: Final = range(2, 4)
_NUMBER: Final = re.compile(r"[0-9]{1,12}")
_BETWEEN_NAMES: Final = re.compile(r"[,，、;；|]")
_NOT_ALL_DIGITS: Final = re.compile(r".*[^0-9].*", re.DOTALL)

_Read = TypeVar("_Read")


def read_tags(source: str, content: bytes) -> TagList:
    """A file's tags, each once, in alphabetical order.

    `source` is what messages call the file.

    Raises:
        RequestError: it is no such list; the line and the reason are named.
    """
    rows: dict[str, tuple[TagKind | None, int, str]] = {}
    for name, (kind, count, aliases) in _rows(source, content, _tag_row):
        rows.setdefault(name, (kind, count, SEPARATOR.join(alias for alias in aliases if alias != name)))
    tags = tuple(sorted(rows))
    columns = [rows[tag] for tag in tags]
    return TagList(
        tags,
        tuple(kind for kind, _, _ in columns),
        tuple(count for _, count, _ in columns),
        tuple(aliases for _, _, aliases in columns),
        ("",) * len(tags),
    )


def read_translations(source: str, content: bytes) -> dict[str, str]:
    """A file's names for tags, SEPARATOR between several.

    Raises:
        RequestError: it is no such file; the line and the reason are named.
    """
    found: dict[str, dict[str, None]] = {}
    for name, translations in _rows(source, content, _translation_row):
        found.setdefault(name, {}).update(dict.fromkeys(translations))
    return {name: SEPARATOR.join(translations) for name, translations in sorted(found.items()) if translations}


def _rows(source: str, content: bytes, read: Callable[[Sequence[str]], _Read]) -> Iterator[tuple[str, _Read]]:
    """The name in each row, and what `read` makes of the row, which raises ValueError if it is none."""
    reader = csv.reader(io.StringIO(_text(source, content), newline=""), strict=True)
    is_first, is_empty = True, True
    try:
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            is_header = is_first and row[0].strip().lower() in _NAME_HEADERS and not any(map(_NUMBER.fullmatch, row))
            is_first = False
            if is_header:
                continue
            name = tag_text(row[0])
            if not name:
                raise ValueError("the name is missing")
            yield name, read(row)
            is_empty = False
    except (csv.Error, ValueError) as error:
        _refuse(source, f"line {reader.line_num}: {error}")
    if is_empty:
        _refuse(source, "it holds no rows")


def _tag_row(row: Sequence[str]) -> tuple[TagKind, int, list[str]]:
    if len(row) not in _LIST_COLUMNS:
        raise ValueError(f"{len(row)} columns, where name,type,count,aliases are wanted")
    kind, count, aliases = [*row[1:], "", ""][:3]
    number = kind.strip()
    if not _NUMBER.fullmatch(number) or int(number) not in KINDS:
        known = ", ".join(f"{known} ({name})" for known, name in KINDS.items())
        raise ValueError(f"the type is '{kind[:20]}', which is none of {known}")
    if count.strip() and not _NUMBER.fullmatch(count.strip()):
        raise ValueError(f"the count is '{count[:20]}', which is no number of pictures")
    others = dict.fromkeys(tag_text(alias) for alias in aliases.split(SEPARATOR))
    return KINDS[int(number)], int(count.strip() or 0), [alias for alias in others if alias]


def _translation_row(row: Sequence[str]) -> list[str]:
    if len(row) not in _TRANSLATION_COLUMNS:
        raise ValueError(f"{len(row)} columns, where name,translation or name,type,translation are wanted")
    if len(row) == max(_TRANSLATION_COLUMNS) and not _NUMBER.fullmatch(row[1].strip()):
        raise ValueError(f"the type is '{row[1][:20]}', which is no number")
    if row[-1].strip() and not _NOT_ALL_DIGITS.fullmatch(row[-1]):
        raise ValueError(f"the translation is the number {row[-1][:20]}: is this a list of tags?")
    return [name for part in _BETWEEN_NAMES.split(row[-1]) if (name := " ".join(part.split()))]


def _text(source: str, content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        _refuse(source, f"line {line}: it is no UTF-8 text", error)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        _refuse(source, f"line {line}: it is no text")
    return text


def _refuse(source: str, reason: str, cause: Exception | None = None) -> Never:
    hint = 'a list of tags has rows such as 1girl,0,6008644,"1girls,sole_female"; translations 1girl,1个女孩'
    raise RequestError(f"{source} is no such CSV file: {reason}", field="file", hint=hint) from cause
