"""Text -> tokens that tile it, in one pass. Everything that means something is a token; the rest between them is text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Final

from tagloom.prompt.grammar import CLOSING, GRAMMARS, Dialect
from tagloom.prompt.source import Span


class Kind(Enum):
    """What a token is."""

    TEXT = "text"
    ESCAPE = "escape"
    COMMENT = "comment"
    NETWORK = "network"
    EMBEDDING = "embedding"
    WILDCARD = "wildcard"
    BREAK = "break"
    AND = "and"
    OPEN = "open"
    CLOSE = "close"
    PIPE = "pipe"
    COLON = "colon"
    SEPARATOR = "separator"


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens in columns: kinds, and where each starts; the last start is where the last token ends.

    A token as an object of its own would cost a long prompt more in garbage collection than in reading.
    """

    kinds: Sequence[Kind]
    starts: Sequence[int]

    def __len__(self) -> int:
        return len(self.kinds)

    def span(self, index: int) -> Span:
        """Where a token stands."""
        return Span(self.starts[index], self.starts[index + 1])


# Each alternative is bounded by a character that it cannot contain, so that a scan never goes over the same text twice.
# `plain` is there for speed alone: it skips what cannot begin any of the others (a comment begins with its line).
_ALTERNATIVES: Final = (
    ("comments", r"(?P<comment> ^[ \t]*//[^\n]* )"),
    ("", r"(?P<plain> [^\\()\[\]{}|:,，、\n<_AB%s]+ )"),
    ("", r"(?P<escape> \\[%s] )"),
    ("", r"(?P<shielded> \\[%s] )"),
    ("networks", r"(?P<network> <\w{1,32}:[^<>]+> )"),
    ("embeddings", r"(?P<embedding> \bembedding:[\w.\-]+ )"),
    ("wildcards", r"(?P<wildcard> __(?:[^\W_]|[-/*.]|_(?!_))+__ )"),
    ("BREAK", r"(?P<break> \bBREAK\b )"),
    ("AND", r"(?P<and> \bAND\b )"),
    ("", r"(?P<open> [%s] )"),
    ("", r"(?P<close> [%s] )"),
    ("", r"(?P<pipe> \| )"),
    ("", r"(?P<colon> : )"),
    ("", r"(?P<separator> [%s] )"),
)


_KINDS: Final[dict[str | None, Kind]] = {kind.value: kind for kind in Kind}  # "plain" and "shielded" are none: they are text


@cache
def _pattern(dialect: Dialect) -> re.Pattern[str]:
    """What means something in a dialect."""
    grammar = GRAMMARS[dialect]
    names_outright = "embeddings" in grammar.features and dialect != "tagloom"  # which puts the name in angle brackets
    marks = {
        *grammar.weights,
        *("[" if "edits" in grammar.features else ""),
        *("{" if "choices" in grammar.features else ""),
    }
    closing = {CLOSING[mark] for mark in marks}
    filled = {
        "plain": "e" if names_outright else "",
        "escape": re.escape(grammar.escapes),
        "shielded": re.escape(grammar.shielded),
        "open": re.escape("".join(sorted(marks))),
        "close": re.escape("".join(sorted(closing))),
        "separator": grammar.separators,
    }
    parts = []
    for feature, pattern in _ALTERNATIVES:
        is_bare = dialect == "tagloom" and feature == "embeddings"  # there the name goes in angle brackets
        if (feature and feature not in grammar.features) or is_bare:
            continue
        name = pattern[4 : pattern.index(">")]
        if filled.get(name) == "" and name != "plain":
            continue
        parts.append(pattern % filled[name] if name in filled else pattern)
    return re.compile(" | ".join(parts), re.VERBOSE | re.MULTILINE)


def tokenize(text: str, dialect: Dialect = "tagloom") -> Tokens:
    """The tokens of a text; their spans tile it."""
    kinds: list[Kind] = []
    starts: list[int] = []
    position = 0
    for match in _pattern(dialect).finditer(text):
        kind = _KINDS.get(match.lastgroup)
        if kind is None:
            continue
        start, end = match.span()
        if position < start:
            kinds.append(Kind.TEXT)
            starts.append(position)
        kinds.append(kind)
        starts.append(start)
        position = end
    if position < len(text):
        kinds.append(Kind.TEXT)
        starts.append(position)
    return Tokens(kinds, [*starts, len(text)])


NUMBER: Final = re.compile(r"[ \t\n]*([-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))[ \t\n]*", re.ASCII)
"""A number with white space around it. `nan`, `inf`, `1e999`, `1_0` and full-width digits are text."""

MOMENT: Final = re.compile(r"[ \t\n]*([-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)%?)[ \t\n]*", re.ASCII)
"""A number of steps (no point), or a share of them (a point or `%`)."""

LONGEST_NUMBER: Final = 32


def read_number(text: str) -> float | None:
    """The number that is all of `text`, or None."""
    match = NUMBER.fullmatch(text) if len(text) <= LONGEST_NUMBER else None
    return float(match[1]) if match else None
