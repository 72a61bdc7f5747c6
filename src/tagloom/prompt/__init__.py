"""The prompt language: text -> tree -> plan, with diagnostics as values. It needs the standard library only.

What writes prompts, or makes their choices, is imported when it is first asked for, so that reading one starts faster.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from tagloom.prompt.compiler import Compat, Underscores, compile
from tagloom.prompt.diagnostics import Diagnostic, Severity, render
from tagloom.prompt.grammar import Dialect
from tagloom.prompt.nodes import Node, Tree
from tagloom.prompt.parser import parse
from tagloom.prompt.plan import ChunkBreak, Embedding, Network, Part, Piece, Plan, Run, Segment, Stage, plan_from_json
from tagloom.prompt.source import Edit, Span

if TYPE_CHECKING:
    from tagloom.prompt.expansion import Expansion, expand
    from tagloom.prompt.formatter import format
    from tagloom.prompt.printer import Loss, Printed, convert

__all__ = [
    "ChunkBreak",
    "Compat",
    "Diagnostic",
    "Dialect",
    "Edit",
    "Embedding",
    "Expansion",
    "Loss",
    "Network",
    "Node",
    "Part",
    "Piece",
    "Plan",
    "Printed",
    "Run",
    "Segment",
    "Severity",
    "Span",
    "Stage",
    "Tree",
    "Underscores",
    "compile",
    "convert",
    "expand",
    "format",
    "parse",
    "plan_from_json",
    "render",
]

_HOMES = {
    "Expansion": "expansion",
    "Loss": "printer",
    "Printed": "printer",
    "convert": "printer",
    "expand": "expansion",
    "format": "formatter",
}


def __getattr__(name: str) -> object:
    """Import a public name from the module it lives in (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'tagloom.prompt' has no attribute '{name}'")
    return getattr(import_module(f"tagloom.prompt.{_HOMES[name]}"), name)
