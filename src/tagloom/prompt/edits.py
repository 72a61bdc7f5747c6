"""What an editor does to a prompt: each a function from a text to edits of it, which lose nothing of the rest.

They speak the default dialect. A span is that of a tag, as `tags_of` gives it, or of any selection.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from tagloom.prompt.grammar import CLOSING, GRAMMARS
from tagloom.prompt.nodes import And, Break, Comment, Node, Separator, Text, Weighted, children
from tagloom.prompt.parser import parse
from tagloom.prompt.printer import number
from tagloom.prompt.source import Edit, Span

WEIGHT_STEP: Final = 0.05


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


def sort(text: str, group_of: Callable[[str], int | None]) -> tuple[Edit, ...]:
    """Bring the tags into the order of their groups; those without one stay behind the tag before them.

    BREAK and AND are borders that no tag crosses.
    """
    chips = to_chips(text)
    keys: list[tuple[int, int, int]] = []
    section, group = 0, 0
    for place, chip in enumerate(chips):
        if chip.is_border:
            section, group = section + 1, 0
            keys.append((section, -1, place))
            section += 1
            continue
        own = group_of(chip.tag)
        group = group if own is None else own
        keys.append((section, group, place))
    order = sorted(range(len(chips)), key=keys.__getitem__)
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
