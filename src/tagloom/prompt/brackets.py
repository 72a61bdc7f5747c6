"""Which bracket closes which."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from tagloom.prompt.grammar import CLOSING
from tagloom.prompt.lexer import Kind

MAX_DEPTH: Final = 64
_OPENING: Final = {close: opening for opening, close in CLOSING.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Brackets:
    """`partner` leads from the index of an opening token to that of its closing one. The other lists name the rest.

    unclosed, unopened: brackets without a partner. too_deep: opening brackets nested more than 64 deep, left as text.
    open_ended: unclosed brackets whose partner is where the group around them ends, which is no bracket of theirs.
    """

    partner: dict[int, int]
    unclosed: tuple[int, ...]
    unopened: tuple[int, ...]
    too_deep: tuple[int, ...]
    open_ended: frozenset[int] = frozenset()


def closed_by_their_group(brackets: Brackets, count: int) -> Brackets:
    """The same with every unclosed bracket closed where the group around it closes, or at the end of `count` tokens."""
    unclosed = set(brackets.unclosed)
    partner = dict(brackets.partner)
    around: list[int] = []  # where the groups around end, the innermost last
    for opening in sorted(unclosed.union(partner)):
        while around and around[-1] < opening:
            around.pop()
        if opening in unclosed and len(around) < MAX_DEPTH:
            partner[opening] = around[-1] if around else count
        if opening in partner:
            around.append(partner[opening])
    return replace(brackets, partner=partner, open_ended=frozenset(unclosed.intersection(partner)))


def pair(text: str, kinds: Sequence[Kind], starts: Sequence[int]) -> Brackets:
    """Pair brackets in one pass: a closing one takes the nearest open one of its kind; open ones inside stay unclosed.

    `kinds` and `starts` say what each token is and where it starts.
    """
    partner: dict[int, int] = {}
    unclosed: list[int] = []
    unopened: list[int] = []
    stack: list[int] = []
    waiting: Counter[str] = Counter()
    for index, kind in enumerate(kinds):
        if kind is Kind.OPEN:
            stack.append(index)
            waiting[text[starts[index]]] += 1
        elif kind is Kind.CLOSE:
            opening = _OPENING[text[starts[index]]]
            if not waiting[opening]:
                unopened.append(index)
                continue
            while True:
                last = stack.pop()
                mark = text[starts[last]]
                waiting[mark] -= 1
                if mark == opening:
                    partner[last] = index
                    break
                unclosed.append(last)
    deep = _deepest(partner)
    return Brackets(
        partner={opening: closing for opening, closing in partner.items() if opening not in deep},
        unclosed=tuple(sorted(unclosed + stack)),
        unopened=tuple(unopened),
        too_deep=tuple(sorted(deep)),
    )


def _deepest(partner: dict[int, int]) -> set[int]:
    """The opening brackets with more than MAX_DEPTH pairs around them."""
    deep: set[int] = set()
    around: list[int] = []
    for opening in sorted(partner):
        while around and around[-1] < opening:
            around.pop()
        around.append(partner[opening])
        if len(around) > MAX_DEPTH:
            deep.add(opening)
    return deep
