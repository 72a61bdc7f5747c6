"""The tree of a prompt: what was written, losslessly. Every node has its span; the marks between children are the rest."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias, assert_never

from tagloom.prompt.diagnostics import Diagnostic
from tagloom.prompt.grammar import Dialect
from tagloom.prompt.source import Span
from tagloom.prompt.value import value


@value
class Text:
    """Words, spaces and anything without a meaning of its own."""

    span: Span


@value
class Escape:
    """A backslash and the character that it makes plain: `char`."""

    span: Span
    char: str


@value
class Separator:
    """A comma of any width, or a line break: the end of a tag."""

    span: Span


@value
class Comment:
    """From `//` at a line's start to the line's end: not painted."""

    span: Span


@value
class Weighted:
    """A body in brackets; `factor` multiplies the weight of everything in it. `number` is the span of a written weight.

    `sets`: the factor takes the place of the weight around it instead, as in ComfyUI.
    """

    span: Span
    body: tuple["Node", ...]
    factor: float
    number: Span | None
    sets: bool = False


@value
class Scheduled:
    """`[before:after:when]`: `after` takes the place of `before` once `when` has passed."""

    span: Span
    before: tuple["Node", ...]
    after: tuple["Node", ...]
    when: Span


@value
class Alternation:
    """`[a|b|c]`: one option a step, in turn."""

    span: Span
    options: tuple[tuple["Node", ...], ...]


@value
class Choice:
    """`{a|b}`: one option at random, which `expand` takes before anything else; `pipes` is where each `|` stands."""

    span: Span
    options: tuple[tuple["Node", ...], ...]
    pipes: tuple[int, ...]


@value
class Wildcard:
    """`__name__`: a line of a wildcard file, which `expand` takes before anything else."""

    span: Span
    name: str


@value
class NetworkReference:
    """`<kind:name:...>`: an extra network."""

    span: Span
    kind: str
    name: str
    arguments: tuple[str, ...]


@value
class EmbeddingReference:
    """`<embedding:name>`: a textual inversion."""

    span: Span
    name: str


@value
class Break:
    """The word BREAK with the white space around it: closes the chunk of 75 tokens."""

    span: Span


@value
class And:
    """The word AND: what stands before and after it are prompts of their own."""

    span: Span


Leaf: TypeAlias = Text | Escape | Separator | Comment | Wildcard | NetworkReference | EmbeddingReference | Break | And
Node: TypeAlias = Leaf | Weighted | Scheduled | Alternation | Choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """A parsed prompt: its text, its nodes in order, and what there is to say about it."""

    text: str
    dialect: Dialect
    nodes: tuple[Node, ...]
    diagnostics: tuple[Diagnostic, ...]

    def leaves(self) -> Iterator[Span]:
        """Spans that tile the text: leaves, and the marks (brackets, colons, numbers) between them."""
        return _tile(self.nodes, 0, len(self.text))


def children(node: Node) -> tuple["Node", ...]:
    """The nodes inside a node, in order."""
    match node:
        case Weighted(body=body):
            return body
        case Scheduled(before=before, after=after):
            return before + after
        case Alternation(options=options) | Choice(options=options):
            return tuple(inner for option in options for inner in option)
        case (
            Text()
            | Escape()
            | Separator()
            | Comment()
            | Wildcard()
            | NetworkReference()
            | EmbeddingReference()
            | Break()
            | And()
        ):
            return ()
        case _:
            assert_never(node)


def _tile(nodes: tuple[Node, ...], start: int, end: int) -> Iterator[Span]:
    """The leaves of the nodes and the gaps between them, from `start` to `end`."""
    for node in nodes:
        if start < node.span.start:
            yield Span(start, node.span.start)
        inner = children(node)
        if isinstance(node, Weighted | Scheduled | Alternation | Choice):
            yield from _tile(inner, node.span.start, node.span.end)
        else:
            yield node.span
        start = node.span.end
    if start < end:
        yield Span(start, end)
