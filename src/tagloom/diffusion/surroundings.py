"""What an engine may use of the world around it, beside the model's own files."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final


def _unheard(text: str) -> None:
    """Say nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """`cache_folder` keeps what takes long to make: compiled networks and measurements of this machine; None keeps nothing.

    `say` takes lines for the user, `clock` gives seconds; below `root` Linux describes the machine.
    """

    cache_folder: Path | None = None
    say: Callable[[str], None] = _unheard
    clock: Callable[[], float] = time.perf_counter
    root: Path = Path("/")


NO_SURROUNDINGS: Final = Surroundings()
