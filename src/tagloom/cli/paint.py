"""`tagloom paint`: a prompt -> pictures."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from tagloom.cli.exits import INTERRUPTED
from tagloom.cli.interrupt import Interrupt
from tagloom.cli.machine_options import ANY_MACHINE, MachineOptions
from tagloom.cli.model_options import AS_IT_IS, ModelOptions
from tagloom.cli.prompts import read_prompt
from tagloom.cli.services import Services
from tagloom.cli.wildcards import read_wildcards
from tagloom.engine import Engine, Event, ModelFacts, Preview, Request, RequestInput, resolve
from tagloom.errors import RequestError
from tagloom.prompt import compile, render

if TYPE_CHECKING:
    from tagloom.artifact import Destination
    from tagloom.catalog import NetworkFiles

_OUTPUT = "Output"


def paint(
    prompt: Annotated[str, Parameter(allow_leading_hyphen=True)],
    /,
    *,
    negative: Annotated[str, Parameter(alias="-N", help="What to avoid.")] = "",
    style: Annotated[
        tuple[str, ...], Parameter(negative="", help="A style that `tagloom styles` lists; may be given again.")
    ] = (),
    count: Annotated[int, Parameter(alias="-n", help="How many pictures: seeds seed, seed + 1, ...")] = 1,
    seed: Annotated[int | None, Parameter(help="0 to 2^64-1; by chance if not given.")] = None,
    steps: Annotated[int, Parameter(help="1 to 150; 20 to 40 advised.")] = 20,
    clip_skip: Annotated[float, Parameter(help="1 to 12; 1 to 4 advised. 1.5 lies between 1 and 2.")] = 1.0,
    size: Annotated[str, Parameter(help="WIDTHxHEIGHT; the model's own if not given.")] = "",
    sampler: Annotated[str, Parameter(help="Euler, Euler a, DPM++ 2M, UniPC, ...")] = "DPM++ 2M",
    schedule: Annotated[str, Parameter(help="Karras, Exponential, ...; the sampler's own if not given.")] = "",
    guidance_scale: Annotated[float, Parameter(alias="--cfg", help="1 is no guidance.")] = 7.0,
    emphasis: Annotated[str, Parameter(help="How weights act: original, no_norm, ignore, comfy.")] = "original",
    noise: Annotated[str, Parameter(help="philox: as on CUDA, everywhere; cpu: as torch on a CPU.")] = "philox",
    compat: Annotated[str, Parameter(help="exact, or a1111 for that tool's timeline.")] = "exact",
    underscores: Annotated[str, Parameter(help="keep, or space: what the model reads for _.")] = "keep",
    translate: Annotated[bool | None, Parameter(help="Chinese prompts into English; what is Chinese, if not given.")] = None,
    model: Annotated[str, Parameter(help="A name that `tagloom models` lists, a hash, a file or a folder.")] = "paperdoll",
    model_options: ModelOptions = AS_IT_IS,
    out: Annotated[Path | None, Parameter(group=_OUTPUT, help="A folder, or a file.")] = None,
    file_format: Annotated[str, Parameter("--format", group=_OUTPUT, help="png, webp or jpeg.")] = "",
    quality: Annotated[int, Parameter(group=_OUTPUT, help="1 to 100, of webp and jpeg.")] = 90,
    preview: Annotated[int, Parameter(group=_OUTPUT, help="Rewrite a preview file every so many steps.")] = 0,
    as_json: Annotated[bool, Parameter("--json", negative="", group=_OUTPUT, help="Events as JSON, one a line.")] = False,
    machine: MachineOptions = ANY_MACHINE,
    services: Annotated[Services, Parameter(parse=False)],
) -> int:
    """Paint pictures from a prompt.

    The prompt speaks the whole language: (tag:1.2) {tag} [tag], [from:to:when], [a|b], AND, BREAK, {a|b}, __file__.
    A prompt of - is read from standard input.

    Parameters
    ----------
    prompt
        What to paint.
    """
    from tagloom.cli.painting import destination

    for field, number, low in (("count", count, 1), ("preview", preview, 0), ("threads", machine.threads, 0)):
        check_count(field, number, low)
    width, height = parse_size(size)
    text = read_prompt(prompt, services.read_input)
    if style:
        from tagloom.cli.styles import with_styles

        text, negative = with_styles(text, negative, style, services)
    said = RequestInput(
        prompt=text,
        negative_prompt=negative,
        seed=seed,
        steps=steps,
        width=width,
        height=height,
        sampler=sampler,
        schedule=schedule or None,
        guidance_scale=guidance_scale,
        clip_skip=clip_skip,
        emphasis=emphasis,
        noise=noise,
        compat=compat,
        underscores=underscores,
    )
    facts = model_options.find(services, model)
    place = destination(out, file_format, quality, services)
    requests = _requests(services, said, facts, count, is_translated=translate is not False)
    files = _files(services, requests, model_options.models_dir)
    engine = machine.open(services, facts, files)
    return _paint_all(services, engine, requests, place, preview_every=preview, as_json=as_json)


def check_count(field: str, value: int, low: int) -> None:
    """Refuse a number below `low`.

    Raises:
        RequestError: it is.
    """
    if value < low:
        raise RequestError(f"{field} {value} is below {low}", field=field)


def parse_size(text: str) -> tuple[int | None, int | None]:
    """WIDTHxHEIGHT as two numbers; nothing as None, None.

    Raises:
        RequestError: the text is no size.
    """
    if not text:
        return None, None
    width, _, height = text.lower().replace("×", "x").partition("x")
    if not (width.isascii() and width.isdigit() and height.isascii() and height.isdigit()):
        raise RequestError(f"size '{text}' is not WIDTHxHEIGHT", field="size", hint="write 512x768, say")
    return int(width), int(height)


def _requests(
    services: Services, said: RequestInput, model: ModelFacts, count: int, *, is_translated: bool
) -> list[Request]:
    """The request of every picture; what there is to say about their prompts is said, each thing once."""
    from tagloom.cli.translating import translated
    from tagloom.diffusion import vocabulary

    first = services.random_seed() if said.seed is None else said.seed
    wildcards = read_wildcards(services.settings.wildcard_folder)
    seen: set[str] = set()
    requests = []
    for index in range(count):
        numbered = replace(said, seed=first + index)
        resolution = resolve(numbered, model=model, vocabulary=vocabulary(), random_seed=first, wildcards=wildcards)
        request, notices = translated(resolution.request) if is_translated else (resolution.request, ())
        findings = [*(render(found, said.prompt) for found in resolution.diagnostics), *notices]
        for text in (request.prompt, request.negative_prompt):
            plan = compile(text, steps=request.steps, compat=request.compat, underscores=request.underscores)
            findings += [render(found, text) for found in plan.diagnostics]
        for finding in findings:
            if finding not in seen:
                services.say(finding)
            seen.add(finding)
        requests.append(request)
    return requests


def _files(services: Services, requests: Sequence[Request], more: Sequence[Path]) -> "NetworkFiles":
    """The LoRAs and textual inversions there are; a name in a prompt that is nobody's is refused before any is painted."""
    from tagloom.diffusion.named_files import check_names

    files = services.network_files(more)
    for request in requests:
        check_names(request, files)
    return files


def _paint_all(
    services: Services,
    engine: Engine,
    requests: Sequence[Request],
    place: "Destination",
    *,
    preview_every: int,
    as_json: bool,
) -> int:
    """Paint one request after the other: a picture must not depend on what else is being painted."""
    from tagloom.cli.painting import paint as paint_one
    from tagloom.cli.painting import progress, save, summary, write_preview

    def show(event: Event) -> None:
        report(event)
        if isinstance(event, Preview):
            write_preview(event.picture, place.folder)

    with Interrupt(services.say) as interrupt, progress(services, as_json=as_json) as report:
        for request in requests:
            painted = paint_one(engine, request, preview_every=preview_every, report=show, clock=services.clock)
            path = save(painted, request, place)
            if as_json:
                saved = {"event": "saved", "path": str(path), "seconds": round(painted.seconds, 3)}
                services.print(json.dumps(saved))
            else:
                services.print(str(path))
                services.say(summary(painted, request))
            if interrupt.is_wanted:
                return INTERRUPTED
    return 0
