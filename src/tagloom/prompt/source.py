"""Where something stands in a text, and how the text is changed there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Span(NamedTuple):
    """The code points `start` .. `end` (half-open) of a text; its length is theirs."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """What stands there."""
        return text[self.start : self.end]

    def __len__(self) -> int:
        return self.end - self.start


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Put `replacement` in the place of `span`."""

    span: Span
    replacement: str


def apply(text: str, edits: Sequence[Edit]) -> str:
    """The text with the edits made, all of which speak of it as it was.

    Raises:
        ValueError: two of them overlap.
    """
    changed, position = "", 0
    for edit in sorted(edits, key=lambda one: one.span):
        if edit.span.start < position:
            raise ValueError(f"edits overlap at {edit.span.start}")
        changed += text[position : edit.span.start] + edit.replacement
        position = edit.span.end
    return changed + text[position:]


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """The line and column of an offset, both counted from 1."""
    line = text.count("\n", 0, offset) + 1
    return line, offset - text.rfind("\n", 0, offset)
