"""Tokens -> tree, for the dialects with brackets. Never raises: what does not balance is told in a diagnostic.

prompt      = element*
element     = text | escape | separator | comment | network | wildcard | BREAK | AND | group
group       = "(" element* [":" number] ")"
            | "{" element* "}"                          a weight, without "|"
            | "{" element* ("|" element*)+ "}"          a choice
            | "[" element* "]"                          a weight
            | "[" [element* ":"] element* ":" moment "]"    an edit
            | "[" element* ("|" element*)+ "]"          an alternation
"""

import re
from typing import Final, assert_never

from tagloom.prompt.brackets import MAX_DEPTH, Brackets, closed_by_their_group, pair
from tagloom.prompt.diagnostics import Diagnostic, Severity, in_order
from tagloom.prompt.dialects.compel_prompt import parse_compel
from tagloom.prompt.dialects.novelai_prompt import parse_novelai
from tagloom.prompt.grammar import CLOSING, GRAMMARS, Dialect, Grammar
from tagloom.prompt.lexer import LONGEST_NUMBER, MOMENT, Kind, Tokens, read_number, tokenize
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
)
from tagloom.prompt.source import Edit, Span

_EYES: Final = re.compile(r"(?:^|[\s,])[:;=]['\-]?$")
_LOWER_AND: Final = re.compile(r"\band\b")


def parse(text: str, dialect: Dialect = "tagloom") -> Tree:
    """Read a prompt as a dialect has it. The tree's leaves tile the text whatever it is; the work is linear in its length.

    Raises:
        ValueError: there is no such dialect.
    """
    if dialect not in GRAMMARS:
        raise ValueError(f"there is no dialect '{dialect}'")
    if dialect == "novelai":
        return parse_novelai(text)
    if dialect == "compel":
        return parse_compel(text)
    parser = _Parser(text, GRAMMARS[dialect])
    nodes = parser.elements(0, len(parser.tokens), is_inside=False)
    found = (*parser.diagnostics, *_bracket_diagnostics(text, parser.tokens, parser.brackets))
    return Tree(text=text, dialect=dialect, nodes=nodes, diagnostics=in_order(found))


class _Parser:
    """One text with its tokens and paired brackets; methods are the rules, over token indices [start, stop)."""

    def __init__(self, text: str, grammar: Grammar) -> None:
        self.text = text
        self.grammar = grammar
        self.tokens = tokenize(text, grammar.name)
        paired = pair(text, self.tokens.kinds, self.tokens.starts)
        self.brackets = closed_by_their_group(paired, len(self.tokens)) if grammar.weighs_rest else paired
        self.diagnostics: list[Diagnostic] = []
        self.alternates = bool({"edits", "choices"} & grammar.features)
        self.says_and = "AND" in grammar.features and _LOWER_AND.search(text) is not None

    def elements(self, start: int, stop: int, *, is_inside: bool) -> tuple[Node, ...]:
        """element*"""
        kinds, starts = self.tokens.kinds, self.tokens.starts
        nodes: list[Node] = []
        plain: int | None = None  # where the text being gathered begins
        index = start
        while index < stop:
            kind = kinds[index]
            is_words = kind is Kind.TEXT and not self.says_and  # most tokens: spared a call, for speed alone
            node = None if is_words else self.element(index, kind, is_inside=is_inside)
            if node is None:
                plain = starts[index] if plain is None else plain
                index += 1
                continue
            if plain is not None:
                nodes.append(Text(Span(plain, starts[index])))
                plain = None
            nodes.append(node)
            index = self.after(index) if kind is Kind.OPEN else index + 1
        if plain is not None:
            nodes.append(Text(Span(plain, starts[stop])))
        return tuple(nodes)

    def element(self, index: int, kind: Kind, *, is_inside: bool) -> Node | None:
        """The node that begins at a token; None where it is part of plain text."""
        if kind is Kind.OPEN:
            return self.group(index) if index in self.brackets.partner else None
        span = self.tokens.span(index)
        match kind:
            case Kind.TEXT:
                self.note_lower_and(span)
                return None
            case Kind.COLON | Kind.CLOSE:
                return None
            case Kind.PIPE:
                if self.alternates:
                    self.note_lone_pipe(span)
                return None
            case Kind.ESCAPE:
                return Escape(span, self.text[span.start + 1])
            case Kind.SEPARATOR:
                return Separator(span)
            case Kind.COMMENT:
                return Comment(span)
            case Kind.WILDCARD:
                return Wildcard(span, self.text[span.start + 2 : span.end - 2])
            case Kind.NETWORK | Kind.EMBEDDING:
                return self.network(span)
            case Kind.BREAK:
                return Break(span)
            case Kind.AND:
                return self.conjunction(span, is_inside=is_inside)
            case _:
                assert_never(kind)

    def group(self, index: int) -> Node:
        """group"""
        stop = self.brackets.partner[index]
        starts = self.tokens.starts
        mark = self.text[starts[index]]
        if index in self.brackets.open_ended:
            span = Span(starts[index], starts[stop])
            return Weighted(span, self.elements(index + 1, stop, is_inside=True), self.grammar.weights[mark], None)
        span = Span(starts[index], starts[stop + 1])
        colons, pipes = self.marks(index + 1, stop)
        if mark == "(":
            return self.weight(index, stop, span, colons)
        if pipes and (mark == "{" or "edits" in self.grammar.features):
            options = tuple(self.elements(a, b, is_inside=True) for a, b in _between(index + 1, stop, pipes))
            if mark == "[":
                return Alternation(span, options)
            return Choice(span, options, tuple(starts[pipe] for pipe in pipes))
        if "edits" in self.grammar.features and mark == "[" and colons and (when := self.moment(colons[-1], stop)):
            return self.edit(index, span, colons, when)
        body = self.elements(index + 1, stop, is_inside=True)
        return Weighted(span, body, self.grammar.weights.get(mark, 1.0), None)

    def weight(self, index: int, stop: int, span: Span, colons: list[int]) -> Weighted:
        """ "(" element* [":" number] ")" """
        if colons:
            number = Span(self.tokens.starts[colons[-1] + 1], self.tokens.starts[stop])
            value = read_number(number.of(self.text))
            if value is not None:
                body = self.elements(index + 1, colons[-1], is_inside=True)
                return Weighted(span, body, value, number, sets=self.grammar.sets)
        return Weighted(span, self.elements(index + 1, stop, is_inside=True), self.grammar.weights["("], None)

    def edit(self, index: int, span: Span, colons: list[int], when: Span) -> Scheduled:
        """ "[" [element* ":"] element* ":" moment "]" """
        first = colons[-2] if len(colons) > 1 else None
        before = self.elements(index + 1, first, is_inside=True) if first is not None else ()
        after = self.elements(index + 1 if first is None else first + 1, colons[-1], is_inside=True)
        return Scheduled(span, before, after, when)

    def moment(self, colon: int, stop: int) -> Span | None:
        """What stands between a colon and the closing bracket, if it is a moment."""
        span = Span(self.tokens.starts[colon + 1], self.tokens.starts[stop])
        is_moment = len(span) <= LONGEST_NUMBER and MOMENT.fullmatch(span.of(self.text))
        return span if is_moment else None

    def marks(self, start: int, stop: int) -> tuple[list[int], list[int]]:
        """The colons and the pipes that stand directly in a group."""
        colons: list[int] = []
        pipes: list[int] = []
        kinds = self.tokens.kinds
        index = start
        while index < stop:
            kind = kinds[index]
            if kind is Kind.COLON:
                colons.append(index)
            elif kind is Kind.PIPE:
                pipes.append(index)
            index = self.after(index)
        return colons, pipes

    def after(self, index: int) -> int:
        """The token behind the group that opens here, or behind this token."""
        stop = self.brackets.partner.get(index, index)
        return stop if index in self.brackets.open_ended else stop + 1

    def network(self, span: Span) -> Node:
        """ "<" kind ":" name (":" argument)* ">" | "embedding:" name"""
        kind, name, *arguments = span.of(self.text).removeprefix("<").removesuffix(">").split(":")
        if kind.lower() == "embedding":
            return EmbeddingReference(span, ":".join([name, *arguments]))
        return NetworkReference(span, kind.lower(), name, tuple(arguments))

    def conjunction(self, span: Span, *, is_inside: bool) -> Node | None:
        """AND, which is plain text inside brackets."""
        if not is_inside:
            return And(span)
        message = "AND inside brackets does not blend; it is painted as a word"
        self.add("P007", Severity.WARNING, message, span, "write AND outside all brackets")
        return None

    def note_lower_and(self, words: Span) -> None:
        """`and` between words reads like AND, but is a word."""
        for match in _LOWER_AND.finditer(self.text, words.start, words.end):
            span = Span(*match.span())
            message = "'and' in lower case is a word; only AND blends prompts"
            self.add("P006", Severity.INFO, message, span, fix=Edit(span=span, replacement="AND"))

    def note_lone_pipe(self, span: Span) -> None:
        """A `|` separates options only directly inside [] or {}."""
        message = "'|' alternates only directly inside [ ]; here it is painted as it stands"
        self.add("P004", Severity.WARNING, message, span, "write [a | b] to alternate, or \\| for the character itself")

    def add(self, code: str, severity: Severity, message: str, span: Span, hint: str = "", fix: Edit | None = None) -> None:
        """Note a finding."""
        self.diagnostics.append(Diagnostic(code=code, severity=severity, message=message, span=span, hint=hint, fix=fix))


def _between(start: int, stop: int, marks: list[int]) -> list[tuple[int, int]]:
    """The stretches of [start, stop) that the marks separate."""
    return list(zip([start, *(mark + 1 for mark in marks)], [*marks, stop], strict=True))


def _bracket_diagnostics(text: str, tokens: Tokens, brackets: Brackets) -> list[Diagnostic]:
    found = [_unclosed(text, tokens.span(index), weighs_rest=index in brackets.open_ended) for index in brackets.unclosed]
    for index in brackets.unopened:
        span = tokens.span(index)
        message = f"'{span.of(text)}' closes nothing; it is painted as it stands"
        hint = f"delete it, or write \\{span.of(text)} for the character itself"
        found.append(Diagnostic(code="P002", severity=Severity.ERROR, message=message, span=span, hint=hint))
    if brackets.too_deep:
        message = f"brackets are nested more than {MAX_DEPTH} deep; from here on they are painted as they stand"
        span = tokens.span(brackets.too_deep[0])
        found.append(Diagnostic(code="P003", severity=Severity.ERROR, message=message, span=span, hint="write a number"))
    return found


def _unclosed(text: str, bracket: Span, *, weighs_rest: bool) -> Diagnostic:
    mark = bracket.of(text)
    outcome = "weighs all that follows" if weighs_rest else "painted as it stands"
    escape = Edit(span=bracket, replacement=f"\\{mark}")
    if _EYES.search(text, max(0, bracket.start - 3), bracket.start):
        message = f"the '{mark}' of an emoticon opens a bracket that nothing closes"
        hint = f"it is {outcome}; write \\{mark} for the character itself"
        return Diagnostic(code="P005", severity=Severity.WARNING, message=message, span=bracket, hint=hint, fix=escape)
    line_end = text.find("\n", bracket.start)
    span = Span(bracket.start, line_end if line_end >= 0 else len(text))
    hint = f"nothing closes '{mark}', so it is {outcome}: add '{CLOSING[mark]}', or write \\{mark}"
    message = f"expected '{CLOSING[mark]}'"
    return Diagnostic(code="P001", severity=Severity.ERROR, message=message, span=span, hint=hint, fix=escape)
