"""Rows that the U-Net is to compute -> calls of it: what is alike together, as many at once as is fastest here."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Final, Protocol

from tagloom.choices import Tiling
from tagloom.diffusion.kept_file import keep_file
from tagloom.diffusion.runtime.protocol import Adapters, Condition
from tagloom.errors import MemoryExhaustedError
from tagloom.sampling.array import Array

_WORTH: Final = 0.97  # of the time for a row; what gains less may be the clock's doing
_LONGEST_TRIAL: Final = 0.5  # seconds, for one number of rows after its first call
_MOST_TRIALS: Final = 5

Call = Callable[[int], object]
Shape = tuple[int, ...]


class CallSize(Protocol):
    """Says how many rows of one shape go into one call."""

    def most(self, wanted: int, shape: Shape, call: Call) -> int:
        """At most so many at once when `wanted` rows of latents (4, h, w) are there; `call(n)` computes n such rows."""
        ...


class Together:
    """All rows go into one call."""

    def most(self, wanted: int, shape: Shape, call: Call) -> int:  # noqa: ARG002  # nothing is tried
        """See `CallSize`."""
        return wanted


TOGETHER: Final = Together()


@dataclass(slots=True)
class MeasuredCallSize:
    """Tries 1, 2, 4, ... rows, as long as more are faster, and remembers for good what each took.

    A picture must not depend on the moment's load, so nothing is measured twice: `place` is the file in which seconds for a
    call stand by shape. Two numbers of rows give equal outputs but for rounding (one step: below 1e-4), which
    `networks.row_wise` avoids for torch on a CPU in float32.
    """

    place: Path
    clock: Callable[[], float]
    between_trials: Callable[[], None] = lambda: None
    _seconds: dict[str, dict[str, float]] | None = field(default=None, init=False)

    def most(self, wanted: int, shape: Shape, call: Call) -> int:
        """See `CallSize`."""
        if wanted == 1:
            return 1
        seconds = self._read().setdefault("x".join(map(str, shape)), {})
        best = 1
        rows = 2
        while rows <= wanted:
            if self._row_time(seconds, rows, call) > self._row_time(seconds, best, call) * _WORTH:
                break
            best, rows = rows, 2 * rows
        return best

    def _row_time(self, seconds: dict[str, float], rows: int, call: Call) -> float:
        if str(rows) not in seconds:
            self.between_trials()
            seconds[str(rows)] = self._try(rows, call)
            self.between_trials()
            keep_file(self.place, json.dumps(self._seconds, indent=2).encode())
        return seconds[str(rows)] / rows

    def _try(self, rows: int, call: Call) -> float:
        """Seconds of the fastest of a few calls; one before them makes everything ready."""
        try:
            call(rows)
            taken: list[float] = []
            while not taken or (sum(taken) < _LONGEST_TRIAL and len(taken) < _MOST_TRIALS):
                begin = self.clock()
                call(rows)
                taken.append(self.clock() - begin)
            return min(taken)
        except MemoryExhaustedError:
            if rows == 1:
                raise
            return 1e9

    def _read(self) -> dict[str, dict[str, float]]:
        if self._seconds is None:
            self._seconds = {}
            with suppress(OSError, ValueError, TypeError, AttributeError):
                stored = json.loads(self.place.read_text(encoding="utf-8"))
                self._seconds = {
                    shape: {rows: float(taken) for rows, taken in by_rows.items()} for shape, by_rows in stored.items()
                }
        return self._seconds


def profile_place(cache: Path, facts: Sequence[object]) -> Path:
    """The file of measurements for one machine, runtime and architecture, which `facts` tell."""
    return cache / "profiles" / f"{sha256(repr(tuple(facts)).encode()).hexdigest()[:16]}.json"


def alike(latents: Sequence[Array], conditions: Sequence[Condition]) -> Iterator[Sequence[int]]:
    """The numbers of rows that may share a call: of equal shapes, tiling and LoRAs. Equal LoRAs follow each other."""
    found: dict[Adapters, dict[tuple[object, object, Tiling], list[int]]] = {}
    for row, (picture, condition) in enumerate(zip(latents, conditions, strict=True)):
        by_shape = found.setdefault(condition.adapters, {})
        by_shape.setdefault((picture.shape, condition.context.shape, condition.tiling), []).append(row)
    for by_shape in found.values():
        yield from by_shape.values()


def split(rows: Sequence[int], most: int) -> Iterator[Sequence[int]]:
    """Rows in calls of at most `most`; what is left over in powers of two, so that few sizes of a call occur."""
    start = 0
    while start < len(rows):
        left = len(rows) - start
        count = most if left >= most else 1 << (left.bit_length() - 1)
        yield rows[start : start + count]
        start += count
