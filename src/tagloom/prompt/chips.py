"""A prompt as an editor shows it: one chip for each tag, border and comment; and back."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tagloom.prompt.nodes import And, Break, Comment, Node, Separator, Text, Weighted, children
from tagloom.prompt.parser import parse
from tagloom.prompt.source import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """One tag of a prompt as an editor shows it. The spans of all chips, with what is around them, tile the text.

    before, after: white space around it. raw: what is written, brackets and all. separator: what ends it, "" at the end.
    tag: its words alone. weight: of the brackets that hold all of it. is_border: it is a BREAK or an AND.
    """

    before: str
    raw: str
    after: str
    separator: str
    span: Span
    tag: str
    weight: float
    is_enabled: bool
    is_border: bool


def to_chips(text: str) -> tuple[Chip, ...]:
    """The tags between the commas that stand outside all brackets, and the BREAKs and ANDs between them."""
    return tuple(_chips(text, parse(text).nodes))


def from_chips(chips: Sequence[Chip]) -> str:
    """The prompt that these chips are; `from_chips(to_chips(text)) == text`."""
    return "".join(chip.before + chip.raw + chip.after + chip.separator for chip in chips)


def _chips(text: str, nodes: Sequence[Node]) -> Iterator[Chip]:
    held: list[Node] = []
    start = 0
    for node in nodes:
        written = node.span.of(text)
        if written == "\n" and not text[start : node.span.start].strip():
            continue  # an empty line is white space before the next tag
        if isinstance(node, Separator):
            yield _chip(text, Span(start, node.span.start), held, written)
        elif isinstance(node, Break | And | Comment):
            gap = Span(start, node.span.start)
            if gap.of(text).strip():
                yield _chip(text, gap, held, "")
                gap = Span(gap.end, gap.end)
            yield _border(text, gap, node)
        else:
            held.append(node)
            continue
        held, start = [], node.span.end
    if start < len(text):
        yield _chip(text, Span(start, len(text)), held, "")


def _chip(text: str, span: Span, nodes: Sequence[Node], separator: str) -> Chip:
    """The chip of what stands between two separators."""
    written = span.of(text)
    before = written[: len(written) - len(written.lstrip(" \t\n"))]
    own = Span(span.start + len(before), span.start + max(len(before), len(written.rstrip(" \t\n"))))
    said = [node for node in nodes if not (isinstance(node, Text) and not node.span.of(text).strip())]
    weighted = said[0] if len(said) == 1 and isinstance(said[0], Weighted) else None
    words = weighted.body if weighted else nodes
    return Chip(
        before=before,
        raw=own.of(text),
        after=text[own.end : span.end],
        separator=separator,
        span=own,
        tag="".join(_words(text, words)).strip().lower().replace("_", " "),
        weight=weighted.factor if weighted else 1.0,
        is_enabled=True,
        is_border=False,
    )


def _border(text: str, gap: Span, node: Break | And | Comment) -> Chip:
    """A chip that is no tag, or none for now: BREAK, AND, or a comment, with the line breaks that make it one."""
    start, end = node.span.start, node.span.end
    is_comment = isinstance(node, Comment)
    return Chip(
        before=gap.of(text),
        raw=text[start:end],
        after="",
        separator="",
        span=node.span,
        tag=text[start:end].strip().removeprefix("//").strip(" ,") if is_comment else "",
        weight=1.0,
        is_enabled=not is_comment,
        is_border=not is_comment,
    )


def _words(text: str, nodes: Sequence[Node]) -> Iterator[str]:
    for node in nodes:
        inner = children(node)
        if inner:
            yield from _words(text, inner)
        elif not isinstance(node, Comment):
            yield node.span.of(text)
