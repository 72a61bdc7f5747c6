"""Ctrl-C: once, the picture at hand is finished and no other begun; twice, everything stops at once."""

import signal
from collections.abc import Callable
from contextlib import suppress
from types import FrameType


class Interrupt:
    """Counts interrupts while it is active; `is_wanted` after the first, KeyboardInterrupt at the second."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self.is_wanted = False
        self._tell = tell

    def __enter__(self) -> "Interrupt":
        self._before = signal.signal(signal.SIGINT, self._arrive)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._before)

    def _arrive(self, _signal: int, _frame: FrameType | None) -> None:
        if self.is_wanted:
            raise KeyboardInterrupt
        self.is_wanted = True
        # Where the terminal's line stands is unknown: it has echoed ^C behind whatever was there.
        with suppress(RuntimeError):  # the stream was in the middle of being written to; the interrupt counts all the same
            self._tell("\nfinishing this picture; press Ctrl-C again to stop at once")
