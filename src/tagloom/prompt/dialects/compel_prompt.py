"""compel's prompts as a tree: `word++`, `(words)1.2`, `"words"-`, `withLora(name, 0.8)`.

What works on whole embeddings - `.blend()`, `.and()`, `.swap()` and their likes - has no place in the tree: it is painted as
text, with a diagnostic. `dialects.compel` reads it as compel does.
"""

import re
from typing import Final

from tagloom.prompt.brackets import MAX_DEPTH
from tagloom.prompt.diagnostics import Diagnostic, Severity, in_order
from tagloom.prompt.lexer import read_number
from tagloom.prompt.nodes import Escape, NetworkReference, Node, Separator, Text, Tree, Weighted
from tagloom.prompt.source import Span

_TOKEN: Final = re.compile(
    r"""
      (?P<escape>    \\[()"] )
    | (?P<lora>      \b(?:useLora|withLora)\(\s{0,8}([A-Za-z0-9_-]+)\s{0,8}(?:,\s{0,8}([-+]?[0-9.]+)\s{0,8})?\) )
    | (?P<call>      \.(?:blend|and|add|swap|attend)\( )
    | (?P<open>      \( )
    | (?P<close>     \) )
    | (?P<quote>     " )
    | (?P<separator> , )
    | (?P<word>      (?:[^\s\\()",.+\-] | \\(?![()"]) | [+\-](?![+\-\s()",.]|$) | \.(?!(?:blend|and|add|swap|attend)\())+ )
    """,
    re.VERBOSE,
)
_SIGNS: Final = re.compile(r"\++|-+")
_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+\.[0-9]*|\.[0-9]+)|-?[0-9]+")
_PLUS: Final = 1.1
_MINUS: Final = 0.9


def parse_compel(text: str) -> Tree:
    """Read a prompt; what does not balance is text, with a diagnostic."""
    reader = _Reader(text)
    return Tree(text=text, dialect="compel", nodes=reader.nodes(0, len(text)), diagnostics=in_order(reader.diagnostics))


class _Reader:
    """One text; `ends` leads from where a bracket or a quote opens to where it closes."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.diagnostics: list[Diagnostic] = []
        self.tokens = list(_TOKEN.finditer(text))
        self.starts = {match.start(): index for index, match in enumerate(self.tokens)}
        self.ends = self._paired()

    def nodes(self, start: int, stop: int) -> tuple[Node, ...]:
        """The nodes between two positions."""
        nodes: list[Node] = []
        plain: int | None = None
        position = start
        while position < stop:
            node = self._node(position)
            if node is None:
                plain = position if plain is None else plain
                position = self._after(position, stop)
                continue
            if plain is not None:
                nodes.append(Text(Span(plain, position)))
                plain = None
            nodes.append(node)
            position = node.span.end
        if plain is not None:
            nodes.append(Text(Span(plain, stop)))
        return tuple(nodes)

    def _node(self, position: int) -> Node | None:
        """The node that begins here; None where there is only text."""
        if position not in self.starts:
            return None
        match = self.tokens[self.starts[position]]
        span = Span(*match.span())
        match match.lastgroup:
            case "escape":
                return Escape(span, match[0][1])
            case "separator":
                return Separator(span)
            case "lora":
                name, weight = re.findall(r"[^\s,()]+", match[0])[1:], "1"
                return NetworkReference(span, "lora", name[0], (name[1] if len(name) > 1 else weight,))
            case "call":
                message = f"'{match[0]}...)' works on embeddings; it is painted as it stands"
                self._complain("P018", Severity.WARNING, message, span)
                return None
            case "open" | "quote" if position in self.ends:
                return self._group(position, self.ends[position])
            case "word":
                return self._signed(span)
            case _:
                return None

    def _group(self, start: int, close: int) -> Weighted:
        """`(words)` or `"words"`, with the weight behind it."""
        body = self.nodes(start + 1, close)
        position = close + 1
        if signs := _SIGNS.match(self.text, position):
            return Weighted(Span(start, signs.end()), body, _signs_weight(signs[0]), None)
        if number := _NUMBER.match(self.text, position):
            value = read_number(number[0])
            if value is not None:
                return Weighted(Span(start, number.end()), body, value, Span(*number.span()))
        return Weighted(Span(start, position), body, 1.0, None)

    def _signed(self, word: Span) -> Weighted | None:
        """`word++`."""
        signs = _SIGNS.match(self.text, word.end)
        return Weighted(Span(word.start, signs.end()), (Text(word),), _signs_weight(signs[0]), None) if signs else None

    def _after(self, position: int, stop: int) -> int:
        """Where the text that begins here may end."""
        if position in self.starts:
            return min(stop, self.tokens[self.starts[position]].end())
        following = position + 1
        while following < stop and following not in self.starts:
            following += 1
        return following

    def _paired(self) -> dict[int, int]:
        ends: dict[int, int] = {}
        stack: list[int] = []
        for match in self.tokens:
            start, kind = match.start(), match.lastgroup
            closes_quote = kind == "quote" and any(self.text[opening] == '"' for opening in stack[-MAX_DEPTH:])
            if kind in {"open", "call"} or (kind == "quote" and not closes_quote):
                stack.append(match.end() - 1)
            elif kind == "close" or closes_quote:
                opens = '"' if closes_quote else "("
                if not closes_quote and (not stack or self.text[stack[-1]] == '"'):
                    self._complain(
                        "P002", Severity.ERROR, "')' closes nothing; it is painted as it stands", Span(start, start + 1)
                    )
                    continue
                while self.text[stack[-1]] != opens:
                    self._unclosed(stack.pop())
                opening = stack.pop()
                if len(stack) < MAX_DEPTH:
                    ends[opening] = start
        for opening in stack:
            self._unclosed(opening)
        return ends

    def _unclosed(self, opening: int) -> None:
        mark = self.text[opening]
        message = f"nothing closes '{mark}'; it is painted as it stands"
        self._complain("P001", Severity.ERROR, message, Span(opening, opening + 1), f"close it, or write \\{mark}")

    def _complain(self, code: str, severity: Severity, message: str, span: Span, hint: str = "") -> None:
        self.diagnostics.append(Diagnostic(code=code, severity=severity, message=message, span=span, hint=hint))


def _signs_weight(signs: str) -> float:
    return float((_PLUS if signs[0] == "+" else _MINUS) ** len(signs))
