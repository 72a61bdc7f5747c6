"""What an editor does to a prompt: each a function from a text to edits of it, which lose nothing of the rest.

They speak the default dialect. A span is that of a tag, as `tags_of` gives it, or of any selection.
"""

from collections.abc import Sequence
from typing import Final

from tagloom.prompt.chips import Chip, from_chips, to_chips
from tagloom.prompt.grammar import CLOSING, GRAMMARS
from tagloom.prompt.nodes import Node, Weighted, children
from tagloom.prompt.parser import parse
from tagloom.prompt.printer import number
from tagloom.prompt.sorting import sort
from tagloom.prompt.source import Edit, Span, apply

__all__ = [
    "WEIGHT_STEP",
    "Chip",
    "apply",
    "change_weight",
    "disable",
    "enable",
    "from_chips",
    "move",
    "sort",
    "to_chips",
    "unwrap",
    "wrap",
]

WEIGHT_STEP: Final = 0.05


def change_weight(text: str, span: Span, by: float = WEIGHT_STEP) -> tuple[Edit, ...]:
    """Raise (or, with a negative number, lower) the weight of a span, in steps that are written with two digits.

    A span that fills a pair of brackets changes their number; any other gets brackets of its own. Brackets that come to
    weigh 1 are taken away.
    """
    around = _brackets_around(text, span)
    factor = round((around.factor if around else 1.0) + by, 2)
    inner = text[_body(around).start : _body(around).end] if around else span.of(text)
    written = inner if factor == 1 else f"({inner}:{number(factor)})"
    return (Edit(span=around.span if around else span, replacement=written),)


def wrap(text: str, span: Span, bracket: str = "(") -> tuple[Edit, ...]:
    """Put a span into brackets.

    Raises:
        ValueError: it is no opening bracket.
    """
    if bracket not in GRAMMARS["tagloom"].weights:
        raise ValueError(f"'{bracket}' is no opening bracket")
    return (Edit(span=span, replacement=bracket + span.of(text) + CLOSING[bracket]),)


def unwrap(text: str, span: Span) -> tuple[Edit, ...]:
    """Take away the innermost weight that holds just this span; nothing where there is none."""
    around = _brackets_around(text, span)
    return (Edit(span=around.span, replacement=_body(around).of(text)),) if around else ()


def move(text: str, tag: int, before: int) -> tuple[Edit, ...]:
    """Put the `tag`-th tag in front of the `before`-th (the number of tags puts it last); commas stay where they are.

    Tags are those of `to_chips`, counted from 0.

    Raises:
        IndexError: there is no such tag.
    """
    chips = to_chips(text)
    if not 0 <= tag < len(chips) or not 0 <= before <= len(chips):
        raise IndexError(f"there are {len(chips)} tags")
    order = [place for place in range(len(chips)) if place != tag]
    order.insert(before - (tag < before), tag)
    return _reordered(text, chips, order)


def disable(text: str, tag: int) -> tuple[Edit, ...]:
    """Put the `tag`-th tag, with its comma, on a comment line of its own, from which `enable` brings it back.

    Raises:
        IndexError: there is no such tag.
    """
    chip = to_chips(text)[tag]
    if not chip.is_enabled or chip.is_border:
        return ()
    own = Span(chip.span.start, chip.span.end + len(chip.after) + len(chip.separator.rstrip("\n")))
    if "\n" in own.of(text):
        own_lines = own.of(text).replace("\n", " ")  # a comment is one line
        return (Edit(span=own, replacement=f"\n// {own_lines}\n"),)
    return (Edit(span=own, replacement=f"\n// {own.of(text)}" + ("" if own.end == len(text) else "\n")),)


def enable(text: str, tag: int) -> tuple[Edit, ...]:
    """Bring the `tag`-th tag back from its comment line; its line breaks go where a comma separates it already.

    Raises:
        IndexError: there is no such tag.
    """
    chip = to_chips(text)[tag]
    if chip.is_enabled:
        return ()
    start, end = chip.span.start, chip.span.end
    written = chip.raw.lstrip(" \t").removeprefix("//").removeprefix(" ")
    if text[:start].endswith("\n") and text[: start - 1].rstrip(" ")[-1:] in {"", ","}:
        start -= 1
    if text.startswith("\n", end) and written.rstrip(" ").endswith(","):
        end += 1
    return (Edit(span=Span(start, end), replacement=written),)


def _reordered(text: str, chips: Sequence[Chip], order: Sequence[int]) -> tuple[Edit, ...]:
    """Each place gets another chip's raw text; white space and separators stay."""
    return tuple(
        Edit(span=chips[place].span, replacement=chips[other].raw)
        for place, other in enumerate(order)
        if place != other and chips[place].span.of(text) != chips[other].raw
    )


def _brackets_around(text: str, span: Span) -> Weighted | None:
    """The innermost weight whose body is this span, white space aside, or that is this span itself."""
    found: Weighted | None = None
    nodes: Sequence[Node] = parse(text).nodes
    while nodes:
        holding = [node for node in nodes if node.span.start <= span.start and span.end <= node.span.end and len(node.span)]
        if not holding:
            break
        (node, *_) = holding
        if isinstance(node, Weighted) and (node.span == span or _body(node).of(text).strip() == span.of(text).strip()):
            found = node
        nodes = children(node)
    return found


def _body(node: Weighted) -> Span:
    if not node.body:
        return Span(node.span.start + 1, node.span.end - 1)
    return Span(node.body[0].span.start, node.body[-1].span.end)
