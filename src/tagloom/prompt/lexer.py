"""Text -> tokens that tile it, in one pass. Everything that means something is a token; the rest between them is text."""

import re
from enum import Enum
from typing import Final, NamedTuple


class Kind(Enum):
    """What a token is."""

    TEXT = "text"
    ESCAPE = "escape"
    COMMENT = "comment"
    NETWORK = "network"
    WILDCARD = "wildcard"
    BREAK = "break"
    AND = "and"
    OPEN = "open"
    CLOSE = "close"
    PIPE = "pipe"
    COLON = "colon"
    SEPARATOR = "separator"


class Token(NamedTuple):
    """A kind and the half-open code points it stands at."""

    kind: Kind
    start: int
    end: int


# Each alternative is bounded by a character that it cannot contain, so that a scan never goes over the same text twice.
# `plain` is there for speed alone: it skips what cannot begin any of the others (a comment begins with its line).
_SPECIAL: Final = re.compile(
    r"""
      (?P<comment>   ^[ \t]*//[^\n]* )
    | (?P<plain>     [^\\()\[\]{}|:,，、\n<_AB]+ )
    | (?P<escape>    \\[()\[\]{}\\:|] )
    | (?P<network>   <\w{1,32}:[^<>]+> )
    | (?P<wildcard>  __(?:[^\W_]|[-/*.]|_(?!_))+__ )
    | (?P<break>     \bBREAK\b )
    | (?P<and>       \bAND\b )
    | (?P<open>      [(\[{] )
    | (?P<close>     [)\]}] )
    | (?P<pipe>      \| )
    | (?P<colon>     : )
    | (?P<separator> [,，、\n] )
    """,
    re.VERBOSE | re.MULTILINE,
)


def tokenize(text: str) -> list[Token]:
    """The tokens of a text; their spans tile it."""
    tokens: list[Token] = []
    kinds = {kind.value: kind for kind in Kind}
    position = 0
    for match in _SPECIAL.finditer(text):
        if match.lastgroup == "plain":
            continue
        start, end = match.span()
        if position < start:
            tokens.append(Token(Kind.TEXT, position, start))
        tokens.append(Token(kinds[match.lastgroup or ""], start, end))
        position = end
    if position < len(text):
        tokens.append(Token(Kind.TEXT, position, len(text)))
    return tokens


NUMBER: Final = re.compile(r"[ \t\n]*([-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))[ \t\n]*", re.ASCII)
"""A number with white space around it. `nan`, `inf`, `1e999`, `1_0` and full-width digits are text."""

MOMENT: Final = re.compile(r"[ \t\n]*([-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)%?)[ \t\n]*", re.ASCII)
"""A number of steps (no point), or a share of them (a point or `%`)."""

LONGEST_NUMBER: Final = 32


def read_number(text: str) -> float | None:
    """The number that is all of `text`, or None."""
    match = NUMBER.fullmatch(text) if len(text) <= LONGEST_NUMBER else None
    return float(match[1]) if match else None
