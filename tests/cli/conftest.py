"""A command line whose outside world is made of values: streams in memory, a fake engine, a fixed seed and clock."""

import io
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tagloom.catalog import NO_FILES, NetworkFiles
from tagloom.cli.hub import Hub, HuggingFace
from tagloom.cli.main import run
from tagloom.cli.services import EngineOpener, Services
from tagloom.cli.settings import Settings
from tagloom.diffusion.surroundings import Surroundings
from tagloom.engine import BatchEngine, Engine, Event, FakeEngine, ModelFacts, Picture, Request
from tagloom.errors import RuntimeUnavailableError


class Stream(io.StringIO):
    """A stream in memory that may claim to be a terminal."""

    def __init__(self, *, is_terminal: bool) -> None:
        super().__init__()
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal


@dataclass(frozen=True)
class InTurn:
    """Any engine as one of several pictures at once, which it paints in turn."""

    engine: Engine

    def generate(self, request: Request, *, preview_every: int = 0) -> Iterator[Event]:
        return self.engine.generate(request, preview_every=preview_every)

    def generate_together(self, requests: Sequence[Request], *, preview_every: int = 0) -> Iterator[tuple[int, Event]]:
        for number, request in enumerate(requests):
            for event in self.generate(request, preview_every=preview_every):
                yield number, event


@dataclass
class CommandLine:
    """Runs `tagloom` in memory; `opened` and `runtimes` list what the engine was opened with, `files` holds the
    LoRAs and textual inversions that it was last given, `pictures` the images and masks."""

    folder: Path
    engine: Engine = field(default_factory=FakeEngine)
    typed: bytes = b""
    is_terminal: bool = False
    model_folders: tuple[Path, ...] = ()
    output_folder: Path | None = None
    environment: dict[str, str] = field(default_factory=dict)
    hub: Hub = field(default_factory=HuggingFace)
    absent_devices: tuple[str, ...] = ()
    opened: list[tuple[str, str, str, int]] = field(default_factory=list)
    runtimes: list[str] = field(default_factory=list)
    files: NetworkFiles = NO_FILES
    pictures: Mapping[str, Picture] = field(default_factory=dict)
    lora_folders: tuple[Path, ...] = ()
    embedding_folders: tuple[Path, ...] = ()
    output: str = ""
    messages: str = ""

    def __call__(self, *arguments: str) -> int:
        output, messages = Stream(is_terminal=False), Stream(is_terminal=self.is_terminal)
        settings = Settings(
            model_folders=self.model_folders,
            lora_folders=self.lora_folders,
            embedding_folders=self.embedding_folders,
            output_folder=self.output_folder or self.folder / "outputs",
            wildcard_folder=self.folder / "wildcards",
            styles_file=self.folder / "styles.csv",
            data_folder=self.folder / "data",
            cache_folder=self.folder / "cache",
        )
        ticks = itertools.count()
        services = Services(
            settings=settings,
            open_engine=self._opener(),
            random_seed=lambda: 1234,
            clock=lambda: float(next(ticks)),
            read_input=lambda: self.typed,
            output=output,
            messages=messages,
            environment=self.environment,
            hub=self.hub,
        )
        code = run(arguments, self.environment, services)
        self.output, self.messages = output.getvalue(), messages.getvalue()
        return code

    def _opener(self) -> EngineOpener:
        def open_engine(
            model: ModelFacts,
            *,
            device: str,
            precision: str,
            threads: int,
            files: NetworkFiles,
            pictures: Mapping[str, Picture],
            runtime: str,
            surroundings: Surroundings,
        ) -> BatchEngine:
            self.files = files
            self.pictures = pictures
            assert surroundings.cache_folder == self.folder / "cache"
            self.runtimes.append(runtime)
            self.opened.append((model.name, device, precision, threads))
            if device in self.absent_devices:
                raise RuntimeUnavailableError(f"this machine has no device '{device}'")
            return self.engine if isinstance(self.engine, FakeEngine) else InTurn(self.engine)

        return open_engine


@pytest.fixture
def tagloom(tmp_path: Path) -> CommandLine:
    """`tagloom("paint", "a cat")` gives the exit code; `.output` and `.messages` hold what was printed."""
    return CommandLine(folder=tmp_path)


@pytest.fixture
def tagloom_with(tmp_path: Path) -> Callable[[Engine], CommandLine]:
    """The same with an engine of the test's own."""
    return lambda engine: CommandLine(folder=tmp_path, engine=engine)
