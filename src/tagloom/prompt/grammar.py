"""What the dialects with brackets differ in: one reading, six sets of rules.

NovelAI's `1.2::text::` and compel's `word++` are read by modules of their own; their rules stand here for the printer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

Dialect = Literal["tagloom", "a1111", "comfyui", "compel", "novelai", "sdcpp"]
Feature = Literal["edits", "choices", "wildcards", "comments", "AND", "BREAK", "networks", "embeddings"]

CLOSING: Final = MappingProxyType({"(": ")", "[": "]", "{": "}"})
ROUND: Final = 1.1
CURLY: Final = 1.05
SQUARE: Final = 1 / 1.1
ALL: Final[frozenset[Feature]] = frozenset(
    {"edits", "choices", "wildcards", "comments", "AND", "BREAK", "networks", "embeddings"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grammar:
    """One dialect's rules.

    weights: what an opening bracket multiplies by; a bracket that is not there is text. sets: a written number takes the
    place of the weight around it, where it else multiplies. escapes: the characters that a backslash makes plain.
    shielded: those that mean nothing behind a backslash, which then is painted too.
    separators: what ends a tag. weighs_rest: a bracket that nothing closes weighs what follows, where it else is text.
    features: the forms that mean something.
    """

    name: Dialect
    weights: Mapping[str, float]
    features: frozenset[Feature]
    escapes: str
    shielded: str = ""
    separators: str = ",\n"
    sets: bool = False
    weighs_rest: bool = False


_BOTH: Final = MappingProxyType({"(": ROUND, "[": SQUARE})

GRAMMARS: Final[Mapping[Dialect, Grammar]] = MappingProxyType(
    {
        grammar.name: grammar
        for grammar in (
            Grammar(
                name="tagloom",
                weights=MappingProxyType({"(": ROUND, "{": CURLY, "[": SQUARE}),
                features=ALL,
                escapes="()[]{}\\:|",
                separators=",，、\n",
            ),
            Grammar(
                name="a1111",
                weights=_BOTH,
                features=frozenset({"edits", "AND", "BREAK", "networks"}),
                escapes="()[]\\",
                weighs_rest=True,
            ),
            Grammar(
                name="sdcpp",
                weights=_BOTH,
                features=frozenset({"BREAK", "networks"}),
                escapes="(",
                shielded=")[]\\",
                weighs_rest=True,
            ),
            Grammar(
                name="comfyui",
                weights=MappingProxyType({"(": ROUND}),
                features=frozenset({"choices", "embeddings"}),
                escapes="()",
                sets=True,
            ),
            Grammar(
                name="novelai",
                weights=MappingProxyType({"{": CURLY, "[": 1 / CURLY}),
                features=frozenset(),
                escapes="",
            ),
            Grammar(name="compel", weights=MappingProxyType({"(": 1.0}), features=frozenset({"networks"}), escapes='()"'),
        )
    }
)
