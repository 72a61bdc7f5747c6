"""One picture in a warm process, and eight at once: tagloom against diffusers' pipeline on the same weights.

Interleaved, medians, float32 on two threads.
"""

import os
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

import torch

from benchmarks.example import NEGATIVE, PROMPT
from benchmarks.reference import load_pipeline, paint
from tagloom.catalog import Catalog
from tagloom.diffusion import DiffusionEngine, open_engine, vocabulary
from tagloom.diffusion.weights import export_folder
from tagloom.engine import Request, RequestInput, resolve

ROUNDS = 7
THREADS = 2


def paint_together(engine: DiffusionEngine, requests: list[Request]) -> None:
    """Several requests, one network call a step."""
    routes = [engine.route(request) for request in requests]
    trajectories = [engine.stepper.start(route) for route in routes]
    while not trajectories[0].is_finished:
        trajectories = list(engine.stepper.advance(list(zip(trajectories, routes, strict=True))))
    for trajectory in trajectories:
        engine.decode(trajectory)


def seconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def main() -> None:
    """Measure and print."""
    warnings.simplefilter("ignore")
    model = Catalog().find("paperdoll")
    engine = open_engine(model, device="cpu", precision="fp32", threads=THREADS)
    with tempfile.TemporaryDirectory() as folder:
        export_folder(Path(model.path), Path(folder) / "paperdoll")
        pipeline = load_pipeline(Path(folder) / "paperdoll")
    said = RequestInput(prompt=PROMPT, negative_prompt=NEGATIVE, seed=7)
    request = resolve(said, model=model, vocabulary=vocabulary(), random_seed=0, wildcards={}).request
    eight = [replace(request, seed=seed) for seed in range(8)]
    works: dict[str, Callable[[], object]] = {
        "tagloom, one picture": lambda: list(engine.generate(request)),
        "diffusers, one picture": lambda: paint(pipeline, 1),
        "tagloom, eight at once": lambda: paint_together(engine, eight),
        "diffusers, eight at once": lambda: paint(pipeline, 8),
    }
    taken: dict[str, list[float]] = {name: [] for name in works}
    for round_number in range(ROUNDS + 1):
        for name, work in works.items():
            took = seconds(work)
            if round_number:
                taken[name].append(took)
    medians = {name: statistics.median(times) for name, times in taken.items()}
    for name, median in medians.items():
        print(f"{name:<26} {median:6.3f} s")
    for what in ("one picture", "eight at once"):
        ratio = medians[f"tagloom, {what}"] / medians[f"diffusers, {what}"]
        print(f"{what}: tagloom / diffusers = {ratio:.2f} (aim: at most 1.00)")
    print(f"fp32, {THREADS} threads, 128x128, DPM++ 2M, 20 steps, torch {torch.__version__}")


if __name__ == "__main__":
    main()
