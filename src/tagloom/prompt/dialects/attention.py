"""Weighted text as A1111's web UI and the tools after it read it: brackets that multiply, one flat list of runs.

The tools share one reading and differ in a few rules, which `Rules` names. Round and square brackets are matched apart from
each other, so they may cross; brackets that nothing closes weigh to the end.
"""

import math
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

from tagloom.prompt.brackets import MAX_DEPTH
from tagloom.prompt.diagnostics import Diagnostic, Severity
from tagloom.prompt.source import Span

BREAK: Final = "BREAK"
_LEAST_SINGLE: Final = 2.0**-126


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What one tool does where they differ.

    spaces: white space may stand around the number in `(a: 1.2 )`.
    unescapes: the backslash before which characters is dropped; a lone one is, where one before itself is.
    breaks: "words" - BREAK is a word, with the white space around it; "ends" - it need only end like a word, and white space
        stays; "none" - it is text.
    drops_stray_numbers: `:1.2)` without an open bracket vanishes; else it is text.
    reads_number_prefix: `1.2.3` is 1.2; else it is a mistake.
    ascii_digits: a number is made of 0 to 9; else of any script's digits.
    is_single_precision: weights are 32-bit floats; a number beyond their range is a mistake.
    """

    spaces: bool = True
    unescapes: str = "()[]\\"
    breaks: Literal["words", "ends", "none"] = "words"
    drops_stray_numbers: bool = False
    reads_number_prefix: bool = False
    ascii_digits: bool = False
    is_single_precision: bool = False


A1111: Final = Rules()
LPW: Final = Rules(spaces=False, breaks="none")
LPW_XL: Final = Rules(spaces=False)
SDCPP: Final = Rules(
    spaces=False,
    unescapes="(",
    breaks="ends",
    drops_stray_numbers=True,
    reads_number_prefix=True,
    ascii_digits=True,
    is_single_precision=True,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """Runs of (text, weight), neighbours of equal weight joined; a BREAK is ("BREAK", minus its weight)."""

    runs: tuple[tuple[str, float], ...]
    diagnostics: tuple[Diagnostic, ...]


def read_attention(text: str, rules: Rules) -> Attention:
    """Read weighted text; never raises. Brackets nested more than 64 deep are text, with a diagnostic."""
    reading = _Reading(rules)
    for token in _tokens(text, rules):
        reading.take(token)
    return Attention(runs=reading.finish(), diagnostics=tuple(reading.diagnostics))


_Kind = Literal["text", "break", "(", "[", ")", "]", "number"]
_BRACKETS: Final[dict[str, _Kind]] = {"(": "(", "[": "[", ")": ")", "]": "]"}


@dataclass(frozen=True, slots=True)
class _Token:
    kind: _Kind
    text: str
    span: Span


_WITH_SPACES: Final = re.compile(r"\\[()\[\]\\]|\\|[()\[\]]|:\s{0,64}([+-]?[.\d]{1,64})\s{0,64}\)|[^\\()\[\]:]+|:")
_WITHOUT_SPACES: Final = re.compile(r"\\[()\[\]\\]|\\|[()\[\]]|:([+-]?[.\d]{1,64})\)|[^\\()\[\]:]+|:")
_ASCII_DIGITS: Final = re.compile(_WITHOUT_SPACES.pattern, re.ASCII)
_BREAK_WORD: Final = re.compile(r"\bBREAK\b")
_BREAK_END: Final = re.compile(r"BREAK(?![A-Za-z0-9_])")
_NUMBER_PREFIX: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)")


def _tokens(text: str, rules: Rules) -> Iterator[_Token]:
    pattern = _WITH_SPACES if rules.spaces else _ASCII_DIGITS if rules.ascii_digits else _WITHOUT_SPACES
    for match in pattern.finditer(text):
        whole, span = match[0], Span(*match.span())
        if whole[0] == "\\":
            drops = whole[1:] in rules.unescapes if len(whole) > 1 else "\\" in rules.unescapes
            yield _Token("text", whole[1:] if drops else whole, span)
        elif whole in _BRACKETS:
            yield _Token(_BRACKETS[whole], whole, span)
        elif match[1] is not None:
            yield _Token("number", whole, span)
        else:
            yield from _split_at_breaks(whole, span, rules)


def _split_at_breaks(text: str, span: Span, rules: Rules) -> Iterator[_Token]:
    """Plain text and the BREAKs in it. As words they leave empty text where nothing stands beside them."""
    if rules.breaks == "none":
        yield _Token("text", text, span)
        return
    trims = rules.breaks == "words"
    position = 0
    for match in (_BREAK_WORD if trims else _BREAK_END).finditer(text):
        before = text[position : match.start()]
        if trims or before:
            yield _Token("text", (before.rstrip() if position == 0 else before.strip()) if trims else before, span)
        yield _Token("break", BREAK, span)
        position = match.end()
    rest = text[position:]
    if rest or trims:
        yield _Token("text", rest.lstrip() if trims and position else rest, span)


@dataclass(slots=True)
class _Reading:
    """The runs so far, and the brackets that are open, each by the number of runs before it."""

    rules: Rules
    texts: list[str] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)
    round: list[int] = field(default_factory=list)
    square: list[int] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def take(self, token: _Token) -> None:
        match token.kind:
            case "(" | "[" if len(self.round) + len(self.square) >= MAX_DEPTH:
                message = f"brackets are nested more than {MAX_DEPTH} deep; from here on they are text"
                self._complain("P003", message, token.span)
                self._append(token.text, 1.0)
            case "(":
                self.round.append(len(self.texts))
            case "[":
                self.square.append(len(self.texts))
            case "number" if self.round:
                self._close_with(token)
            case "number" if self.rules.drops_stray_numbers:
                pass
            case ")" if self.round:
                self._multiply(self.round.pop(), 1.1)
            case "]" if self.square:
                self._multiply(self.square.pop(), 1 / 1.1)
            case "break":
                self._append(BREAK, -1.0)
            case _:
                self._append(token.text, 1.0)

    def finish(self) -> tuple[tuple[str, float], ...]:
        """Weigh what nothing closed to the end, and join neighbours of equal weight."""
        for start in self.round:
            self._multiply(start, 1.1)
        for start in self.square:
            self._multiply(start, 1 / 1.1)
        joined: list[tuple[list[str], float]] = []
        for text, weight in zip(self.texts, self.weights, strict=True):
            if joined and joined[-1][1] == weight:
                joined[-1][0].append(text)
            else:
                joined.append(([text], weight))
        return tuple(("".join(texts), weight) for texts, weight in joined) or (("", 1.0),)

    def _append(self, text: str, weight: float) -> None:
        self.texts.append(text)
        self.weights.append(weight)

    def _close_with(self, token: _Token) -> None:
        number = token.text[1:-1].strip()
        value = _NUMBER_PREFIX.match(number) if self.rules.reads_number_prefix else _NUMBER_PREFIX.fullmatch(number)
        if value is None or (self.rules.is_single_precision and not _is_single(float(value[0]))):
            self._complain("P017", f"'{number}' is no number that {'fits' if value else 'can be read'}", token.span)
            self._append(token.text, 1.0)
            return
        self._multiply(self.round.pop(), float(value[0]))

    def _multiply(self, start: int, factor: float) -> None:
        rounded = _single if self.rules.is_single_precision else float
        factor = rounded(factor)
        self.weights[start:] = [rounded(weight * factor) for weight in self.weights[start:]]

    def _complain(self, code: str, message: str, span: Span) -> None:
        if not any(found.code == code for found in self.diagnostics):
            self.diagnostics.append(Diagnostic(code=code, severity=Severity.ERROR, message=message, span=span))


def _single(value: float) -> float:
    """The nearest 32-bit float; beyond their range, infinity."""
    rounded: float = struct.unpack("f", struct.pack("f", value))[0]
    return rounded


def _is_single(value: float) -> bool:
    """Whether a number lies in the range of 32-bit floats at full precision; 0 does."""
    return value == 0 or (abs(value) >= _LEAST_SINGLE and not math.isinf(_single(value)))
