"""A tree -> the prompts that AND joins, with their strengths."""

from collections.abc import Sequence
from dataclasses import dataclass

from tagloom.prompt.lexer import read_number
from tagloom.prompt.nodes import And, Comment, Node, Separator, Text, Tree
from tagloom.prompt.source import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Conjunct:
    """One of the prompts. `number` is where a `:n` ends it, which is its strength only beside an AND; else it is text."""

    nodes: tuple[Node, ...]
    strength: float
    number: Span | None
    says_something: bool


def conjuncts(tree: Tree) -> tuple[Conjunct, ...]:
    """The prompts between the ANDs of a tree; at least one."""
    groups: list[list[Node]] = [[]]
    for node in tree.nodes:
        if isinstance(node, And):
            groups.append([])
        else:
            groups[-1].append(node)
    return tuple(_conjunct(tree.text, group, is_joined=len(groups) > 1) for group in groups)


def _conjunct(text: str, nodes: Sequence[Node], *, is_joined: bool) -> Conjunct:
    found = _trailing_number(text, nodes)
    says_something = any(
        not isinstance(node, Text | Separator | Comment) or node.span.of(text).strip(" ,\n") for node in nodes
    )
    if found is None or not is_joined:
        number = found[1] if found else None
        return Conjunct(nodes=tuple(nodes), strength=1.0, number=number, says_something=says_something)
    strength, number = found
    kept = (*nodes[:-1], Text(Span(nodes[-1].span.start, number.start)))
    return Conjunct(nodes=kept, strength=strength, number=number, says_something=says_something)


def _trailing_number(text: str, nodes: Sequence[Node]) -> tuple[float, Span] | None:
    """The `:n` that ends a prompt, with its span from the colon."""
    if not nodes or not isinstance(nodes[-1], Text):
        return None
    span = nodes[-1].span
    colon = text.rfind(":", span.start, span.end)
    value = read_number(text[colon + 1 : span.end]) if colon >= 0 else None
    return None if value is None else (value, Span(colon, span.end))
