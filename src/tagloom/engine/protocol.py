"""What every engine is: one method from a request to its events."""

from collections.abc import Iterator
from typing import Protocol

from tagloom.engine.event import Event
from tagloom.engine.request import Request


class Engine(Protocol):
    """Paints requests, one iterator each."""

    def generate(self, request: Request, *, preview_every: int = 0) -> Iterator[Event]:
        """Yield `Started`, then a `Progress` for each step, then `Finished`; closing the iterator cancels.

        With `preview_every` = n > 0 a `Preview` follows every n-th `Progress` but the last.
        """
        ...
