"""Prompt -> plan: parse, flatten, lay out the stages, and say what has no effect."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, assert_never

from tagloom.prompt.conjunction import conjuncts
from tagloom.prompt.diagnostics import Diagnostic, Severity, in_order
from tagloom.prompt.lexer import read_number
from tagloom.prompt.nodes import (
    Choice,
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
from tagloom.prompt.plan import ChunkBreak, Counted, Embedding, Network, Part, Piece, Plan, Run, Stage
from tagloom.prompt.scheduler import Clock, Flattener, Item, said_at, turning_points
from tagloom.prompt.source import Span

Compat = Literal["exact", "a1111"]
Underscores = Literal["keep", "space"]

_HIGHEST_WEIGHT = 1.6
_WEIGHED_KINDS = ("lora", "lyco", "hypernet")


def compile(  # noqa: A001  # the compiler's verb; nobody needs the builtin here
    prompt: str | Tree,
    *,
    steps: int,
    hires_steps: int | None = None,
    compat: Compat = "exact",
    calls: int | None = None,
    underscores: Underscores = "keep",
) -> Plan:
    """Compile a prompt, or its tree, for a run of `steps` sampling steps, or for its second pass of `hires_steps`.

    "exact": stages count steps; `from` of `[from:to:when]` holds while s <= when, counted from 1, a share of the steps
    rounded down; `[a|b]` takes option (s - 1) mod 2, a nested alternation turns once each time its option comes up.
    "a1111": stages count network calls (`calls`, by default one a step) and follow A1111's web UI call by call: every
    change comes one call late, nested alternations turn with the step, and calls beyond the schedule fall back to its
    first entry. `underscores` says what the encoder reads for `_`. Equal arguments give the same plan at once.
    """
    length = steps if hires_steps is None else hires_steps
    counted_calls = (length if calls is None else calls) if compat == "a1111" else None
    clock = Clock(steps=length, first_pass=None if hires_steps is None else steps, is_a1111=compat == "a1111")
    return _compile(prompt, clock, counted_calls, underscores)


@dataclass(frozen=True, slots=True)
class _Prompt:
    """One of the prompts that AND joins."""

    items: tuple[Item, ...]
    strength: float


@lru_cache(maxsize=256)
def _compile(prompt: str | Tree, clock: Clock, calls: int | None, underscores: Underscores) -> Plan:
    tree = parse(prompt) if isinstance(prompt, str) else prompt
    prompts, complaints = _prompts(tree, Flattener(text=tree.text, clock=clock, underscores=underscores))
    stages = _stages(prompts, clock)
    counted: Counted = "steps"
    if calls is not None:
        stages, counted = _by_call(stages, calls), "calls"
    found = (*tree.diagnostics, *complaints, *_review(tree, tree.nodes, 1.0, clock))
    return Plan(
        length=stages[-1].stop,
        counted=counted,
        stages=stages,
        diagnostics=in_order(found),
    )


def _prompts(tree: Tree, flattener: Flattener) -> tuple[list[_Prompt], list[Diagnostic]]:
    """The prompts between ANDs with their strengths, and what there is to say about them."""
    joined = conjuncts(tree)
    complaints: list[Diagnostic] = []
    for one in joined:
        if len(joined) > 1 and not one.says_something:
            message = "one side of AND is empty: it blends in a picture of nothing"
            end = len(tree.text)
            span = Span(one.nodes[0].span.start, one.nodes[-1].span.end) if one.nodes else Span(end, end)
            complaints.append(Diagnostic(code="P013", severity=Severity.WARNING, message=message, span=span))
        if len(joined) == 1 and one.number:
            message = f"'{one.number.of(tree.text).strip()}' is painted as text: a strength counts only beside AND"
            complaints.append(Diagnostic(code="P008", severity=Severity.INFO, message=message, span=one.number))
    return [_Prompt(flattener.flatten(one.nodes, 1.0), one.strength) for one in joined], complaints


def _stages(prompts: Sequence[_Prompt], clock: Clock) -> tuple[Stage, ...]:
    points = {clock.steps}.union(*(turning_points(prompt.items, clock.steps) for prompt in prompts))
    stages: list[Stage] = []
    start = 0
    for stop in sorted(points):
        stage = _stage(prompts, start, stop, clock)
        if stages and _content(stages[-1]) == _content(stage):
            stage = Stage(start=stages[-1].start, stop=stop, parts=stages[-1].parts, networks=stages[-1].networks)
            stages.pop()
        stages.append(stage)
        start = stop
    return tuple(stages)


def _stage(prompts: Sequence[_Prompt], start: int, stop: int, clock: Clock) -> Stage:
    parts: list[Part] = []
    networks: list[Network] = []
    for prompt in prompts:
        said = said_at(prompt.items, start + 1, clock)
        networks += [piece for piece in said if isinstance(piece, Network)]
        pieces = tuple(piece for piece in said if not isinstance(piece, Network))
        parts.append(Part(weight=prompt.strength, pieces=pieces))
    return Stage(start=start, stop=stop, parts=tuple(parts), networks=tuple(networks))


def _content(stage: Stage) -> tuple[object, ...]:
    """What a stage says, without where it was written."""
    parts = tuple((part.weight, tuple(_said(piece) for piece in part.pieces)) for part in stage.parts)
    return parts, tuple((n.kind, n.name, n.unet_weight, n.text_encoder_weight, n.arguments) for n in stage.networks)


def _said(piece: Piece) -> tuple[object, ...]:
    match piece:
        case Run(text=text, weight=weight):
            return "run", text, weight
        case Embedding(name=name, weight=weight):
            return "embedding", name, weight
        case ChunkBreak():
            return ("break",)
        case _:
            assert_never(piece)


def _by_call(stages: tuple[Stage, ...], calls: int) -> tuple[Stage, ...]:
    """A1111's reading of a schedule: entry i holds while the call's number, from 0, is at most its last step."""
    laid: list[Stage] = []
    start = 0
    for stage in stages:
        stop = min(stage.stop + 1, calls)
        if stop > start:
            laid.append(Stage(start=start, stop=stop, parts=stage.parts, networks=stage.networks))
            start = stop
    if start < calls:
        laid.append(Stage(start=start, stop=calls, parts=stages[0].parts, networks=stages[0].networks))
    return tuple(laid)


def _review(tree: Tree, nodes: Sequence[Node], weight: float, clock: Clock) -> Iterator[Diagnostic]:
    """What the compiler knows that the parser does not: products of weights, and steps that never come."""
    for node in nodes:
        match node:
            case Text() | Separator():
                continue
            case Weighted(span=span, body=body, factor=factor, sets=sets):
                product = factor if sets else weight * factor
                if _is_extreme(product) and not _is_extreme(weight):
                    yield _extreme(span, product)
                if any(isinstance(inner, NetworkReference) for inner in body):
                    yield _unweighted(next(inner.span for inner in body if isinstance(inner, NetworkReference)))
                yield from _review(tree, body, product, clock)
                continue
            case Scheduled():
                yield from _unreachable(tree, node, clock)
            case NetworkReference(span=span, arguments=arguments):
                wrong = [argument for argument in arguments[:2] if read_number(argument.split("=")[-1]) is None]
                if node.kind in _WEIGHED_KINDS and wrong:
                    message = f"'{wrong[0]}' is no weight; 1 is taken"
                    yield Diagnostic(code="P012", severity=Severity.ERROR, message=message, span=span)
            case Choice(span=span):
                message = "a choice that was not made yet: its first option is shown"
                yield Diagnostic(code="P015", severity=Severity.INFO, message=message, span=span)
            case Wildcard(span=span, name=name):
                message = f"there is no wildcard file '{name}'; it is painted as it stands"
                hint = "add the file, or write a single underscore"
                yield Diagnostic(code="P014", severity=Severity.WARNING, message=message, span=span, hint=hint)
            case _:
                pass
        yield from _review(tree, children(node), weight, clock)


def _is_extreme(weight: float) -> bool:
    return weight > _HIGHEST_WEIGHT or weight < 0


def _extreme(span: Span, weight: float) -> Diagnostic:
    if weight < 0:
        message = f"a weight of {weight:.4g} turns this part of the text around"
        hint = "to avoid something, name it in the negative prompt"
    else:
        message = f"a weight of {weight:.4g} usually breaks the picture"
        hint = f"stay at or below {_HIGHEST_WEIGHT}"
    return Diagnostic(code="P009", severity=Severity.WARNING, message=message, span=span, hint=hint)


def _unweighted(span: Span) -> Diagnostic:
    message = "brackets do not change the weight of an extra network"
    hint = "write its weight inside: <lora:name:0.8>"
    return Diagnostic(code="P010", severity=Severity.WARNING, message=message, span=span, hint=hint)


def _unreachable(tree: Tree, node: Scheduled, clock: Clock) -> Iterator[Diagnostic]:
    step = clock.step(node.when.of(tree.text))
    if step >= clock.steps and node.after:
        message = f"this change never comes: the run has only {clock.steps} steps"
        hint = "name an earlier step, or a share such as 0.5"
        yield Diagnostic(code="P011", severity=Severity.WARNING, message=message, span=node.span, hint=hint)
    elif step < 1 and node.before:
        message = "what stands before the colon never shows: the change comes before the first step"
        yield Diagnostic(code="P011", severity=Severity.WARNING, message=message, span=node.span)
