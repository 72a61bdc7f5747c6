"""One request on an engine -> a file, with progress on the way. What `paint` and `redo` share."""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Protocol, assert_never

from PIL import Image

from tagloom.artifact import SUFFIXES, Destination, Format, check_folder, write
from tagloom.cli.services import Services
from tagloom.engine import (
    BatchEngine,
    Engine,
    Event,
    Finished,
    Picture,
    Preview,
    Progress,
    Provenance,
    Request,
    Started,
    total_steps,
)
from tagloom.errors import RequestError, UnwritableError


class Report(Protocol):
    """Is told every event; `picture` is the number of the picture in the command, from 0."""

    def __call__(self, event: Event, picture: int = 0, /) -> None:
        """Tell it on."""
        ...


_PREVIEW: Final = "tagloom-preview"  # no picture of anybody's is called that
_UNWRITTEN: Final = frozenset({".gif", ".bmp", ".tif", ".tiff", ".avif", ".heic", ".jxl", ".jfif", ".jpe", ".ppm", ".ico"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Painted:
    """A picture that was painted, with what it took: of several painted at once, what all of them took."""

    picture: Picture
    provenance: Provenance
    seconds: float


def paint(engine: Engine, request: Request, *, preview_every: int, report: Report, clock: Callable[[], float]) -> Painted:
    """Paint one request, reporting every event."""
    begin = clock()
    finished: Finished | None = None
    for event in engine.generate(request, preview_every=preview_every):
        report(event)
        if isinstance(event, Finished):
            finished = event
    assert finished is not None
    return Painted(picture=finished.picture, provenance=finished.provenance, seconds=clock() - begin)


def paint_together(
    engine: BatchEngine,
    requests: Sequence[Request],
    begun: int,
    *,
    preview_every: int,
    report: Callable[[int, Event], None],
    clock: Callable[[], float],
) -> list[Painted]:
    """Paint requests at once, reporting every event with the picture's number, which counts from `begun`."""
    begin = clock()
    finished: dict[int, Finished] = {}
    for number, event in engine.generate_together(requests, preview_every=preview_every):
        report(begun + number, event)
        if isinstance(event, Finished):
            finished[number] = event
    seconds = clock() - begin
    return [
        Painted(picture=finished[number].picture, provenance=finished[number].provenance, seconds=seconds)
        for number in range(len(requests))
    ]


def save(painted: Painted, request: Request, destination: Destination) -> Path:
    """Write a painted picture where the user wants it."""
    return write(painted.picture, request, painted.provenance, destination)


def preview_path(folder: Path) -> Path:
    """Where the preview of a picture is that goes into this folder."""
    return folder / f"{_PREVIEW}.png"


def write_preview(picture: Picture, folder: Path) -> Path:
    """Replace the preview in a folder by a newer one, all at once.

    Raises:
        UnwritableError: the folder or the disk refuses it.
    """
    path = preview_path(folder)
    half_written = folder / f".{_PREVIEW}-{os.getpid()}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            Image.frombytes("RGB", (picture.width, picture.height), picture.pixels).save(half_written, "PNG")
            half_written.replace(path)
        finally:
            half_written.unlink(missing_ok=True)
    except OSError as error:
        message = f"{path} cannot be written: {error.strerror}"
        raise UnwritableError(message, hint="name another folder with --out") from error
    return path


def summary(painted: Painted, request: Request) -> str:
    """How long a picture took."""
    steps = total_steps(request)
    rate = steps / max(painted.seconds, 1e-9)
    size = painted.provenance.batch_size
    at_once = f", one of {size} at once" if size > 1 else ""
    return f"{steps} steps in {painted.seconds:.2f} s ({rate:.1f} steps/s){at_once}, {_seed(request)}"


def _seed(request: Request) -> str:
    if request.variation_strength == 0:
        return f"seed {request.seed}"
    return f"seed {request.seed} varied by {request.variation_strength:g} towards {request.variation_seed}"


@contextmanager
def progress(services: Services, folder: Path, *, as_json: bool) -> Iterator[Report]:
    """A reporter of events of pictures that go to `folder`: JSON lines, a progress bar on a terminal, or notices alone."""
    if as_json:
        yield lambda event, picture=0: services.print(json.dumps(event_json(event, folder) | {"picture": picture}))
    elif services.messages.isatty():
        with _bar(services) as report:
            yield report
    else:
        yield lambda event, _=0: _say_notices(services, event)


@contextmanager
def _bar(services: Services) -> Iterator[Report]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"))
    console = Console(file=services.messages)
    with Bar(*columns, TimeElapsedColumn(), TimeRemainingColumn(), console=console, transient=True) as bar:
        task = bar.add_task("painting", total=None, rate="")
        begin = services.clock()

        def report(event: Event, _: int = 0) -> None:
            nonlocal begin
            _say_notices(services, event)
            if isinstance(event, Started):
                begin = services.clock()
                bar.reset(task, total=total_steps(event.request))
                bar.start()
            elif isinstance(event, Progress):
                elapsed = services.clock() - begin
                rate = f"{event.step / elapsed:.1f} steps/s" if elapsed > 0 else ""
                bar.update(task, completed=event.step, rate=rate)
            elif isinstance(event, Finished):
                bar.stop()  # erases it: what is printed next has the line to itself

        yield report


def _say_notices(services: Services, event: Event) -> None:
    if isinstance(event, Started):
        for notice in event.notices:
            services.say(f"notice: {notice}")


def event_json(event: Event, folder: Path) -> dict[str, object]:
    """An event as a JSON value; pictures are told by their size, and previews by their file in `folder` too."""
    match event:
        case Started(request=request, notices=notices):
            return {"event": "started", "request": request.to_json(), "notices": list(notices)}
        case Progress(step=step, steps=steps):
            return {"event": "progress", "step": step, "steps": steps}
        case Preview(step=step, picture=picture):
            shown = {"step": step, "path": str(preview_path(folder)), "width": picture.width, "height": picture.height}
            return {"event": "preview", **shown}
        case Finished(picture=picture, provenance=provenance):
            facts = {"runtime": provenance.runtime, "device": provenance.device, "precision": provenance.precision}
            return {"event": "finished", "width": picture.width, "height": picture.height, **facts}
        case _:
            assert_never(event)


def destination(out: Path | None, file_format: str, quality: int, services: Services) -> Destination:
    """Where --out and --format send pictures: a folder, or a file whose ending names the format.

    Raises:
        RequestError: the two contradict each other, or there is no such format.
        UnwritableError: nothing can be written there, which is better known before the painting than after.
    """
    if file_format and file_format not in SUFFIXES:
        raise RequestError(f"there is no format '{file_format}'", field="format", hint=f"take {', '.join(SUFFIXES)}")
    endings = {suffix: name for name, suffix in SUFFIXES.items()} | {".jpeg": "jpeg"}
    default = Destination(folder=services.settings.output_folder, quality=quality)
    formats: dict[str, Format] = {"png": "png", "webp": "webp", "jpeg": "jpeg"}
    ending = "" if out is None or _is_folder(out) else out.suffix.lower()
    if ending in _UNWRITTEN:
        raise RequestError(f"there is no format '{ending[1:]}'", field="out", hint=f"take {', '.join(endings)}")
    if out is not None and ending in endings:
        named = endings[ending]
        if file_format and file_format != named:
            message = f"--out {out} says {named}, --format says {file_format}"
            raise RequestError(message, field="format", hint="leave --format out")
        default, file_format = replace(default, folder=out.parent, name=out.stem), named
    elif out is not None:
        default = replace(default, folder=out)
    check_folder(default.folder)
    return replace(default, file_format=formats[file_format or "png"])


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):  # a name that cannot be: too long, say
        return False
