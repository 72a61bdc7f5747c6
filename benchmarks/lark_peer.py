"""A1111's approach, written fresh: an Earley grammar of the same shape, run with lark, then a scan for weights.

Only its shape follows that tool's: nested emphasis, edits and alternations as alternatives of one ambiguous rule, and
plain text that may hold any mark. The tree is walked once for each step, as there.
"""

import re
from typing import Final

from lark import Lark, Token, Tree

_GRAMMAR: Final = r"""
start: (prompt | /[][():]/+)*
prompt: (emphasized | scheduled | alternate | plain | WHITESPACE)*
!emphasized: "(" prompt ")"
        | "(" prompt ":" prompt ")"
        | "[" prompt "]"
scheduled: "[" [prompt ":"] prompt ":" [WHITESPACE] NUMBER [WHITESPACE] "]"
alternate: "[" prompt ("|" [prompt])+ "]"
WHITESPACE: /\s+/
plain: /([^\\\[\]():|]|\\.)+/
%import common.SIGNED_NUMBER -> NUMBER
"""
_WEIGHTS: Final = re.compile(r"\\.|[()\[\]]|:\s*([+-]?[.\d]+)\s*\)|[^\\()\[\]:]+|:")


class LarkPeer:
    """The grammar, made once."""

    def __init__(self) -> None:
        self._grammar = Lark(_GRAMMAR)

    def schedule(self, text: str, steps: int) -> list[str]:
        """The text of every step."""
        tree = self._grammar.parse(text)
        return [_at(tree, step) for step in range(1, steps + 1)]

    def read(self, text: str, steps: int) -> list[list[tuple[str, float]]]:
        """The weighted text of every change of the schedule."""
        return [_weighed(stage) for stage in dict.fromkeys(self.schedule(text, steps))]


def _at(node: Tree[Token] | Token | None, step: int) -> str:
    if node is None:
        return ""
    if isinstance(node, Token):
        return str(node)
    if node.data == "scheduled":
        before, after, _, when, *_ = node.children
        return _at(before if step <= float(str(when)) else after, step)
    if node.data == "alternate":
        return _at(node.children[(step - 1) % len(node.children)], step)
    return "".join(_at(child, step) for child in node.children)


def _weighed(text: str) -> list[tuple[str, float]]:
    found: list[tuple[str, float]] = []
    open_round: list[int] = []
    open_square: list[int] = []
    for match in _WEIGHTS.finditer(text):
        word, number = match[0], match[1]
        if word == "(":
            open_round.append(len(found))
        elif word == "[":
            open_square.append(len(found))
        elif number is not None and open_round:
            _raise(found, open_round.pop(), float(number))
        elif word == ")" and open_round:
            _raise(found, open_round.pop(), 1.1)
        elif word == "]" and open_square:
            _raise(found, open_square.pop(), 1 / 1.1)
        else:
            found.append((word, 1.0))
    return found


def _raise(found: list[tuple[str, float]], start: int, factor: float) -> None:
    found[start:] = [(word, weight * factor) for word, weight in found[start:]]
