"""Choices and wildcards -> the prompt that is painted: `{a|b}` and `__name__`, decided by the request's seed alone."""

import fnmatch
import hashlib
import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from tagloom.prompt.diagnostics import Diagnostic, Severity
from tagloom.prompt.nodes import Choice, NetworkReference, Node, Tree, Wildcard, children
from tagloom.prompt.parser import parse
from tagloom.prompt.source import Span

MAX_NESTING: Final = 16
MAX_LENGTH: Final = 1_000_000
_AMOUNT: Final = re.compile(r"\s*(\d{1,3})?\s*(-)?\s*(\d{1,3})?\s*\$\$(?:(.*?)\$\$)?", re.ASCII | re.DOTALL)
_SHARE: Final = re.compile(r"\s*((?:\d{1,9}\.?\d{0,9}|\.\d{1,9}))::", re.ASCII)
_DEFAULT_JOINER: Final = ", "


@dataclass(frozen=True, slots=True, kw_only=True)
class Expansion:
    """The expanded text. Diagnostics speak of the text that was given."""

    text: str
    diagnostics: tuple[Diagnostic, ...]


def expand(text: str, *, seed: int, wildcards: Mapping[str, Sequence[str]]) -> Expansion:
    """Make every choice of a prompt.

    `{a|b|c}` takes one option; `{2$$a|b|c}` two different ones, `{1-2$$ and $$a|b|c}` one or two joined with " and "
    (else ", "); `{0.7::a|0.3::b}` gives odds, 1 where none are written. `__name__` takes a line of `wildcards[name]`, and
    `*` in a name stands for anything. What was taken is expanded in turn, up to 16 deep. The n-th choice of a text depends
    on `seed` and n alone, on every machine. A wildcard that is not there stays as it stands, with a diagnostic.
    """
    if "|" not in text and "__" not in text:
        return Expansion(text=text, diagnostics=())
    expander = _Expander(seed, wildcards)
    expanded = expander.expand(text, depth=0)
    return Expansion(text=expanded, diagnostics=tuple(expander.diagnostics))


class _Expander:
    """The choices made so far, and what there is to say about them."""

    def __init__(self, seed: int, wildcards: Mapping[str, Sequence[str]]) -> None:
        self.diagnostics: list[Diagnostic] = []
        self._seed = seed
        self._wildcards = wildcards
        self._made = 0
        self._length = 0
        self._origin = Span(0, 0)  # what is being expanded, in the text that was given

    def expand(self, text: str, depth: int) -> str:
        tree = parse(text)
        return self._nodes(tree, tree.nodes, Span(0, len(text)), depth)

    def _nodes(self, tree: Tree, nodes: Sequence[Node], span: Span, depth: int) -> str:
        """The text of a span in which `nodes` stand, choices made, everything else byte for byte."""
        pieces: list[str] = []
        position = span.start
        for node in nodes:
            if depth == 0:
                self._origin = node.span
            pieces += [tree.text[position : node.span.start], self._node(tree, node, depth)]
            position = node.span.end
        return "".join([*pieces, tree.text[position : span.end]])

    def _node(self, tree: Tree, node: Node, depth: int) -> str:
        match node:
            case Choice():
                return self._choice(tree, node, depth)
            case Wildcard(span=span, name=name):
                return self._wildcard(name, depth) if self._may_go_on(depth) else span.of(tree.text)
            case NetworkReference(span=span):
                inner = span.of(tree.text)[1:-1]
                return f"<{self.expand(inner, depth + 1)}>" if "|" in inner or "__" in inner else span.of(tree.text)
            case _:
                return self._nodes(tree, children(node), node.span, depth)

    def _choice(self, tree: Tree, choice: Choice, depth: int) -> str:
        if not self._may_go_on(depth):
            return choice.span.of(tree.text)
        source = choice.span.of(tree.text)[1:-1]
        amount = _AMOUNT.match(source)
        spans = _option_spans(choice, choice.span.start + 1 + (amount.end() if amount else 0))
        low, high, joiner = _amount(amount, len(spans))
        odds = [_odds(option.of(tree.text)) for option in spans]
        count = low + int(self._random() * (high - low + 1))
        taken: list[str] = []
        remaining = list(range(len(spans)))
        for _ in range(min(count, len(spans))):
            index = self._pick([odds[option][0] for option in remaining])
            option = remaining.pop(index)
            start = spans[option].start + odds[option][1]
            nodes = [node for node in choice.options[option] if node.span.start >= start]
            taken.append(self._option(tree, nodes, Span(start, spans[option].end), depth))
        return joiner.join(taken)

    def _option(self, tree: Tree, nodes: Sequence[Node], span: Span, depth: int) -> str:
        """An option's text; where a prefix cut a node in two, its rest is plain and stands before the first whole node."""
        text = self._nodes(tree, nodes, span, depth + 1)
        self._length += len(text)
        return text.strip(" ")

    def _wildcard(self, name: str, depth: int) -> str:
        matching = sorted(key for key in self._wildcards if fnmatch.fnmatchcase(key, name))
        lines = [line for key in matching for line in self._wildcards[key]]
        if not lines:
            message = f"there is no wildcard file '{name}'; it stays as it stands"
            self._add("P014", message, "add the file, or write a single underscore")
            return f"__{name}__"
        line = lines[int(self._random() * len(lines))]
        self._length += len(line)
        return self.expand(line, depth + 1)

    def _may_go_on(self, depth: int) -> bool:
        if depth <= MAX_NESTING and self._length <= MAX_LENGTH:
            return True
        message = "choices lead to choices without an end here; the rest stays as it stands"
        self._add("P016", message, "a wildcard file may not lead back to itself")
        return False

    def _pick(self, odds: Sequence[float]) -> int:
        """An index, each as likely as its odds; all alike where they sum to 0."""
        total = sum(odds)
        if total <= 0:
            return int(self._random() * len(odds))
        return min(bisect_right([*accumulate(odds)], self._random() * total), len(odds) - 1)

    def _random(self) -> float:
        """The next number of the seed's own sequence, in [0, 1): 53 bits of a hash, the same everywhere."""
        digest = hashlib.sha256(f"tagloom choice {self._seed} {self._made}".encode()).digest()
        self._made += 1
        return (int.from_bytes(digest[:8], "big") >> 11) / (1 << 53)

    def _add(self, code: str, message: str, hint: str) -> None:
        found = Diagnostic(code=code, severity=Severity.WARNING, message=message, span=self._origin, hint=hint)
        if found not in self.diagnostics:
            self.diagnostics.append(found)


def _option_spans(choice: Choice, start: int) -> list[Span]:
    """Where each option stands; the first begins at `start`, behind an amount."""
    ends = [*choice.pipes, choice.span.end - 1]
    starts = [min(start, ends[0]), *(pipe + 1 for pipe in choice.pipes)]
    return [Span(begin, end) for begin, end in zip(starts, ends, strict=True)]


def _amount(match: re.Match[str] | None, options: int) -> tuple[int, int, str]:
    """How many options are taken, at least and at most, and what joins them."""
    if match is None:
        return 1, 1, _DEFAULT_JOINER
    first, dash, second, joiner = match.groups()
    low = int(first) if first else (1 if not dash else 0 if not second else 1)
    high = int(second) if second else (options if dash else low)
    return min(low, high), min(max(low, high), options), _DEFAULT_JOINER if joiner is None else joiner


def _odds(option: str) -> tuple[float, int]:
    """An option's odds, and how many characters they take at its beginning."""
    match = _SHARE.match(option)
    return (float(match[1]), match.end()) if match else (1.0, 0)
