"""NovelAI's prompts as a tree: braces of 1.05, and `1.5::text::`, which may cross them.

What crosses is cut: `1.5::a {b:: c}` becomes 1.5(a, 1.05(b)) and 1.05(c), which weighs every word alike.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from tagloom.prompt.brackets import Brackets
from tagloom.prompt.diagnostics import Diagnostic, Severity, in_order
from tagloom.prompt.dialects.novelai import TOKEN, paired
from tagloom.prompt.grammar import GRAMMARS
from tagloom.prompt.nodes import Node, Separator, Text, Tree, Weighted
from tagloom.prompt.source import Span

_NUMBER: Final = -1  # the key of an open `n::`; brackets have the index of their token
_SEPARATOR: Final = re.compile(r"[,\n]")


@dataclass(slots=True)
class _Open:
    """A group that is still open: the nodes in it so far."""

    key: int
    factor: float
    number: Span | None
    start: int
    nodes: list[Node] = field(default_factory=list)


def parse_novelai(text: str) -> Tree:
    """Read a prompt; brackets that do not balance are text, with a diagnostic."""
    found = list(TOKEN.finditer(text))
    brackets = paired(text, found)
    opening_of = {closing: opening for opening, closing in brackets.partner.items()}
    reading = _Reading(text)
    for index, match in enumerate(found):
        start, end = match.span()
        match match.lastgroup:
            case "number":
                reading.close(_NUMBER, start, start)
                reading.open(_Open(_NUMBER, float(match[0][:-2]), Span(start, end - 2), start), end)
            case "end" if reading.is_open(_NUMBER):
                reading.close(_NUMBER, start, end)
            case "open" if index in brackets.partner:
                reading.open(_Open(index, GRAMMARS["novelai"].weights[match[0]], None, start), end)
            case "close" if index in opening_of:
                reading.close(opening_of[index], start, end)
            case _:
                pass
    nodes = reading.finish()
    return Tree(text=text, dialect="novelai", nodes=nodes, diagnostics=in_order(_complaints(text, found, brackets)))


class _Reading:
    """The open groups, the outermost first; the first is the prompt itself."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._position = 0
        self._stack = [_Open(-2, 1.0, None, 0)]

    def is_open(self, key: int) -> bool:
        """Whether a group of that key is open."""
        return any(group.key == key for group in self._stack)

    def open(self, group: _Open, end: int) -> None:
        """Begin a group whose mark ends at `end`."""
        self._say(group.start)
        self._stack.append(group)
        self._position = end

    def close(self, key: int, start: int, end: int) -> None:
        """End a group at a mark; groups inside it are cut in two."""
        if not self.is_open(key):
            return
        self._say(start)
        cut: list[_Open] = []
        while (group := self._stack.pop()).key != key:
            self._keep(group, start)
            cut.append(group)
        self._keep(group, end)
        self._position = end
        self._stack += [_Open(again.key, again.factor, None, end) for again in reversed(cut)]

    def finish(self) -> tuple[Node, ...]:
        """The whole prompt's nodes."""
        end = len(self._text)
        self._say(end)
        while len(self._stack) > 1:
            self._keep(self._stack.pop(), end)
        return tuple(self._stack[0].nodes)

    def _keep(self, group: _Open, end: int) -> None:
        if group.start < end:
            node = Weighted(Span(group.start, end), tuple(group.nodes), group.factor, group.number)
            self._stack[-1].nodes.append(node)

    def _say(self, end: int) -> None:
        """The text up to here, with its separators."""
        nodes, position = self._stack[-1].nodes, self._position
        for match in _SEPARATOR.finditer(self._text, position, end):
            if position < match.start():
                nodes.append(Text(Span(position, match.start())))
            nodes.append(Separator(Span(*match.span())))
            position = match.end()
        if position < end:
            nodes.append(Text(Span(position, end)))
        self._position = end


def _complaints(text: str, tokens: Sequence[re.Match[str]], brackets: Brackets) -> list[Diagnostic]:
    found = []
    for code, indices, problem in (("P001", brackets.unclosed, "opens"), ("P002", brackets.unopened, "closes")):
        for index in indices:
            span = Span(*tokens[index].span())
            message = f"'{span.of(text)}' {problem} nothing; it is painted as it stands"
            found.append(
                Diagnostic(code=code, severity=Severity.ERROR, message=message, span=span, hint="add the other one")
            )
    return found
