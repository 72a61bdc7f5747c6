"""A prompt -> the same prompt, written the way everybody writes: one space after a comma, none before it, short numbers."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Final

from tagloom.prompt.grammar import Dialect
from tagloom.prompt.lexer import read_number
from tagloom.prompt.meaning import meaning
from tagloom.prompt.nodes import (
    Node,
    Separator,
    Text,
    Tree,
    Weighted,
    children,
)
from tagloom.prompt.parser import parse
from tagloom.prompt.printer import number
from tagloom.prompt.source import Span

_OPENING: Final = '([{<"'


def format(text: str, dialect: Dialect = "tagloom") -> str:  # noqa: A001  # the formatter's verb
    """Write a prompt in its canonical form: spaces, commas and numbers; nothing else changes, and its meaning never.

    Formatting twice changes nothing more. A prompt whose meaning hangs on its spaces comes out as it stands.

    Raises:
        ValueError: there is no such dialect.
    """
    tree = parse(text, dialect)
    written = _Formatter(tree).between(tree.nodes, Span(0, len(text))).strip(" ")
    again = parse(written, dialect)
    is_settled = _Formatter(again).between(again.nodes, Span(0, len(written))).strip(" ") == written
    return written if is_settled and meaning(again) == meaning(tree) else text


class _Formatter:
    """One tree on its way into canonical form."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.numbers = sorted(_numbers(tree.nodes))

    def between(self, nodes: Sequence[Node], span: Span) -> str:
        """What stands in a span: these nodes, and the marks around them."""
        written = ""
        position = span.start
        for node in nodes:
            written = self._joined(written, self._mark(Span(position, node.span.start)), node)
            position = node.span.end
        return written + self._mark(Span(position, span.end))

    def _joined(self, before: str, mark: str, node: Node) -> str:
        """The text so far with a mark and a node behind it, spaces set."""
        source = node.span.of(self.tree.text)
        if isinstance(node, Separator) and source in ",\n":
            return before.rstrip(" \t") + mark + source if _ends_word(before) and not mark else before + mark + source
        piece = " ".join(_spaced(source)) if isinstance(node, Text) else self._node(node)
        after_comma = before.endswith(",") and not mark
        if after_comma and _begins_word(piece.lstrip(" ")):
            return f"{before} {piece.lstrip(' ')}"
        return before + mark + (piece.lstrip(" ") if before.endswith("\n") and not mark else piece)

    def _node(self, node: Node) -> str:
        if isinstance(node, Weighted) and node.body:
            body = Span(node.body[0].span.start, node.body[-1].span.end)
            opening, closing = Span(node.span.start, body.start), Span(body.end, node.span.end)
            return self._mark(opening) + self.between(node.body, body).strip(" ") + self._mark(closing)
        inner = children(node)
        return self.between(inner, node.span) if inner else node.span.of(self.tree.text)

    def _mark(self, span: Span) -> str:
        """Brackets and what belongs to them: numbers in short, everything else as it stands."""
        written, position = "", span.start
        for found in self.numbers[bisect_left(self.numbers, span.start, key=_start) :]:
            if found.start >= span.end:
                break
            value = read_number(found.of(self.tree.text))
            written += self.tree.text[position : found.start]
            written += found.of(self.tree.text) if value is None else number(value)
            position = found.end
        return written + self.tree.text[position : span.end]


def _start(span: Span) -> int:
    return span.start


def _numbers(nodes: Sequence[Node]) -> Iterator[Span]:
    """Every written weight."""
    for node in nodes:
        if isinstance(node, Weighted) and node.number is not None:
            yield node.number
        yield from _numbers(children(node))


def _spaced(text: str) -> list[str]:
    """Words between single spaces, with an empty one where the text begins or ends with space."""
    words = text.split()
    if not words:
        return ["", ""] if text else [""]
    return [*([""] if text[0].isspace() else []), *words, *([""] if text[-1].isspace() else [])]


def _begins_word(text: str) -> bool:
    return text.lstrip(_OPENING)[:1].isalnum()


def _ends_word(text: str) -> bool:
    return text.rstrip(' \t)]}>"')[-1:].isalnum()
