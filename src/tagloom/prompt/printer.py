"""Tree -> text in any dialect, with a report of what could not be said there."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, assert_never

from tagloom.prompt.conjunction import conjuncts
from tagloom.prompt.grammar import CURLY, GRAMMARS, ROUND, Dialect
from tagloom.prompt.lexer import LONGEST_NUMBER
from tagloom.prompt.meaning import meaning
from tagloom.prompt.nodes import (
    Alternation,
    And,
    Break,
    Choice,
    Comment,
    EmbeddingReference,
    Escape,
    NetworkReference,
    Node,
    Scheduled,
    Separator,
    Text,
    Tree,
    Weighted,
    Wildcard,
    children,
)
from tagloom.prompt.parser import parse
from tagloom.prompt.source import Span

_TIMED: Final = "has no prompt editing"
_MOST_BRACES: Final = 8
_NUMBERED: Final = re.compile(r"-?[\d.]+::")


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """Something that the other dialect cannot say, where it stands in the source, and what became of it."""

    span: Span
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """A prompt in a dialect, and what it lost on the way there."""

    text: str
    losses: tuple[Loss, ...]


def convert(tree: Tree, dialect: Dialect) -> Printed:
    """Write a prompt in a dialect. Into its own it comes out as it stands.

    What is written is read again, so that nothing changes its meaning silently: a difference that no loss explains is a
    loss itself.

    Raises:
        ValueError: there is no such dialect.
    """
    if dialect not in GRAMMARS:
        raise ValueError(f"there is no dialect '{dialect}'")
    if dialect == tree.dialect:
        return Printed(text=tree.text, losses=())
    printer = _PRINTERS.get(dialect, _Printer)(tree, dialect)
    text = printer.whole()
    losses = printer.losses
    if not losses and meaning(parse(text, dialect)) != meaning(tree):
        message = f"{dialect} reads a part of this text otherwise, and has no escape for it"
        losses.append(Loss(span=Span(0, len(tree.text)), message=message))
    return Printed(text=text, losses=tuple(sorted(losses, key=lambda loss: loss.span)))


class _Printer:
    """One tree on its way into a dialect with brackets; each method writes one kind of node under the weight around it."""

    def __init__(self, tree: Tree, dialect: Dialect) -> None:
        self.tree = tree
        self.dialect: Dialect = dialect
        self.grammar = GRAMMARS[dialect]
        self.losses: list[Loss] = []

    def whole(self) -> str:
        """The whole prompt."""
        if "AND" in self.grammar.features:
            return self.nodes(self.tree.nodes, 1.0, is_inside=False)
        joined = conjuncts(self.tree)
        if len(joined) > 1:
            self.lose(self.first_and(), "has no AND: the prompts stand side by side in one")
        written = [self.nodes(one.nodes, 1.0, is_inside=False) for one in joined]
        return written[0] if len(written) == 1 else ", ".join(text.strip() for text in written)

    def first_and(self) -> Span:
        """Where the first AND stands."""
        return next(node.span for node in self.tree.nodes if isinstance(node, And))

    def nodes(self, nodes: Sequence[Node], weight: float, *, is_inside: bool) -> str:
        """Nodes in a row."""
        return "".join(self.node(node, weight, is_inside=is_inside) for node in nodes)

    def node(self, node: Node, weight: float, *, is_inside: bool) -> str:
        """One node."""
        match node:
            case Text(span=span):
                return self.plain(span.of(self.tree.text), is_inside=is_inside)
            case Escape(char=char):
                return self.plain(char, is_inside=is_inside)
            case Separator(span=span):
                return "\n" if span.of(self.tree.text) == "\n" else ","
            case Weighted():
                return self.weighted(node, weight)
            case Scheduled() | Alternation() | Choice():
                return self.branching(node, weight)
            case Comment() | Wildcard() | NetworkReference() | EmbeddingReference() | Break() | And():
                return self.reference(node, is_inside=is_inside)
            case _:
                assert_never(node)

    def reference(
        self, node: Comment | Wildcard | NetworkReference | EmbeddingReference | Break | And, *, is_inside: bool
    ) -> str:
        """What stands for something else than its letters."""
        written = node.span.of(self.tree.text)
        features = self.grammar.features
        match node:
            case Comment():
                return written if "comments" in features else self.lose(node.span, "has no comments: it is left out")
            case Wildcard(name=name):
                return (
                    written
                    if "wildcards" in features
                    else self.lose(node.span, f"has no wildcards: '{name}' is text", written)
                )
            case NetworkReference():
                return self.network(node)
            case EmbeddingReference():
                return self.embedding(node)
            case Break() if "BREAK" not in features:
                return self.lose(node.span, "has no BREAK: a comma takes its place", ",")
            case Break() if is_inside and self.dialect != "tagloom":
                return self.lose(node.span, "reads BREAK inside brackets as a word: a comma takes its place", ",")
            case Break():
                return "BREAK"
            case And():
                return "AND"
            case _:
                assert_never(node)

    def network(self, node: NetworkReference) -> str:
        """An extra network."""
        if "networks" not in self.grammar.features:
            return self.lose(node.span, f"has no extra networks in the prompt: '{node.name}' is left out")
        return f"<{':'.join((node.kind, node.name, *node.arguments))}>"

    def embedding(self, node: EmbeddingReference) -> str:
        """A textual inversion."""
        match self.dialect:
            case "tagloom":
                return f"<embedding:{node.name}>"
            case "comfyui":
                return f"embedding:{node.name}"
            case "a1111" | "sdcpp":
                return node.name
            case _:
                return self.lose(node.span, f"has no textual inversions: '{node.name}' is text", node.name)

    def weighted(self, node: Weighted, weight: float) -> str:
        """A group with a weight."""
        absolute = node.factor if node.sets else weight * node.factor
        body = self.nodes(node.body, absolute, is_inside=True)
        if self.grammar.sets:
            is_plain_round = node.number is None and node.factor == ROUND and ":" not in body
            return f"({body})" if is_plain_round else f"({body}:{number(absolute)})"
        factor = node.factor
        if node.sets:
            if weight == 0:
                self.lose(node.span, "multiplies weights: nothing inside a weight of 0 can be raised again")
            factor = absolute / weight if weight else 1.0
        return self.multiplied(body, factor, is_bare=node.number is None)

    def multiplied(self, body: str, factor: float, *, is_bare: bool) -> str:
        """A body whose weight is multiplied."""
        for mark, own in self.grammar.weights.items():
            fits = mark == "(" or self.dialect == "tagloom" or not {":", "|"} & set(body)
            if is_bare and own == factor and fits:
                return mark + body + {"(": ")", "[": "]", "{": "}"}[mark]
        return f"({body}:{number(factor)})"

    def branching(self, node: Scheduled | Alternation | Choice, weight: float) -> str:
        """What is said by steps or by chance."""
        if isinstance(node, Choice):
            options = [self.nodes(option, weight, is_inside=True) for option in node.options]
            if "choices" in self.grammar.features:
                return "{" + "|".join(options) + "}"
            return self.lose(node.span, "has no choices: the first option is taken", options[0])
        if "edits" not in self.grammar.features:
            return self.settled(node, weight)
        if isinstance(node, Alternation):
            if self.dialect == "a1111" and any(_holds_alternation(option) for option in node.options):
                self.lose(node.span, "turns a nested alternation with the step, so that some options never come")
            return "[" + "|".join(self.nodes(option, weight, is_inside=True) for option in node.options) + "]"
        before, after = (self.nodes(side, weight, is_inside=True) for side in (node.before, node.after))
        when = node.when.of(self.tree.text).strip()
        if when.endswith("%") and self.dialect != "tagloom":
            when = number(float(when[:-1]) / 100)
            when = when if "." in when else f"{when}.0"
        return f"[{before}:{after}:{when}]" if before else f"[{after}:{when}]"

    def settled(self, node: Scheduled | Alternation, weight: float) -> str:
        """What stands at the end, where there are no steps to speak of."""
        if isinstance(node, Alternation):
            return self.lose(
                node.span, f"{_TIMED}: the first option stays", self.nodes(node.options[0], weight, is_inside=True)
            )
        kept, which = (node.after, "after") if node.after else (node.before, "before")
        text = self.nodes(kept, weight, is_inside=True)
        return self.lose(node.span, f"{_TIMED}: what stands {which} the change stays", text)

    def plain(self, text: str, *, is_inside: bool) -> str:
        """Text that must be read as text."""
        marks = set(self.grammar.escapes) - (set() if is_inside else {":"})
        escaped = "".join(f"\\{char}" if char in marks else char for char in text)
        for word in ("AND", "BREAK"):
            if word in self.grammar.features and word not in GRAMMARS[self.tree.dialect].features:
                escaped = escaped.replace(word, word.lower())  # the encoder does not tell them apart
        return escaped

    def lose(self, span: Span, message: str, text: str = "") -> str:
        """Report a loss, and write what is left."""
        self.losses.append(Loss(span=span, message=f"{self.dialect} {message}"))
        return text


class _CompelPrinter(_Printer):
    """compel: the weight stands behind, signs for the usual ones; AND is a call around the prompts."""

    def whole(self) -> str:
        """The whole prompt."""
        joined = conjuncts(self.tree)
        written = [self.nodes(one.nodes, 1.0, is_inside=False) for one in joined]
        if len(joined) == 1:
            return written[0]
        quoted = ", ".join('"' + text.strip().replace('"', '\\"') + '"' for text in written)
        self.lose(self.first_and(), "joins prompts by .and(), which does not come back from there")
        return f"({quoted}).and({', '.join(number(one.strength) for one in joined)})"

    def network(self, node: NetworkReference) -> str:
        """A LoRA has one weight."""
        if node.kind != "lora":
            return self.lose(node.span, f"knows LoRA only: '{node.name}' is left out")
        if len(node.arguments) > 1:
            self.lose(node.span, "gives a LoRA one weight: that of the U-Net")
        return f"withLora({', '.join((node.name, *node.arguments[:1]))})"

    def multiplied(self, body: str, factor: float, *, is_bare: bool) -> str:
        """`(body)+` or `(body)1.21`."""
        if factor < 0:
            self.lose(Span(0, len(self.tree.text)), "has no negative weights: 0 takes their place")
            factor = 0.0
        if factor == 1:
            return f"({body})"
        written = number(factor)
        return f"({body}){'+' if is_bare and factor == ROUND else written}"


class _NovelAIPrinter(_Printer):
    """NovelAI: numbers do not nest, so weights are multiplied out; braces where they suffice."""

    def nodes(self, nodes: Sequence[Node], weight: float, *, is_inside: bool) -> str:
        """Nodes in a row; a number needs a space before it."""
        written = ""
        for node in nodes:
            written = _apart(written, self.node(node, weight, is_inside=is_inside))
        return written

    def weighted(self, node: Weighted, weight: float) -> str:
        """Only the innermost words carry the weight."""
        absolute = node.factor if node.sets else weight * node.factor
        said = ""
        own: list[Node] = []
        for inner in (*node.body, None):
            if inner is not None and not isinstance(inner, Weighted):
                own.append(inner)
                continue
            words = self.nodes(own, absolute, is_inside=True)
            said = _apart(said, self.raised(words, absolute, node) if words.strip() else words)
            said = _apart(said, self.weighted(inner, absolute)) if inner is not None else said
            own = []
        return said

    def raised(self, words: str, weight: float, node: Weighted) -> str:
        """Words with a weight of their own."""
        for count in range(-_MOST_BRACES, _MOST_BRACES + 1):
            if abs(CURLY**count - weight) < 1e-12:  # as near as multiplication in another order brings it
                opening, closing = ("{", "}") if count > 0 else ("[", "]")
                return opening * abs(count) + words + closing * abs(count)
        self.lose(node.span, f"says a weight of {weight:.4g} since V4 only")
        return f"{number(weight)}::{words}::"


_PRINTERS: Final[dict[Dialect, type[_Printer]]] = {"compel": _CompelPrinter, "novelai": _NovelAIPrinter}


def number(value: float) -> str:
    """A number of at most 12 digits, as short as it can be, without an exponent."""
    text = f"{value:.12g}"
    text = f"{value:.{LONGEST_NUMBER - 12}f}" if "e" in text else text
    return text.rstrip("0").rstrip(".") if "." in text else text


def _apart(before: str, after: str) -> str:
    """Two stretches of NovelAI's text, with a space where the second would else begin with a number in a word."""
    in_word = before[-1:].isalnum() or before[-1:] in {"_", "."}
    return before + (" " if in_word and _NUMBERED.match(after) else "") + after


def _holds_alternation(nodes: Sequence[Node]) -> bool:
    return any(isinstance(node, Alternation) or _holds_alternation(children(node)) for node in nodes)
