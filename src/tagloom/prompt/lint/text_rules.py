"""Text that does not reach the picture: Chinese that nobody translated, brackets around nothing, idle edits."""

import re
from collections.abc import Iterator, Sequence
from typing import Final, assert_never

from tagloom.prompt.diagnostics import Diagnostic, Severity
from tagloom.prompt.lint.subject import Subject
from tagloom.prompt.nodes import Alternation, Node, Scheduled, Tree, Weighted, children
from tagloom.prompt.source import Edit, Span

_CHINESE: Final = re.compile(
    r"(?<![^\W_])[A-Za-z0-9]*[\u3400-\u9fff\uf900-\ufaff][A-Za-z0-9\u3400-\u9fff\uf900-\ufaff]*"
    r"|[\u3400-\u9fff\uf900-\ufaff]+"
)
"""Chinese with the Latin letters and digits that are joined to it, as in `T恤`."""


def untranslated_text(subject: Subject) -> Iterator[Diagnostic]:
    """Chinese in the prompt: CLIP was trained on English."""
    for match in _CHINESE.finditer(subject.tree.text):
        span = Span(*match.span())
        english = subject.hooks.translate(match[0])
        yield Diagnostic(
            code="L012",
            severity=Severity.WARNING,
            message=f"'{match[0]}' is Chinese: the text encoder knows English, and reads this as meaningless bytes",
            span=span,
            hint=f"write '{english}'" if english else "translate it",
            fix=Edit(span=span, replacement=english) if english else None,
        )


def text_without_effect(subject: Subject) -> Iterator[Diagnostic]:
    """Marks that change nothing."""
    yield from _idle_nodes(subject.tree, subject.tree.nodes)
    for tag in subject.tags:
        if not tag.text:
            message = "there is nothing before this comma"
            fix = Edit(span=Span(tag.span.start, tag.span.start + 1), replacement="")
            yield Diagnostic(code="L013", severity=Severity.INFO, message=message, span=fix.span, fix=fix)


def _idle_nodes(tree: Tree, nodes: Sequence[Node]) -> Iterator[Diagnostic]:
    for node in nodes:
        if isinstance(node, Weighted | Scheduled | Alternation) and (message := _idleness(tree, node)):
            fix = _unwrapped(tree, node)
            yield Diagnostic(code="L013", severity=Severity.INFO, message=message, span=node.span, fix=fix)
        yield from _idle_nodes(tree, children(node))


def _idleness(tree: Tree, node: Weighted | Scheduled | Alternation) -> str:
    """Why a node changes nothing; "" if it does."""
    match node:
        case Weighted(body=body) if not _written(tree, body).strip():
            return "there is nothing in these brackets"
        case Weighted(factor=1.0, sets=False, number=number) if number is not None:
            return "a weight of 1 changes nothing"
        case Weighted(factor=0.0):
            return "a weight of 0 leaves its place in the prompt, but nothing to see"
        case Scheduled(before=before, after=after) if _written(tree, before).strip() == _written(tree, after).strip():
            return "both sides of this edit are the same"
        case Alternation(options=options) if len({_written(tree, option).strip() for option in options}) == 1:
            return "all options of this alternation are the same"
        case _:
            return ""


def _unwrapped(tree: Tree, node: Weighted | Scheduled | Alternation) -> Edit:
    """The node without its marks, which says the same."""
    match node:
        case Weighted(body=body, factor=factor):
            return Edit(span=node.span, replacement="" if factor == 0 else _written(tree, body))
        case Scheduled(after=after):
            return Edit(span=node.span, replacement=_written(tree, after))
        case Alternation(options=options):
            return Edit(span=node.span, replacement=_written(tree, options[0]))
        case _:
            assert_never(node)


def _written(tree: Tree, nodes: Sequence[Node]) -> str:
    return tree.text[nodes[0].span.start : nodes[-1].span.end] if nodes else ""
