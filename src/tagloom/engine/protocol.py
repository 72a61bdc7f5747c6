"""What every engine is: one method from a request to its events; and what one is that paints several at once."""

from collections.abc import Iterator, Sequence
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


class BatchEngine(Engine, Protocol):
    """Paints several requests at once, as fast as it can: each call of the network serves all of them."""

    def generate_together(self, requests: Sequence[Request], *, preview_every: int = 0) -> Iterator[tuple[int, Event]]:
        """Yield the events of each request, as `generate` does, with its number in `requests`.

        Where sums come out otherwise than for a picture alone (not on a CPU in float32), one step differs by less than 1e-4.
        """
        ...
