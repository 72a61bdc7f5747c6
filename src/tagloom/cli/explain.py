"""`tagloom explain`: how a prompt is read - its tree, its tokens in their chunks, its timeline."""

import json
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Annotated

from tagloom.choices import CHOICES, MAX_STEPS, check_choice
from tagloom.cli.dialects import checked_dialect
from tagloom.cli.parameter import Parameter
from tagloom.cli.prompts import read_prompt
from tagloom.cli.services import Services
from tagloom.diffusion.chunks import CHUNK_LENGTH, Chunk, chunk, token_count
from tagloom.errors import RequestError
from tagloom.prompt import Diagnostic, Node, Part, Plan, Span, Stage, Tree, compile, parse, render
from tagloom.prompt.nodes import Weighted, children
from tagloom.tokenizer import Tokenizer, load_tokenizer


def explain(
    prompt: Annotated[str, Parameter(allow_leading_hyphen=True)],
    /,
    *,
    steps: Annotated[int, Parameter(help="Of the timeline, 1 to 150.")] = 20,
    compat: Annotated[str, Parameter(help="exact, or a1111 for that tool's timeline.")] = "exact",
    underscores: Annotated[str, Parameter(help="keep, or space: what the model reads for _.")] = "keep",
    dialect: Annotated[str, Parameter(help="tagloom, a1111, comfyui, compel, novelai or sdcpp.")] = "tagloom",
    as_json: Annotated[bool, Parameter("--json", negative="", help="The same as JSON.")] = False,
    services: Annotated[Services, Parameter(parse=False)],
) -> int:
    """Show how a prompt is read: its tree, its tokens in their chunks with weights, and its timeline by steps.

    Choices and wildcards are shown as they stand: `tagloom paint` makes them, from the seed. A prompt of - is read from
    standard input.

    Parameters
    ----------
    prompt
        The prompt.
    """
    check_options(steps=steps, compat=compat, underscores=underscores)
    text = read_prompt(prompt, services.read_input)
    tree = parse(text, checked_dialect("dialect", dialect))
    plan = compile(
        tree,
        steps=steps,
        compat="a1111" if compat == "a1111" else "exact",
        underscores="space" if underscores == "space" else "keep",
    )
    if as_json:
        services.print_json(_json(tree, plan))
        return 0
    for line in (*_tree_lines(tree), "", *_timeline_lines(text, plan)):
        services.print(line)
    for found in plan.diagnostics:
        services.print("\n" + render(found, text))
    return 0


def check_options(*, steps: int, compat: str, underscores: str) -> None:
    """Refuse what a request would refuse too.

    Raises:
        RequestError: a value is impossible; it is named.
    """
    if not 1 <= steps <= MAX_STEPS:
        raise RequestError(f"steps {steps} is not within 1 to {MAX_STEPS}", field="steps")
    for field, value in (("compat", compat), ("underscores", underscores)):
        check_choice(field, value, CHOICES[field])


def _tree_lines(tree: Tree) -> Iterator[str]:
    yield "Tree"
    yield from _node_lines(tree.text, tree.nodes, 1)


def _node_lines(text: str, nodes: Sequence[Node], depth: int) -> Iterator[str]:
    for node in nodes:
        yield f"{'  ' * depth}{_node_name(node)} {node.span.start}-{node.span.end} {_quoted(node.span.of(text))}"
        yield from _node_lines(text, children(node), depth + 1)


def _node_name(node: Node) -> str:
    return type(node).__name__.removesuffix("Reference").lower()


def _timeline_lines(text: str, plan: Plan) -> Iterator[str]:
    tokenizer = load_tokenizer()
    unit = "step" if plan.counted == "steps" else "call"
    for stage in plan.stages:
        yield f"{_range(stage, unit)} of {plan.length}"
        for number, part in enumerate(stage.parts, start=1):
            if len(stage.parts) > 1:
                yield f"  prompt {number} of {len(stage.parts)}, joined by AND, strength {part.weight:g}"
            yield from _chunk_lines(text, _chunks(part, tokenizer), tokenizer)
        for network in stage.networks:
            weights = f"U-Net {network.unet_weight:g}, text encoder {network.text_encoder_weight:g}"
            yield f"  {network.kind} {network.name}: {weights}"


def _range(stage: Stage, unit: str) -> str:
    one = stage.stop - stage.start == 1
    return f"{unit.capitalize()} {stage.stop}" if one else f"{unit.capitalize()}s {stage.start + 1}-{stage.stop}"


def _chunks(part: Part, tokenizer: Tokenizer) -> tuple[Chunk, ...]:
    return chunk(part.pieces, tokenizer, {})


def _chunk_lines(text: str, chunks: Sequence[Chunk], tokenizer: Tokenizer) -> Iterator[str]:
    yield f"  {token_count(chunks)} tokens"
    for number, part in enumerate(chunks, start=1):
        yield f"  chunk {number}, {len(part.slots)} of {CHUNK_LENGTH}"
        for position, slot in enumerate(part.slots, start=1):
            word = _quoted(tokenizer.decode((slot.token,)))
            weight = "" if slot.weight == 1 else f"  x{slot.weight:.4g}"
            yield f"    {position:>2}  {slot.token:>5}  {word:<20} from {_quoted(slot.span.of(text))}{weight}"


def _quoted(text: str) -> str:
    shown = text if len(text) <= 60 else text[:59] + "…"
    return json.dumps(shown, ensure_ascii=not shown.isprintable())


def _json(tree: Tree, plan: Plan) -> dict[str, object]:
    tokenizer = load_tokenizer()
    return {
        "prompt": tree.text,
        "dialect": tree.dialect,
        "tree": _tree_json(tree.text, tree.nodes),
        "counted": plan.counted,
        "length": plan.length,
        "stages": [_stage_json(tree, stage, tokenizer) for stage in plan.stages],
        "diagnostics": [diagnostic_json(found) for found in plan.diagnostics],
    }


def _tree_json(text: str, nodes: Sequence[Node]) -> list[dict[str, object]]:
    return [
        {
            "kind": _node_name(node),
            "start": node.span.start,
            "end": node.span.end,
            "text": node.span.of(text),
            "children": _tree_json(text, children(node)),
        }
        for node in nodes
    ]


def _stage_json(tree: Tree, stage: Stage, tokenizer: Tokenizer) -> dict[str, object]:
    return {
        "start": stage.start,
        "stop": stage.stop,
        "parts": [
            {"weight": part.weight, "chunks": [_chunk_json(tree, cut, tokenizer) for cut in _chunks(part, tokenizer)]}
            for part in stage.parts
        ],
        "networks": [
            {
                "kind": network.kind,
                "name": network.name,
                "unet_weight": network.unet_weight,
                "text_encoder_weight": network.text_encoder_weight,
            }
            for network in stage.networks
        ],
    }


def _chunk_json(tree: Tree, part: Chunk, tokenizer: Tokenizer) -> list[dict[str, object]]:
    return [
        {
            "position": position,
            "id": slot.token,
            "token": tokenizer.decode((slot.token,)),
            "weight": slot.weight,
            "start": slot.span.start,
            "end": slot.span.end,
            "text": slot.span.of(tree.text),
            "weighted_by": [
                {"start": node.span.start, "end": node.span.end, "factor": node.factor, "sets": node.sets}
                for node in weights_around(tree.nodes, slot.span)
            ],
        }
        for position, slot in enumerate(part.slots, start=1)
    ]


def weights_around(nodes: Sequence[Node], span: Span) -> list[Weighted]:
    """The weights that a span stands in, the outermost first."""
    found: list[Weighted] = []
    while True:
        place = bisect_right(nodes, span.start, key=lambda node: node.span.start) - 1
        if place < 0 or nodes[place].span.end < span.end:
            return found
        node = nodes[place]
        if isinstance(node, Weighted):
            found.append(node)
        nodes = children(node)


def diagnostic_json(found: Diagnostic) -> dict[str, object]:
    """A finding as a JSON value."""
    return {
        "code": found.code,
        "severity": found.severity.value,
        "message": found.message,
        "start": found.span.start,
        "end": found.span.end,
        "hint": found.hint,
        "about": found.about,
        "fix": {"start": found.fix.span.start, "end": found.fix.span.end, "replacement": found.fix.replacement}
        if found.fix
        else None,
    }
