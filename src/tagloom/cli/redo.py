"""`tagloom redo`: a picture -> the same picture, painted again from what stands in the file."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from tagloom.artifact import Artifact, Recollection, parse_infotext, pixels, read, recall
from tagloom.catalog import NetworkFiles
from tagloom.cli.found_images import find_images, recalled_images
from tagloom.cli.model_options import AS_IT_IS, ModelOptions
from tagloom.cli.number import WholeNumber
from tagloom.cli.paint import check_count
from tagloom.cli.painting import Painted, destination, paint, progress, save, summary
from tagloom.cli.services import Services
from tagloom.cli.wildcards import read_wildcards
from tagloom.engine import (
    OWN_VAE,
    Engine,
    ModelFacts,
    Overrides,
    Picture,
    Provenance,
    Request,
    UsedNetwork,
    check,
    passes,
    resolve,
)
from tagloom.errors import ModelNotFoundError, RuntimeUnavailableError, UnreadableError


def redo(
    file: Path,
    /,
    *,
    model: Annotated[str, Parameter(help="Another model than the one in the file.")] = "",
    model_options: ModelOptions = AS_IT_IS,
    image: Annotated[Path | None, Parameter(help="The image that it began with, if it did and lies elsewhere.")] = None,
    mask: Annotated[Path | None, Parameter(help="The mask over that image.")] = None,
    out: Annotated[Path | None, Parameter(help="A folder, or a file.")] = None,
    file_format: Annotated[str, Parameter("--format", help="png, webp or jpeg.")] = "",
    quality: Annotated[WholeNumber, Parameter(help="1 to 100, of webp and jpeg.")] = 90,
    device: Annotated[str, Parameter(help="The file's own if not given.")] = "",
    precision: Annotated[str, Parameter(help="The file's own if not given.")] = "",
    threads: Annotated[WholeNumber, Parameter(help="CPU threads; 0 takes as many as the file says.")] = 0,
    runtime: Annotated[str, Parameter(help="The file's own if not given.")] = "",
    services: Annotated[Services, Parameter(parse=False)],
) -> int:
    """Paint a picture again from its own metadata, and say whether the pixels are the same.

    On the same machine with the same versions they are, bit for bit.

    Parameters
    ----------
    file
        A picture that tagloom or a tool of its kind painted.
    """
    from tagloom.diffusion.named_files import check_names

    check_count("threads", threads, 0)
    artifact = read(file)

    def find(named: str, recorded: Overrides) -> ModelFacts:
        return _find(services, file, model_options, model or named, recorded)

    order = _order(services, file, artifact, find, image, mask)
    place = destination(out, file_format, quality, services)
    machine = _Machine(device=device, precision=precision, threads=threads, runtime=runtime)
    files = services.network_files(model_options.models_dir, allow_pickle=model_options.allow_pickle)
    check_names(order.request, files)
    engine = _open(services, order, machine, artifact.provenance, files)
    with progress(services, place.folder, as_json=False) as report:
        painted = paint(engine, order.request, preview_every=0, report=report, clock=services.clock)
    path = save(painted, order.request, place)
    services.print(str(path))
    services.say(summary(painted, order.request))
    for notice in _changed(artifact.provenance, order.networks, painted.provenance):
        services.say(notice)
    services.say(_comparison(file, artifact, painted))
    return 0


Find = Callable[[str, Overrides], ModelFacts]


def _find(services: Services, file: Path, options: ModelOptions, model: str, recorded: Overrides) -> ModelFacts:
    """The model of that name; where there is none, what the user can do is name another."""
    if not model:
        raise ModelNotFoundError(f"{file} does not say which model painted it", hint="name one with --model")
    try:
        return options.find(services, model, recorded)
    except ModelNotFoundError as error:
        raise ModelNotFoundError(error.message, hint=f"{error.hint}; another can be named with --model") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class _Machine:
    """What the user wants to paint on; "" and 0 leave it to the file."""

    device: str
    precision: str
    threads: int
    runtime: str


def _open(services: Services, order: "_Order", wanted: _Machine, recorded: Provenance | None, files: NetworkFiles) -> Engine:
    """An engine on what the user wants, else on what the file was painted on, else on what there is."""
    from tagloom.diffusion.runtime.choice import RUNTIMES

    device = wanted.device or (recorded.device if recorded else "auto")
    precision = wanted.precision or (recorded.precision if recorded else "auto")
    threads = wanted.threads or (recorded.threads if recorded else 0)
    runtime = wanted.runtime or (recorded.runtime if recorded and recorded.runtime in RUNTIMES else "auto")

    def open_engine(device: str, precision: str) -> Engine:
        return services.open_engine(
            order.model,
            device=device,
            precision=precision,
            threads=threads,
            files=files,
            pictures=order.pictures,
            runtime=runtime,
            surroundings=services.surroundings(),
        )

    try:
        return open_engine(device, precision)
    except RuntimeUnavailableError as error:
        if wanted.device or device == "auto":
            raise
        engine = open_engine("auto", wanted.precision or "auto")
        services.say(f"notice: {error.message}, on which it was painted: the pixels will differ")
        return engine


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    """What is to be painted, and with what; `networks` are those that the picture says it was painted with, `pictures` what
    it begins with."""

    request: Request
    model: ModelFacts
    networks: tuple[UsedNetwork, ...]
    pictures: Mapping[str, Picture]


def _order(services: Services, file: Path, artifact: Artifact, find: Find, image: Path | None, mask: Path | None) -> _Order:
    """The request in a file: our own, else what its infotext asks for."""
    from tagloom.diffusion import vocabulary

    if artifact.request is not None:
        recorded = Overrides(vae=artifact.request.vae or OWN_VAE, prediction_type=artifact.request.prediction_type)
        facts = find(artifact.request.model, recorded)
        check(artifact.request, facts)
        for one in passes(artifact.request):
            vocabulary().find_sampler(one.request.sampler)
            vocabulary().find_schedule(one.request.schedule)
        networks = artifact.provenance.networks if artifact.provenance else ()
        pictures = find_images(artifact.request.image, (Path(), file.parent), image, mask)
        return _Order(request=artifact.request, model=facts, networks=networks, pictures=pictures)
    if artifact.infotext is None:
        hint = artifact.damage or "it was not painted by a tool of this kind, or its metadata was stripped"
        raise UnreadableError(f"{file} does not say how it was painted", hint=hint)
    if artifact.damage:
        services.say(f"notice: {artifact.damage}; its infotext is taken instead")
    recollection = recall(parse_infotext(artifact.infotext))
    for name, value in recollection.unused:
        services.say(f"notice: '{name}: {value}' has no effect here")
    facts = _found(services, recollection, find)
    source, given = recalled_images(recollection.image, image, mask)
    resolution = resolve(
        replace(recollection.said, image=source),
        model=facts,
        vocabulary=vocabulary(),
        random_seed=services.random_seed(),
        wildcards=read_wildcards(services.settings.wildcard_folder),
    )
    return _Order(request=resolution.request, model=facts, networks=recollection.networks, pictures=given)


def _found(services: Services, recollection: Recollection, find: Find) -> ModelFacts:
    """The model of an infotext; an autoencoder that is not here is done without, and said."""
    overrides = recollection.overrides
    try:
        return find(recollection.model, overrides)
    except ModelNotFoundError:
        facts = find(recollection.model, replace(overrides, vae=""))
        services.say(f"notice: there is no autoencoder '{overrides.vae}' here: the model's own paints instead")
        return facts


def _changed(recorded: Provenance | None, before: Sequence[UsedNetwork], painted: Provenance) -> Iterator[str]:
    """What is no longer painted with, or with another file, in words; a model's hash is known once it has painted."""
    if recorded is not None and recorded.model_hash != painted.model_hash:
        yield f"notice: the file was painted with model hash {recorded.model_hash}, not {painted.model_hash}"
    if recorded is not None and recorded.batch_size > 1:
        yield f"notice: the file was painted with {recorded.batch_size} at once: alone, the last bits may differ"
    after = painted.networks
    kinds = {"lora": "LoRA", "embedding": "textual inversion"}
    hashes = {network.hash for network in after}
    by_name = {(network.kind, network.name.casefold()): network.hash for network in after}
    for network in before:
        if network.hash not in hashes:
            now = by_name.get((network.kind, network.name.casefold()))
            what = f"not {now}" if now else "which is not used now"
            yield f"notice: the file was painted with {kinds[network.kind]} '{network.name}' {network.hash}, {what}"


def _comparison(file: Path, artifact: Artifact, painted: Painted) -> str:
    """Whether the new pixels are the old ones; a lossy file cannot tell."""
    before = pixels(file)
    if before == painted.picture:
        return "the pixels are identical"
    if artifact.file_format == "jpeg":
        return "a JPEG keeps no exact pixels to compare with"
    if (before.width, before.height) != (painted.picture.width, painted.picture.height):
        return "the size is another"
    return f"{_differing(before, painted.picture):.1%} of the pixels differ"


def _differing(before: Picture, after: Picture) -> float:
    places = range(0, len(before.pixels), 3)
    return sum(before.pixels[i : i + 3] != after.pixels[i : i + 3] for i in places) / len(places)
