"""A folder of the cache <-> a model's networks as OpenVINO reads them, and what must be known of them beside."""

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np

from tagloom.diffusion.runtime.preview import LatentColours
from tagloom.diffusion.runtime.protocol import Floats
from tagloom.engine import ModelFacts
from tagloom.errors import UnwritableError

FORMAT: Final = 1
"""Counts up whenever the networks or what is written of them change."""
_FACTS: Final = "facts.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedFacts:
    """`architecture` tells U-Nets of unequal sizes apart, of `parameters` numbers; `sinusoid_width` is that of the
    timestep's sinusoid; `text_widths` are the text encoders'; the last one's whole text has `pooled_width`, 0 if none."""

    architecture: str
    parameters: int
    sinusoid_width: int
    text_widths: tuple[int, ...]
    pooled_width: int


@dataclass(frozen=True)
class ExportedNetworks:
    """What stands in a folder: unet, decoder, encoder, text_encoder_0, ...: each .xml and .bin."""

    folder: Path
    facts: ExportedFacts

    def token_table(self, encoder: int) -> Floats:
        """The token embeddings (V, C) of a text encoder, memory-mapped, in half or single precision."""
        table: Floats = np.load(self.folder / f"tokens_{encoder}.npy", mmap_mode="r")
        return table

    @cached_property
    def colours(self) -> LatentColours:
        """What previews are painted with."""
        return LatentColours(np.load(self.folder / "colours.npy"))


def exported_folder(cache: Path, model: ModelFacts, version: str) -> Path:
    """Where the networks of a model are kept: by its files, its autoencoder's, and OpenVINO's version.

    Not by its hash, which may not be computed yet, and is its manifest's for a folder: that stays when another file changes.
    """
    states = [_state(Path(place)) for place in (model.path, model.vae_path) if place]
    key = repr((FORMAT, version, model.family, states))
    return cache / "openvino" / hashlib.sha256(key.encode()).hexdigest()[:32]


def _state(path: Path) -> tuple[tuple[str, int, int], ...]:
    """What changes when a file does, or one in a folder or in a folder of that: place, bytes, and time of writing."""
    path = path.absolute()
    found = sorted([*path.glob("*"), *path.glob("*/*")]) if path.is_dir() else [path]
    stats = [(str(file), file.stat()) for file in found if file.is_file()]
    return tuple((name, stat.st_size, stat.st_mtime_ns) for name, stat in stats)


def read_exported(folder: Path) -> ExportedNetworks | None:
    """What was exported to a folder; None where nothing sound is."""
    try:
        values = json.loads((folder / _FACTS).read_text(encoding="utf-8"))
        values["text_widths"] = tuple(values["text_widths"])
        exported = ExportedNetworks(folder, ExportedFacts(**values))
    except (OSError, ValueError, TypeError, KeyError):
        return None
    names = ["unet", "decoder", "encoder", *(f"text_encoder_{number}" for number in range(len(exported.facts.text_widths)))]
    files = [f"{name}.{kind}" for name in names for kind in ("xml", "bin")]
    return exported if all((folder / file).is_file() for file in [*files, "colours.npy"]) else None


def write_exported(folder: Path, write: Callable[[Path], ExportedFacts]) -> ExportedNetworks:
    """Let `write` fill a folder, which appears in one move; what stood there before is replaced.

    Raises:
        UnwritableError: the cache cannot be written.
    """
    partial = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    try:
        partial.mkdir(parents=True)
        facts = write(partial)
        (partial / _FACTS).write_text(json.dumps(asdict(facts)), encoding="utf-8")
        if read_exported(folder) is None:  # no other process was faster
            shutil.rmtree(folder, ignore_errors=True)
            partial.rename(folder)
    except OSError as error:
        message = f"{folder} cannot be written: {error.strerror or error}"
        raise UnwritableError(message, hint="name another folder with TAGLOOM_CACHE") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return ExportedNetworks(folder, facts)
