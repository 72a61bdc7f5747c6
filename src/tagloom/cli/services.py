"""What the commands need from the world, gathered once: settings, models, an engine, time, chance."""

import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TextIO

from tagloom.cli.settings import Settings, read_settings

if TYPE_CHECKING:
    from tagloom.catalog import Catalog
    from tagloom.engine import Engine, ModelFacts


class EngineOpener(Protocol):
    """Opens an engine for a model; see `tagloom.diffusion.open_engine`."""

    def __call__(self, model: "ModelFacts", *, device: str, precision: str, threads: int) -> "Engine":
        """An engine that paints with this model."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The outside world. Tests pass their own; `real_services` is everyone else's."""

    settings: Settings
    open_engine: EngineOpener
    random_seed: Callable[[], int]
    clock: Callable[[], float]
    read_input: Callable[[], bytes]
    output: TextIO
    messages: TextIO

    def catalog(self) -> "Catalog":
        """The models there are."""
        from tagloom.catalog import Catalog

        return Catalog(folders=self.settings.model_folders)

    def say(self, text: str) -> None:
        """A line for the user, apart from a command's result."""
        _print(self.messages, text)

    def print(self, text: str) -> None:
        """A line of a command's result."""
        _print(self.output, text)

    def print_json(self, value: object) -> None:
        """A command's result as JSON that means the same on every terminal: what it cannot show is escaped."""
        text = json.dumps(value, ensure_ascii=False, indent=2)
        try:
            text.encode(self.output.encoding or "utf-8")
        except UnicodeEncodeError:
            text = json.dumps(value, indent=2)
        self.print(text)


def real_services(environment: Mapping[str, str] | None = None) -> Services:
    """The process's own environment, streams, clock and randomness.

    Raises:
        RequestError: the settings file is not what it must be.
    """
    return Services(
        settings=read_settings(os.environ if environment is None else environment, Path.home()),
        open_engine=_open_engine,
        random_seed=lambda: int.from_bytes(os.urandom(4), "big"),
        clock=time.perf_counter,
        read_input=sys.stdin.buffer.read,
        output=sys.stdout,
        messages=sys.stderr,
    )


def _open_engine(model: "ModelFacts", *, device: str, precision: str, threads: int) -> "Engine":
    from tagloom.diffusion import open_engine

    return open_engine(model, device=device, precision=precision, threads=threads)


def _print(stream: TextIO, text: str) -> None:
    """Print whatever the terminal can show of a text."""
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "replace").decode(encoding, "replace") + "\n")
    stream.flush()
