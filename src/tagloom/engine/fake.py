"""An engine without a model: it draws a pattern of the request, so that servers and pages can be tested."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from tagloom.engine.event import Event, Finished, Preview, Progress, Provenance, Started
from tagloom.engine.passes import picture_size, total_steps
from tagloom.engine.picture import Picture
from tagloom.engine.request import Request

_CELLS = 8  # the pattern is a grid of 8 x 8 colours, mirrored left to right


def no_pause() -> None:
    """Paint as fast as possible."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeEngine:
    """Yields the events of a real engine. `pause` is called before each step: slow motion, or a barrier of a test."""

    pause: Callable[[], None] = no_pause

    def generate(self, request: Request, *, preview_every: int = 0) -> Iterator[Event]:
        """See `tagloom.engine.Engine`: the pattern fades in from grey over the steps."""
        yield Started(request=request)
        steps = total_steps(request)
        for step in range(1, steps + 1):
            self.pause()
            yield Progress(step=step, steps=steps)
            if preview_every and step % preview_every == 0 and step < steps:
                yield Preview(step=step, picture=_pattern(request, step / steps, _CELLS, _CELLS))
        picture = _pattern(request, 1.0, *picture_size(request))
        yield Finished(picture=picture, provenance=_PROVENANCE)

    def generate_together(self, requests: Sequence[Request], *, preview_every: int = 0) -> Iterator[tuple[int, Event]]:
        """See `tagloom.engine.BatchEngine`: all patterns fade in side by side."""
        provenance = replace(_PROVENANCE, batch_size=len(requests))
        streams = {number: self.generate(request, preview_every=preview_every) for number, request in enumerate(requests)}
        while streams:
            for number, events in list(streams.items()):
                event = next(events)
                if isinstance(event, Finished):
                    event = replace(event, provenance=provenance)
                    del streams[number]
                yield number, event


_PROVENANCE = Provenance(
    version="fake", model_hash="0" * 10, runtime="fake", device="none", precision="none", threads=0, libraries=()
)


def _pattern(request: Request, share: float, width: int, height: int) -> Picture:
    """A grid of colours hashed from the request, blended from grey (share 0) to full colour (share 1)."""
    colours = hashlib.shake_256(repr(request).encode("utf-8", "surrogatepass")).digest(3 * _CELLS * _CELLS)
    faded = bytes(round(128 + share * (colour - 128)) for colour in colours)
    cells = [faded[3 * cell : 3 * cell + 3] for cell in range(_CELLS * _CELLS)]
    strips = [b"".join(cells[_cell(x * _CELLS // width, row)] for x in range(width)) for row in range(_CELLS)]
    return Picture(width=width, height=height, pixels=b"".join(strips[y * _CELLS // height] for y in range(height)))


def _cell(column: int, row: int) -> int:
    return row * _CELLS + min(column, _CELLS - 1 - column)
