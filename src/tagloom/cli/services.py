"""What the commands need from the world, gathered once: settings, models, an engine, time, chance."""

import json
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TextIO

from tagloom.cli.settings import Settings, read_settings
from tagloom.errors import RequestError, RuntimeUnavailableError

if TYPE_CHECKING:
    from tagloom.catalog import Catalog, Hashes, Header, NetworkFiles
    from tagloom.cli.hub import Hub
    from tagloom.diffusion.surroundings import Surroundings
    from tagloom.engine import BatchEngine, ModelFacts, Picture


class EngineOpener(Protocol):
    """Opens an engine for a model; see `tagloom.diffusion.open_engine`."""

    def __call__(
        self,
        model: "ModelFacts",
        *,
        device: str,
        precision: str,
        threads: int,
        files: "NetworkFiles",
        pictures: "Mapping[str, Picture]",
        runtime: str,
        surroundings: "Surroundings",
    ) -> "BatchEngine":
        """An engine that paints with this model, with the LoRAs and textual inversions among these files, and over these
        pictures, which requests name by their sha256."""
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
    environment: Mapping[str, str]
    hub: "Hub"

    @property
    def hashes(self) -> "Hashes":
        """What is remembered of files' hashes."""
        from tagloom.catalog import Hashes

        return Hashes(self.settings.data_folder / "hashes.json")

    def catalog(self, more: Sequence[Path] = (), *, allow_pickle: bool = False) -> "Catalog":
        """The models there are: in `more` folders, in those of the settings, and those that were fetched.

        Raises:
            RequestError: a list of folders cannot be read, or one of `more` is not there.
        """
        from tagloom.catalog import Catalog, find_places

        kept = self.settings.data_folder
        folders = [*_present(more), *self.settings.model_folders, kept / "models"]
        return Catalog(
            places=find_places(folders, self.environment),
            hashes=self.hashes,
            read_pickle=_pickle_header if allow_pickle else None,
        )

    def network_files(self, more: Sequence[Path] = (), *, allow_pickle: bool = False) -> "NetworkFiles":
        """The LoRAs and textual inversions there are: in the settings' folders for them, and beside models.

        Raises:
            RequestError: a list of folders cannot be read, or one of `more` is not there.
        """
        from tagloom.catalog import NetworkFiles, find_places

        places = find_places([*_present(more), *self.settings.model_folders], self.environment)
        return NetworkFiles(
            lora_folders=(*self.settings.lora_folders, *places.loras),
            embedding_folders=(*self.settings.embedding_folders, *places.embeddings),
            may_unpickle=allow_pickle,
            hashes=self.hashes,
        )

    def surroundings(self) -> "Surroundings":
        """What an engine may use of this world."""
        from tagloom.diffusion.surroundings import Surroundings

        return Surroundings(cache_folder=self.settings.cache_folder, say=self.say, clock=self.clock)

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
    from tagloom.cli.hub import HuggingFace

    environment = os.environ if environment is None else environment
    return Services(
        settings=read_settings(environment, Path.home()),
        open_engine=_open_engine,
        random_seed=lambda: int.from_bytes(os.urandom(4), "big"),
        clock=time.perf_counter,
        read_input=sys.stdin.buffer.read,
        output=sys.stdout,
        messages=sys.stderr,
        environment=environment,
        hub=HuggingFace(),
    )


def _present(folders: Sequence[Path]) -> Sequence[Path]:
    """Folders that the user has just named, and lists of folders, which are files."""
    from tagloom.catalog import is_list

    for path in folders:
        if not path.is_dir() and not is_list(path):
            found = "is no folder" if path.exists() else "is not there"
            raise RequestError(f"the model folder {path} {found}", field="models_dir", hint="name another with --models-dir")
    return folders


def _open_engine(
    model: "ModelFacts",
    *,
    device: str,
    precision: str,
    threads: int,
    files: "NetworkFiles",
    pictures: "Mapping[str, Picture]",
    runtime: str,
    surroundings: "Surroundings",
) -> "BatchEngine":
    from tagloom.diffusion import open_engine

    return open_engine(
        model,
        device=device,
        precision=precision,
        threads=threads,
        files=files,
        pictures=pictures,
        runtime=runtime,
        surroundings=surroundings,
    )


def _pickle_header(path: Path) -> "Header":
    try:
        from tagloom.diffusion.weights import pickle_header
    except ImportError as error:
        raise RuntimeUnavailableError("torch is not installed", hint="pip install 'tagloom[torch]'") from error
    return pickle_header(path)


def _print(stream: TextIO, text: str) -> None:
    """Print whatever the terminal can show of a text."""
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "replace").decode(encoding, "replace") + "\n")
    stream.flush()
