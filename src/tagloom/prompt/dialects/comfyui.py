"""Prompts as ComfyUI reads them: round brackets only, a number replaces the weight, square and curly ones are text."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from tagloom.prompt.brackets import MAX_DEPTH

_ESCAPES: Final = (("\\)", "\0\1"), ("\\(", "\0\2"))
_LARGE: Final = 8  # a group of at least so many tokens may be cut between batches

Run = tuple[str, float]
Weighed = tuple[int, float]


def read_weights(text: str) -> list[Run]:
    """Runs of (text, weight). `(x)` multiplies by 1.1, `(x:n)` sets n, whatever encloses it; n is anything that Python's
    `float` reads. Groups nested more than 64 deep are text."""
    hidden = text
    for written, stand_in in _ESCAPES:
        hidden = hidden.replace(written, stand_in)
    return [(_shown(piece), weight) for piece, weight in _read(hidden, 1.0, 0)]


def _shown(text: str) -> str:
    return text.replace("\0\1", ")").replace("\0\2", "(")


def _read(text: str, weight: float, depth: int) -> Iterator[Run]:
    for piece in _groups(text):
        if depth < MAX_DEPTH and len(piece) > 1 and piece[0] == "(" and piece[-1] == ")":
            body, own = piece[1:-1], weight * 1.1
            colon = body.rfind(":")
            number = _number(body[colon + 1 :]) if colon > 0 else None
            if number is not None:
                body, own = body[:colon], number
            yield from _read(body, own, depth + 1)
        else:
            yield piece, weight


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _groups(text: str) -> list[str]:
    """Text outside brackets, and outermost groups with theirs. A closing bracket too many leaves the rest one text."""
    groups: list[str] = []
    depth = start = 0
    for position, char in enumerate(text):
        if char == "(":
            if depth == 0:
                groups.append(text[start:position])
                start = position
            depth += 1
        elif char == ")":
            depth -= 1
            if depth == 0:
                groups.append(text[start : position + 1])
                start = position + 1
    return [group for group in (*groups, text[start:]) if group]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """How a text encoder's batches look: their length with both ends, the end tokens, and what fills them up."""

    length: int = 77
    begin: int = 49406
    end: int = 49407
    padding: int = 49407


def batches(groups: Sequence[Sequence[Weighed]], frame: Frame) -> list[list[Weighed]]:
    """Groups of weighed tokens packed into batches; a group of fewer than 8 tokens is never cut."""
    filled: list[list[Weighed]] = [[(frame.begin, 1.0)]]
    for group in groups:
        rest = list(group)
        while rest:
            room = frame.length - len(filled[-1]) - 1
            if len(rest) <= room:
                filled[-1] += rest
                break
            taken = room if len(group) >= _LARGE else 0
            filled[-1] += rest[:taken]
            rest = rest[taken:]
            filled.append([(frame.begin, 1.0)])
    return [_closed(batch, frame) for batch in filled]


def _closed(batch: list[Weighed], frame: Frame) -> list[Weighed]:
    return [*batch, (frame.end, 1.0), *[(frame.padding, 1.0)] * (frame.length - len(batch) - 1)]
