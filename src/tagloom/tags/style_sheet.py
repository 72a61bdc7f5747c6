"""A1111's styles.csv <-> styles. Rows that are not touched are written back byte for byte; a damaged file is never written.

The header names the columns: name, prompt, negative_prompt; text is what prompt was called once; others are kept. A row that
says nothing to paint (a divider), or whose name begins with # (a comment), is kept and is no style.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from tagloom.tags.styles import Style

_MARK: Final = "\ufeff"
_COLUMNS: Final = ("name", "prompt", "negative_prompt")
_OLD_PROMPT: Final = "text"
_COMMENT: Final = "#"
_NEWLINE: Final = "\r\n"


@dataclass(frozen=True, slots=True)
class Damage:
    """A line of a file that is no row, counted from 1, and why."""

    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row: what is written, with its line break, and the cells that this means."""

    written: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StyleSheet:
    """A file's header (with the mark that may begin it), its columns, its sound rows, and what is damaged."""

    head: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    damage: tuple[Damage, ...] = ()

    def styles(self) -> tuple[Style, ...]:
        """Its styles, in order; a name may come more than once."""
        return tuple(style for row in self.rows if (style := self._style(row)))

    def text(self) -> str:
        """The file."""
        return self.head + "".join(row.written for row in self.rows)

    def with_style(self, style: Style) -> "StyleSheet":
        """With a style more, or with another in the place of the last one of its name, whose other columns stay."""
        if style.negative_prompt and "negative_prompt" not in self.columns:
            return self._widened().with_style(style)
        places = [place for place, row in enumerate(self.rows) if (own := self._style(row)) and own.name == style.name]
        if places:
            (*_, place) = places
            changed = (*self.rows[:place], self._row(style, self.rows[place].cells), *self.rows[place + 1 :])
            return replace(self, rows=changed)
        ended = self._ended()
        return replace(ended, rows=(*ended.rows, self._row(style, ())))

    def without_style(self, name: str) -> "StyleSheet":
        """Without every style of a name."""
        return replace(self, rows=tuple(row for row in self.rows if not ((own := self._style(row)) and own.name == name)))

    def _widened(self) -> "StyleSheet":
        """With the column that files of before 2022 lack; rows may be shorter than the header."""
        mark = _MARK if self.head.startswith(_MARK) else ""
        columns = (*self.columns, "negative_prompt")
        return replace(self._ended(), head=mark + _written(columns, _newline(self.head)), columns=columns)

    def _style(self, row: Row) -> Style | None:
        cells = dict(zip(self.columns, row.cells, strict=False))
        prompt = cells.get("prompt", cells.get(_OLD_PROMPT, ""))
        style = Style(cells.get("name", ""), prompt, cells.get("negative_prompt", ""))
        says_something = style.prompt or style.negative_prompt
        return style if style.name and says_something and not style.name.startswith(_COMMENT) else None

    def _row(self, style: Style, cells: Sequence[str]) -> Row:
        """A style as a row, in the other columns of which stands what stood there."""
        said = {
            "name": style.name,
            "prompt": style.prompt,
            _OLD_PROMPT: style.prompt,
            "negative_prompt": style.negative_prompt,
        }
        kept = [*cells, *[""] * (len(self.columns) - len(cells))]
        if "prompt" in self.columns:
            del said[_OLD_PROMPT]
        written = tuple(said.get(column, cell) for column, cell in zip(self.columns, kept, strict=True))
        return Row(_written(written, _newline(self.head)), written)

    def _ended(self) -> "StyleSheet":
        """The sheet with a line break at its end."""
        if self.text().endswith(("\n", "\r")):
            return self
        newline = _newline(self.head)
        if not self.rows:
            return replace(self, head=self.head + newline)
        (*rows, last) = self.rows
        return replace(self, rows=(*rows, replace(last, written=last.written + newline)))


def new_sheet(styles: Sequence[Style] = ()) -> StyleSheet:
    """A sheet as A1111 would write it."""
    sheet = StyleSheet(head=_MARK + _written(_COLUMNS, _NEWLINE), columns=_COLUMNS, rows=())
    for style in styles:
        sheet = sheet.with_style(style)
    return sheet


def read_sheet(content: bytes) -> StyleSheet:
    """The sheet that a file's bytes are. What is wrong with them is told in its `damage`; an empty file is a new sheet."""
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return StyleSheet(head="", columns=_COLUMNS, rows=(), damage=(Damage(line, "is no UTF-8 text"),))
    if not text.removeprefix(_MARK).strip():
        return new_sheet()
    (line, head), *records = _records(text.removeprefix(_MARK))
    if isinstance(head, str):
        return StyleSheet(head="", columns=_COLUMNS, rows=(), damage=(Damage(line, head),))
    mark = _MARK if text.startswith(_MARK) else ""
    return _sheet(mark + head.written, head.cells, records)


def _sheet(head: str, columns: tuple[str, ...], records: Sequence[tuple[int, Row | str]]) -> StyleSheet:
    """What the records under a header come to."""
    rows: list[Row] = []
    damage: list[Damage] = []
    if "name" not in columns or not {"prompt", _OLD_PROMPT} & set(columns):
        damage.append(Damage(1, f"does not name the columns {', '.join(_COLUMNS)}"))
    for line, record in records:
        if isinstance(record, str):
            damage.append(Damage(line, record))
        elif len(record.cells) > len(columns):
            message = f"has {len(record.cells)} cells for {len(columns)} columns: text with commas needs quotes around it"
            damage.append(Damage(line, message))
        else:
            rows.append(record)
    return StyleSheet(head=head, columns=columns, rows=tuple(rows), damage=tuple(damage))


def _records(text: str) -> Iterator[tuple[int, Row | str]]:
    """Each record with the line it begins at; what is none, as the reason."""
    lines = list(io.StringIO(text, newline=""))
    reader = csv.reader(iter(lines), strict=True)
    while True:
        start = reader.line_num
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield start + 1, _reason(str(error))
            continue
        yield start + 1, Row("".join(lines[start : reader.line_num]), tuple(cells))


def _reason(error: str) -> str:
    if "end of data" in error:
        return "opens a quote that nothing closes"
    if "expected after" in error:
        return "goes on behind a closing quote: a quote within a cell is written twice"
    return f"is no row: {error}"


def _written(cells: Sequence[str], newline: str) -> str:
    row = io.StringIO()
    csv.writer(row, lineterminator=newline).writerow(cells)
    return row.getvalue()


def _newline(head: str) -> str:
    return next((newline for newline in (_NEWLINE, "\n", "\r") if head.endswith(newline)), _NEWLINE)
