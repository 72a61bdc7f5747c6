"""The prompt language: text -> tree -> plan, with diagnostics as values. It needs the standard library only."""

from tagloom.prompt.compiler import Compat, Underscores, compile
from tagloom.prompt.diagnostics import Diagnostic, Severity, render
from tagloom.prompt.expand import Expansion, expand
from tagloom.prompt.formatter import format
from tagloom.prompt.grammar import Dialect
from tagloom.prompt.nodes import Node, Tree
from tagloom.prompt.parser import parse
from tagloom.prompt.plan import ChunkBreak, Embedding, Network, Part, Piece, Plan, Run, Segment, Stage, plan_from_json
from tagloom.prompt.printer import Loss, Printed, convert
from tagloom.prompt.source import Edit, Span

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
