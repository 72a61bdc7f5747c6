"""Tree -> what is said at each step: moments resolved to steps, alternations to turns, weights multiplied out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias, assert_never

from tagloom.prompt.lexer import read_number
from tagloom.prompt.nodes import (
    Alternation,
    And,
    Break,
    Choice,
    Comment,
    EmbeddingReference,
    Escape,
    NetworkReference,
    Node,
    Scheduled,
    Separator,
    Text,
    Weighted,
    Wildcard,
)
from tagloom.prompt.plan import ChunkBreak, Embedding, Network, Piece, Run, Segment
from tagloom.prompt.source import Span
from tagloom.prompt.value import value


@value
class Words:
    """Text for the encoder, with its weight and where it comes from."""

    text: str
    weight: float
    span: Span


@value
class Switch:
    """`before` in the steps up to and including `step` (counted from 1), `after` in the rest."""

    step: int
    before: tuple["Item", ...]
    after: tuple["Item", ...]


@value
class Cycle:
    """One option a step, in turn."""

    options: tuple[tuple["Item", ...], ...]


Item: TypeAlias = Words | Switch | Cycle | Embedding | ChunkBreak | Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """How moments become steps: a run of `steps`, which is a second pass if `first_pass` counts the steps before it.

    In a second pass (A1111's hires fix) whole numbers go on counting from the first, and shares run from 1 to 2.
    `is_a1111`: moments in floating point, and a nested alternation turns with the step itself.
    """

    steps: int
    first_pass: int | None
    is_a1111: bool

    def step(self, moment: str) -> int:
        """The last step, from 1, at which `before` still holds; 0 or `steps` and more mean that one side never comes."""
        number = moment.strip()
        if not number.endswith("%") and "." not in number:
            return int(number) - (self.first_pass or 0)
        whole, _, decimals = number.removesuffix("%").partition(".")
        share = int(whole + decimals)
        of: int = 10 ** len(decimals) * (100 if number.endswith("%") else 1)
        passed = 0 if self.first_pass is None else 1
        if self.is_a1111:
            return int((share / of - passed) * self.steps)
        steps = (share - passed * of) * self.steps
        return steps // of if steps >= 0 else -(-steps // of)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flattener:
    """Multiplies weights out and resolves moments: nodes become items."""

    text: str
    clock: Clock
    underscores: str

    def flatten(self, nodes: Sequence[Node], weight: float) -> tuple[Item, ...]:
        """The items of some nodes under a weight."""
        return tuple(item for node in nodes for item in self._items(node, weight))

    def _items(self, node: Node, weight: float) -> Iterator[Item]:
        match node:
            case Text(span=span):
                words = span.of(self.text)
                yield Words(words.replace("_", " ") if self.underscores == "space" else words, weight, span)
            case Separator(span=span):
                yield Words("\n" if span.of(self.text) == "\n" else ",", weight, span)
            case Escape(span=span, char=char):
                yield Words(char, weight, span)
            case Wildcard(span=span):
                yield Words(span.of(self.text), weight, span)
            case Comment() | And():
                return
            case Break(span=span):
                yield ChunkBreak(span=span)
            case EmbeddingReference(span=span, name=name):
                yield Embedding(name=name, weight=weight, span=span)
            case NetworkReference():
                yield network(node)
            case Weighted(body=body, factor=factor, sets=sets):
                yield from self.flatten(body, factor if sets else weight * factor)
            case Choice(options=options):
                yield from self.flatten(options[0], weight)
            case Scheduled(before=before, after=after, when=when):
                step = self.clock.step(when.of(self.text))
                yield Switch(step, self.flatten(before, weight), self.flatten(after, weight))
            case Alternation(options=options):
                yield Cycle(tuple(self.flatten(option, weight) for option in options))
            case _:
                assert_never(node)


def network(node: NetworkReference) -> Network:
    """The weights of `<kind:name:unet:text_encoder>`; named forms `unet=`, `te=`; the second defaults to the first, 1."""
    named = dict(argument.split("=", 1) for argument in node.arguments if "=" in argument)
    positional = [argument for argument in node.arguments if "=" not in argument]
    unet = number_or(positional[0] if positional else None, 1.0)
    text_encoder = number_or(positional[1] if len(positional) > 1 else None, unet)
    return Network(
        kind=node.kind,
        name=node.name,
        unet_weight=number_or(named.get("unet"), unet),
        text_encoder_weight=number_or(named.get("te"), text_encoder),
        arguments=node.arguments,
        span=node.span,
    )


def number_or(text: str | None, default: float) -> float:
    """The number that a text is, or a default."""
    value = None if text is None else read_number(text)
    return default if value is None else value


def turning_points(items: Sequence[Item], steps: int) -> set[int]:
    """The steps, from 1, after which something may change."""
    points: set[int] = set()
    for item in items:
        match item:
            case Cycle():
                return set(range(1, steps + 1))
            case Switch(step=step, before=before, after=after):
                points |= {step} | turning_points(before, steps) | turning_points(after, steps)
            case Words() | Embedding() | ChunkBreak() | Network():
                pass
            case _:
                assert_never(item)
    return {point for point in points if 1 <= point <= steps}


def said_at(items: Sequence[Item], step: int, clock: Clock) -> list[Piece | Network]:
    """What the items say at a step, counted from 1; neighbouring words of one weight are one run."""
    said: list[Piece | Network] = []
    words: list[Words] = []
    for item in _resolved(items, step, step - 1, clock):
        if isinstance(item, Words):
            if words and words[-1].weight != item.weight:
                said.append(_run(words))
                words = []
            words.append(item)
            continue
        if words and not isinstance(item, Network):
            said.append(_run(words))
            words = []
        said.append(item)
    return [*said, _run(words)] if words else said


def _resolved(
    items: Sequence[Item], step: int, turn: int, clock: Clock
) -> Iterator[Words | Embedding | ChunkBreak | Network]:
    """Items without switches and cycles. A nested cycle turns once each time its option comes up."""
    for item in items:
        match item:
            case Switch(step=last, before=before, after=after):
                yield from _resolved(before if step <= last else after, step, turn, clock)
            case Cycle(options=options):
                inner = turn if clock.is_a1111 else turn // len(options)
                yield from _resolved(options[turn % len(options)], step, inner, clock)
            case Words() | Embedding() | ChunkBreak() | Network():
                yield item
            case _:
                assert_never(item)


def _run(words: Sequence[Words]) -> Run:
    """Words of one weight; where their source goes on without a gap, one to one, they are one segment."""
    segments: list[Segment] = []
    offset = 0
    was_verbatim = False
    for word in words:
        start, end = word.span
        is_verbatim = end - start == len(word.text)
        before = segments[-1] if segments and was_verbatim and is_verbatim else None
        if before is not None and before.span.end == start:
            segments[-1] = Segment(before.offset, Span(before.span.start, end))
        else:
            segments.append(Segment(offset, word.span))
        offset += len(word.text)
        was_verbatim = is_verbatim
    return Run("".join([word.text for word in words]), words[0].weight, tuple(segments))
