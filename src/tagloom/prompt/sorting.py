"""A prompt whose tags stand in the order of their groups; nothing else of it changes.

Tags change places; commas, line breaks and comments stay. What no tag crosses: BREAK, AND, a comment that is no tag switched
off. What keeps its place: a tag switched off, and a tag that would mean something else elsewhere (half a pair of brackets, a
number after a colon).
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from tagloom.prompt.chips import Chip, to_chips
from tagloom.prompt.compiler import compile
from tagloom.prompt.conjunction import conjuncts
from tagloom.prompt.lexer import read_number
from tagloom.prompt.lint.subject import tags_of
from tagloom.prompt.parser import parse
from tagloom.prompt.source import Edit, Span, apply

_UNBALANCED: Final = frozenset({"P001", "P002", "P003", "P005"})
_STEPS: Final = 20
_COMMAS: Final = (",", "，", "、")

GroupOf = Callable[[str], int | None]


def sort(text: str, group_of: GroupOf) -> tuple[Edit, ...]:
    """Bring the tags of each section into the order of their groups; those without one stay behind the tag before them.

    `group_of` gets a tag's words alone; of several in brackets the first that has a group decides. A prompt that would come
    to say something else is left as it is.
    """
    edits = tuple(edit for places in _sections(text, group_of) for edit in _reordered(text, places))
    return edits if edits and _says(apply(text, edits)) == _says(text) else ()


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a tag stands that may change places, what is written there, and its group: None before the first known one."""

    span: Span
    raw: str
    group: int | None


def _sections(text: str, group_of: GroupOf) -> Iterator[list[_Place]]:
    """The places between two borders."""
    strengths = _strengths(text)
    places: list[_Place] = []
    group: int | None = None
    for chip in to_chips(text):
        if chip.is_border or (not chip.is_enabled and not _is_switched_off(chip, group_of)):
            yield places
            places, group = [], None
            continue
        span = _without_strength(text, chip.span, strengths)
        if not chip.is_enabled or not _may_move(span.of(text)):
            continue
        own = _group(span.of(text), group_of)
        group = group if own is None else own
        places.append(_Place(span, span.of(text), group))
    yield places


def _reordered(text: str, places: Sequence[_Place]) -> Iterator[Edit]:
    """Each place gets what is written in another."""
    order = sorted(places, key=lambda place: (place.group is not None, place.group or 0))
    for place, other in zip(places, order, strict=True):
        if place.raw != other.raw:
            # A word must not grow together with a BREAK or AND that only a bracket held apart.
            before = " " if _is_word(text[: place.span.start][-1:]) and _is_word(other.raw[0]) else ""
            after = " " if _is_word(text[place.span.end :][:1]) and _is_word(other.raw[-1]) else ""
            yield Edit(span=place.span, replacement=before + other.raw + after)


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_"


def _is_switched_off(comment: Chip, group_of: GroupOf) -> bool:
    """Whether a comment is a tag that the editor switched off, and no remark."""
    written = comment.raw.strip().removeprefix("//").strip()
    return written.endswith(_COMMAS) or _group(written, group_of) is not None


def _may_move(raw: str) -> bool:
    """Whether a tag means the same wherever it stands."""
    if not raw or raw.startswith("//") or (":" in raw and read_number(raw.rpartition(":")[2]) is not None):
        return False
    return not any(found.code in _UNBALANCED for found in parse(raw).diagnostics)


def _group(raw: str, group_of: GroupOf) -> int | None:
    """The group of the first of its tags that has one."""
    groups = (group_of(tag.text) for tag in tags_of(parse(raw)) if tag.text)
    return next((group for group in groups if group is not None), None)


def _strengths(text: str) -> list[Span]:
    """Where the `:n` stand that weigh the prompts which AND joins."""
    joined = conjuncts(parse(text))
    return [one.number for one in joined if one.number is not None] if len(joined) > 1 else []


def _without_strength(text: str, span: Span, strengths: Sequence[Span]) -> Span:
    """A tag without the `:n` behind it, which belongs to all of its prompt."""
    for number in strengths:
        if span.start <= number.start < span.end:
            return Span(span.start, span.start + len(text[span.start : number.start].rstrip()))
    return span


def _says(text: str) -> tuple[object, ...]:
    """What must be equal before and after: every tag with its weight, the strengths, and the findings."""
    tree = parse(text)
    tags = Counter((tag.text, tag.weight, tag.is_timed) for tag in tags_of(tree) if tag.text)
    strengths = tuple(one.strength for one in conjuncts(tree))
    return tags, strengths, Counter(found.code for found in compile(tree, steps=_STEPS).diagnostics)
