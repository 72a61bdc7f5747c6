"""What is wrong with a prompt, as values, and their picture on a terminal."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal

from tagloom.prompt.source import Edit, Span, line_and_column

_LONGEST_LINE: Final = 120  # characters that are shown of a line
_BEFORE: Final = 40  # of them before what is marked

About = Literal["prompt", "negative", "settings"]


class Severity(Enum):
    """ERROR: the text does not say what it seems to. WARNING: it probably does not do what is meant. INFO: worth knowing."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One finding: a stable code, the problem in the user's words, where it is, and the remedy.

    `about` says which text the span is of: the prompt, the negative prompt, or none (the span is then empty).
    """

    code: str
    severity: Severity
    message: str
    span: Span
    hint: str = ""
    fix: Edit | None = None
    about: About = "prompt"


def in_order(found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Findings on the settings, on the prompt, on the negative prompt; each by its place in the text."""
    texts = ("settings", "prompt", "negative")
    return tuple(sorted(found, key=lambda one: (texts.index(one.about), one.span, one.code)))


def render(diagnostic: Diagnostic, text: str) -> str:
    """The finding with the line it is on, marked, where it is about a text; of a long line what is near:

    error[P001]: expected ')'
     --> 1:3
      | a (cat
      |   ^^^^
    """
    head = f"{diagnostic.severity.value}[{diagnostic.code}]: {diagnostic.message}"
    remedy = [f"  = {diagnostic.hint}"] if diagnostic.hint else []
    if diagnostic.about == "settings":
        return "\n".join([head, *remedy])
    start = min(diagnostic.span.start, len(text))
    line, column = line_and_column(text, start)
    before, marked, after = _near(text, start, max(1, len(diagnostic.span)))
    margin, carets = " " * _width(before), "^" * max(1, _width(marked))
    lines = [head, f" --> {line}:{column}", f"  | {_visible(before + marked + after)}", f"  | {margin}{carets}"]
    return "\n".join(lines + remedy)


def _near(text: str, start: int, length: int) -> tuple[str, str, str]:
    """What stands on a line before a place, there, and behind it; "…" where the line goes on."""
    begin = text.rfind("\n", 0, start) + 1
    end = text.find("\n", start)
    end = len(text) if end < 0 else end
    if end - begin <= _LONGEST_LINE:
        return text[begin:start], text[start : min(end, start + length)], text[start + length : end]
    first = begin if start - begin <= _BEFORE else start - _BEFORE
    last = min(end, first + _LONGEST_LINE)
    before = text[first:start] if first == begin else "…" + text[first + 1 : start]
    marked, after = text[start : min(last, start + length)], text[start + length : last]
    if last == end:
        return before, marked, after
    return (before, marked, after[:-1] + "…") if after else (before, marked[:-1] + "…", "")


def _visible(text: str) -> str:
    """Text that cannot disturb a terminal: what is not printable becomes a replacement character."""
    return "".join(char if char.isprintable() else "�" for char in text)


def _width(text: str) -> int:
    """How many terminal columns the text takes."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text if not unicodedata.combining(char))
