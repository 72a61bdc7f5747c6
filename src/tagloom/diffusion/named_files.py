"""Plans -> the files of the LoRAs and textual inversions that they name outright; standard library only."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeVar

from tagloom.catalog import NetworkFile, NetworkFiles
from tagloom.engine import Request, passes
from tagloom.errors import ModelNotFoundError
from tagloom.prompt import Compat, Embedding, Network, Node, Plan, Span, parse
from tagloom.prompt.nodes import NetworkReference, children
from tagloom.prompt.scheduler import network
from tagloom.prompt.source import line_and_column

LORA_KINDS: Final = frozenset({"lora", "lyco", "lycoris", "locon", "loha", "lokr"})
"""What web UIs call a LoRA in a prompt; the file says which formula it is."""

_Named = TypeVar("_Named", Network, Embedding)


def networks_of(plan: Plan) -> tuple[Network, ...]:
    """The extra networks of all stages, each place in the prompt once."""
    return tuple({one.span: one for stage in plan.stages for one in stage.networks}.values())


def active_by_stage(plan: Plan, text: str, compat: Compat) -> tuple[tuple[Network, ...], ...]:
    """The extra networks of every stage. A1111 has on, at all steps, whatever stands anywhere in the prompt."""
    if compat == "a1111":
        everywhere = tuple(_written(parse(text).nodes))
        return tuple(everywhere for _ in plan.stages)
    return tuple(stage.networks for stage in plan.stages)


def _written(nodes: Sequence[Node]) -> Iterator[Network]:
    for node in nodes:
        if isinstance(node, NetworkReference):
            yield network(node)
        yield from _written(children(node))


def named_loras(plan: Plan, text: str, compat: Compat, files: NetworkFiles) -> dict[str, NetworkFile]:
    """The files of all LoRAs that a plan of a text switches on, by the names they are called there.

    Raises:
        ModelNotFoundError: there is no such file; the place in the text and the nearest names are told.
        ModelDamagedError: it cannot be read.
    """
    stages = active_by_stage(plan, text, compat)
    loras = [one for networks in stages for one in networks if one.kind in LORA_KINDS]
    return _found(loras, files.lora, text, "prompt")


def named_embeddings(plan: Plan, text: str, files: NetworkFiles, what: str) -> dict[str, NetworkFile]:
    """The same of `<embedding:name>`; `what` is the text's own name in messages.

    Raises:
        ModelError: see `named_loras`.
    """
    return _found(list(_embeddings(plan)), files.embedding, text, what)


def check_names(request: Request, files: NetworkFiles) -> None:
    """Refuse a request that names a LoRA or textual inversion which is not there, before anything is opened.

    Raises:
        ModelError: see `named_loras`.
    """
    for one in passes(request):
        plan, negative_plan = one.plan(one.request.prompt), one.plan(one.request.negative_prompt)
        named_loras(plan, one.request.prompt, request.compat, files)
        named_embeddings(plan, one.request.prompt, files, "prompt")
        named_embeddings(negative_plan, one.request.negative_prompt, files, "negative prompt")


def _embeddings(plan: Plan) -> Iterator[Embedding]:
    pieces = (piece for stage in plan.stages for part in stage.parts for piece in part.pieces)
    yield from (piece for piece in pieces if isinstance(piece, Embedding))


def _found(named: Sequence[_Named], find: Callable[[str], NetworkFile], text: str, what: str) -> dict[str, NetworkFile]:
    found: dict[str, NetworkFile] = {}
    for one in named:
        if one.name not in found:
            try:
                found[one.name] = find(one.name)
            except ModelNotFoundError as error:
                raise ModelNotFoundError(f"{error.message}: {_place(one.span, text, what)}", hint=error.hint) from error
    return found


def _place(span: Span, text: str, what: str) -> str:
    line, column = line_and_column(text, span.start)
    where = f"column {column}" if "\n" not in text else f"line {line}, column {column}"
    return f"the {what} says {span.of(text)} at {where}"
