"""Prompts as NovelAI reads them: `{}` and `[]` of 1.05, and since V4 `1.5::text::`, negative since V4.5."""

import re
from collections.abc import Sequence
from typing import Final

from tagloom.prompt.brackets import Brackets, pair
from tagloom.prompt.lexer import Kind

STEP: Final = 1.05
TOKEN: Final = re.compile(
    r"(?P<number>(?<![\d.\w])-?(?:\d+\.?\d*|\.\d+)::)|(?P<end>::)|(?P<open>[{\[])|(?P<close>[}\]])", re.ASCII
)


def read_weights(text: str) -> list[tuple[str, float]]:
    """Runs of (text, weight), neighbours of equal weight joined. Brackets that do not balance are text."""
    found = list(TOKEN.finditer(text))
    partner = paired(text, found).partner
    closing = {close: opening for opening, close in partner.items()}
    runs: list[tuple[str, float]] = []
    number, exponent, is_numbered, position = 1.0, 0, False, 0

    def say(end: int) -> None:
        words = text[position:end]
        weight = number * STEP**exponent
        if words and runs and runs[-1][1] == weight:
            runs[-1] = (runs[-1][0] + words, weight)
        elif words:
            runs.append((words, weight))

    for index, match in enumerate(found):
        if match.lastgroup == "end" and not is_numbered:
            continue
        if match.lastgroup in {"open", "close"} and index not in partner and index not in closing:
            continue
        say(match.start())
        position = match.end()
        if match.lastgroup == "number":
            number, is_numbered = float(match[0][:-2]), True
        elif match.lastgroup == "end":
            number, is_numbered = 1.0, False
        else:
            is_curly = match[0] in {"{", "}"}
            exponent += (1 if is_curly else -1) * (1 if index in partner else -1)
    say(len(text))
    return runs or [("", 1.0)]


def paired(text: str, found: Sequence[re.Match[str]]) -> Brackets:
    """Which of the tokens of a text are brackets that close each other."""
    kinds = {"open": Kind.OPEN, "close": Kind.CLOSE}
    return pair(text, [kinds.get(match.lastgroup or "", Kind.TEXT) for match in found], [match.start() for match in found])
