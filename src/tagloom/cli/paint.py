"""`tagloom paint`: a prompt -> pictures."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from tagloom.cli.exits import INTERRUPTED
from tagloom.cli.hires_options import NO_HIRES, HiresOptions
from tagloom.cli.image_options import NO_IMAGE, ImageOptions
from tagloom.cli.interrupt import Interrupt
from tagloom.cli.machine_options import ANY_MACHINE, MachineOptions
from tagloom.cli.model_options import AS_IT_IS, ModelOptions
from tagloom.cli.noise_options import UNVARIED, NoiseOptions, numbered_variation
from tagloom.cli.number import WholeNumber
from tagloom.cli.output_options import IN_ITS_FOLDER, OutputOptions
from tagloom.cli.prompts import read_prompt
from tagloom.cli.request_options import AS_USUAL, RequestOptions
from tagloom.cli.services import Services
from tagloom.cli.tiling_options import UNTILED, TilingOptions
from tagloom.cli.wildcards import read_wildcards
from tagloom.engine import BatchEngine, Event, ModelFacts, Preview, Request, RequestInput, SecondPassInput, passes, resolve
from tagloom.errors import RequestError
from tagloom.prompt import Plan, expand, render

if TYPE_CHECKING:
    from tagloom.artifact import Destination
    from tagloom.catalog import NetworkFiles

_MOST_PICTURES = 10_000  # all their prompts are read before the first is painted
_UNREACHED = "P011"  # a change that comes at no step


def paint(
    prompt: Annotated[str, Parameter(allow_leading_hyphen=True)],
    /,
    *,
    negative: Annotated[str, Parameter(alias="-N", help="What to avoid.")] = "",
    style: Annotated[
        tuple[str, ...], Parameter(negative="", help="A style that `tagloom styles` lists; may be given again.")
    ] = (),
    count: Annotated[
        WholeNumber, Parameter(alias="-n", help="How many pictures, 10000 at most: seeds seed, seed + 1, ...")
    ] = 1,
    request_options: RequestOptions = AS_USUAL,
    noise_options: NoiseOptions = UNVARIED,
    tiling_options: TilingOptions = UNTILED,
    translate: Annotated[bool | None, Parameter(help="Chinese prompts into English; what is Chinese, if not given.")] = None,
    model: Annotated[str, Parameter(help="A name that `tagloom models` lists, a hash, a file or a folder.")] = "paperdoll",
    model_options: ModelOptions = AS_IT_IS,
    image_options: ImageOptions = NO_IMAGE,
    hires_options: HiresOptions = NO_HIRES,
    output: OutputOptions = IN_ITS_FOLDER,
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

    _check_counts(count, tiling_options.batch_size, output.preview, machine.threads)
    text, negative = _texts(prompt, negative, style, services)
    image, pictures = image_options.read()
    second_pass = _styled(hires_options.said(), style, services)
    said = replace(request_options.said(text, negative), image=image, second_pass=second_pass)
    said = tiling_options.added_to(noise_options.added_to(said, services))
    facts = model_options.find(services, model)
    place = destination(output.out, output.file_format, output.quality, services)
    requests = _requests(services, said, facts, count, is_translated=translate is not False)
    files = _files(services, requests, model_options)
    engine = machine.open(services, facts, files, pictures)
    batches = _batches(requests, tiling_options.batch_size)
    return _paint_all(services, engine, batches, place, preview_every=output.preview, as_json=output.as_json)


def _batches(requests: Sequence[Request], size: int) -> list[Sequence[Request]]:
    return [requests[start : start + size] for start in range(0, len(requests), size)]


def _check_counts(count: int, batch_size: int, preview: int, threads: int) -> None:
    counts = (("count", count, 1), ("batch size", batch_size, 1), ("preview", preview, 0), ("threads", threads, 0))
    for field, number, low in counts:
        check_count(field, number, low)
    if count > _MOST_PICTURES:
        message = f"count {count} is above {_MOST_PICTURES}"
        raise RequestError(message, field="count", hint="paint the next ones with a --seed further on")


def _texts(prompt: str, negative: str, styles: tuple[str, ...], services: Services) -> tuple[str, str]:
    """The prompt and the negative prompt, with these styles."""
    text = read_prompt(prompt, services.read_input)
    if not styles:
        return text, negative
    from tagloom.cli.styles import with_styles

    return with_styles(text, negative, styles, services)


def _styled(said: SecondPassInput | None, styles: tuple[str, ...], services: Services) -> SecondPassInput | None:
    """A second pass whose own prompts have these styles too; those of the first pass, which it takes over, have them."""
    if said is None or not styles:
        return said
    from tagloom.cli.styles import with_styles

    prompt, negative = with_styles(said.prompt, said.negative_prompt, styles, services)
    return replace(said, prompt=said.prompt and prompt, negative_prompt=said.negative_prompt and negative)


def check_count(field: str, value: int, low: int) -> None:
    """Refuse a number below `low`.

    Raises:
        RequestError: it is.
    """
    if value < low:
        raise RequestError(f"{field} {value} is below {low}", field=field)


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
        numbered = numbered_variation(replace(said, seed=first), index)
        resolution = resolve(numbered, model=model, vocabulary=vocabulary(), random_seed=first, wildcards=wildcards)
        request, notices = translated(resolution.request) if is_translated else (resolution.request, ())
        made = ((text, expand(text, seed=resolution.request.seed, wildcards=wildcards)) for text in _prompts(said))
        choices = [render(found, text) for text, choice in made for found in choice.diagnostics]
        findings = [*choices, *notices, *_findings(request)]
        for finding in findings:
            if finding not in seen:
                services.say(finding)
            seen.add(finding)
        requests.append(request)
    return requests


def _prompts(said: RequestInput) -> Iterator[str]:
    """Every text that is expanded, as it was said."""
    yield said.prompt
    yield said.negative_prompt
    if said.second_pass is not None:
        yield said.second_pass.prompt
        yield said.second_pass.negative_prompt


def _findings(request: Request) -> Iterator[str]:
    """What there is to say about the prompts of all passes; a change that one of them reaches does come."""
    plans: dict[str, list[Plan]] = {}
    for one in passes(request):
        for text in (one.request.prompt, one.request.negative_prompt):
            plans.setdefault(text, []).append(one.plan(text))
    for text, compiled in plans.items():
        unreached = set.intersection(*({f.span for f in plan.diagnostics if f.code == _UNREACHED} for plan in compiled))
        for found in compiled[0].diagnostics:
            if found.code != _UNREACHED or found.span in unreached:
                yield render(found, text)


def _files(services: Services, requests: Sequence[Request], options: ModelOptions) -> "NetworkFiles":
    """The LoRAs and textual inversions there are; a name in a prompt that is nobody's is refused before any is painted."""
    from tagloom.diffusion.named_files import check_names

    files = services.network_files(options.models_dir, allow_pickle=options.allow_pickle)
    for request in requests:
        check_names(request, files)
    return files


def _paint_all(
    services: Services,
    engine: BatchEngine,
    batches: Sequence[Sequence[Request]],
    place: "Destination",
    *,
    preview_every: int,
    as_json: bool,
) -> int:
    """Paint one batch after the other, of one request unless said: a picture must not depend on what else is painted."""
    from tagloom.cli.painting import paint_together, progress, save, summary, write_preview

    def show(number: int, event: Event) -> None:
        if isinstance(event, Preview) and number != begun:
            return  # there is one file for previews: of several at once the first is shown
        if isinstance(event, Preview):
            write_preview(event.picture, place.folder)
        report(event, number)

    begun = 0
    with Interrupt(services.say) as interrupt, progress(services, place.folder, as_json=as_json) as report:
        for batch in batches:
            pictures = paint_together(engine, batch, begun, preview_every=preview_every, report=show, clock=services.clock)
            for number, (painted, request) in enumerate(zip(pictures, batch, strict=True), begun):
                path = save(painted, request, place)
                if as_json:
                    saved = {"event": "saved", "path": str(path), "seconds": round(painted.seconds, 3), "picture": number}
                    services.print(json.dumps(saved))
                else:
                    services.print(str(path))
                    services.say(summary(painted, request))
            begun += len(batch)
            if interrupt.is_wanted:
                return INTERRUPTED
    return 0
