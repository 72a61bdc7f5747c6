"""Scenes by number -> pictures and captions on disk, the same on every machine.

Scene n of a split is drawn from the generator (split, n): training and evaluation never share one.
"""

import json
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from training.paperdoll.captions import caption
from training.paperdoll.scene import Scene, random_scene
from training.paperdoll.world import render

TRAINING: Final = 1
EVALUATION: Final = 2
TEXT_EVALUATION: Final = 3
JUDGE_TRAINING: Final = 4
JUDGE_CALIBRATION: Final = 5
JUDGE_EVALUATION: Final = 6
ALIGNMENT_EVALUATION: Final = 7
_CHUNK: Final = 250


def scene(split: int, number: int) -> Scene:
    """The scene of that number."""
    return random_scene(np.random.default_rng((split, number)))


def captions(split: int, number: int, count: int) -> list[str]:
    """`count` captions of a scene."""
    rng = np.random.default_rng((split, number, 1))
    shown = scene(split, number)
    return [caption(shown, rng) for _ in range(count)]


def pictures(folder: Path, scenes: int, size: int, workers: int) -> NDArray[np.uint8]:
    """The training pictures (scenes, size, size, 3), drawn once and mapped from the disk afterwards."""
    path = folder / "pictures.npy"
    if not path.exists():
        half = folder / "pictures.half.npy"
        stored = np.lib.format.open_memmap(half, "w+", np.uint8, (scenes, size, size, 3))
        starts = range(0, scenes, _CHUNK)
        with ProcessPoolExecutor(workers) as pool:
            for start, chunk in zip(starts, pool.map(partial(_draw, scenes=scenes, size=size), starts), strict=True):
                stored[start : start + len(chunk)] = chunk
        stored.flush()
        half.replace(path)
    mapped: NDArray[np.uint8] = np.load(path, mmap_mode="r")
    return mapped


def drawn(split: int, numbers: range, size: int) -> NDArray[np.uint8]:
    """The pictures of some scenes (n, size, size, 3)."""
    return np.stack([render(scene(split, number), size) for number in numbers])


def all_captions(folder: Path, scenes: int, count: int) -> list[list[str]]:
    """The training captions, written once."""
    path = folder / "captions.json"
    if not path.exists():
        half = folder / "captions.half.json"
        half.write_text(json.dumps([captions(TRAINING, number, count) for number in range(scenes)]), encoding="utf-8")
        half.replace(path)
    written: list[list[str]] = json.loads(path.read_text(encoding="utf-8"))
    return written


def _draw(start: int, *, scenes: int, size: int) -> NDArray[np.uint8]:
    return drawn(TRAINING, range(start, min(start + _CHUNK, scenes)), size)
