"""The bundled model: one picture, eight at once, and a mixed stream of 16 requests, on torch and on OpenVINO.

Peers: diffusers' pipeline on the same weights for one and eight pictures; for the stream, the same requests painted one
after the other. Interleaved, medians, on the CPU's physical cores.
"""

import os
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

os.environ["HF_HUB_OFFLINE"] = "1"

import torch

from benchmarks.example import NEGATIVE, PROMPT
from benchmarks.reference import load_pipeline, paint
from tagloom.catalog import Catalog
from tagloom.diffusion import DiffusionEngine, open_engine, vocabulary
from tagloom.diffusion.runtime.machine import read_machine
from tagloom.diffusion.surroundings import Surroundings
from tagloom.diffusion.weights import export_folder
from tagloom.engine import Request, RequestInput, resolve

ROUNDS: Final = 5
PICTURES: Final = 8
STREAM: Final = 16
SAMPLERS: Final = ("Euler", "Euler a", "DPM++ 2M", "Heun")


def paint_together(engine: DiffusionEngine, requests: Sequence[Request]) -> None:
    """Requests of any lengths, step by step in common calls; whatever is done leaves."""
    routes = [engine.route(request) for request in requests]
    walking = [(engine.stepper.start(route), route) for route in routes]
    while walking:
        advanced = engine.stepper.advance(walking)
        walking = [(trajectory, route) for trajectory, (_, route) in zip(advanced, walking, strict=True)]
        for trajectory, _ in walking:
            if trajectory.is_finished:
                engine.decode(trajectory)
        walking = [(trajectory, route) for trajectory, route in walking if not trajectory.is_finished]


def paint_in_turn(engine: DiffusionEngine, requests: Sequence[Request]) -> None:
    """One after the other."""
    for request in requests:
        for _ in engine.generate(request):
            pass


def main() -> None:
    """Measure and print."""
    warnings.simplefilter("ignore")
    model = Catalog().find("paperdoll")
    threads = read_machine().cores
    torch.set_num_threads(threads)
    said = RequestInput(prompt=PROMPT, negative_prompt=NEGATIVE, seed=7)
    request = resolve(said, model=model, vocabulary=vocabulary(), random_seed=0, wildcards={}).request
    several = [replace(request, seed=seed) for seed in range(PICTURES)]
    stream = [
        replace(request, seed=index, steps=10 + 40 * index // (STREAM - 1), sampler=SAMPLERS[index % len(SAMPLERS)])
        for index in range(STREAM)
    ]
    with tempfile.TemporaryDirectory() as folder:
        export_folder(Path(model.path), Path(folder) / "paperdoll")
        pipeline = load_pipeline(Path(folder) / "paperdoll")
        works: dict[str, Callable[[], object]] = {
            "diffusers, one": lambda: paint(pipeline, 1),
            "diffusers, eight": lambda: paint(pipeline, PICTURES),
        }
        for runtime in ("torch", "openvino"):
            surroundings = Surroundings(cache_folder=Path(folder) / "cache", say=print)
            engine = open_engine(model, device="cpu", runtime=runtime, surroundings=surroundings)
            works |= {
                f"{runtime}, one": partial(paint_in_turn, engine, [request]),
                f"{runtime}, eight": partial(paint_together, engine, several),
                f"{runtime}, stream together": partial(paint_together, engine, stream),
                f"{runtime}, stream in turn": partial(paint_in_turn, engine, stream),
            }
        report(measured(works), threads)


def measured(works: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Median seconds of each; the first round makes everything ready."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for number in range(ROUNDS + 1):
        for name, work in works.items():
            begin = time.perf_counter()
            work()
            if number:
                taken[name].append(time.perf_counter() - begin)
    return {name: statistics.median(times) for name, times in taken.items()}


def report(seconds: dict[str, float], threads: int) -> None:
    """Seconds and ratios."""
    for name, median in seconds.items():
        print(f"{name:<26} {median:7.3f} s")
    for runtime in ("torch", "openvino"):
        for what in ("one", "eight"):
            ratio = seconds[f"{runtime}, {what}"] / seconds[f"diffusers, {what}"]
            print(f"{what}: tagloom on {runtime} / diffusers = {ratio:.2f} (aim: at most 1.00)")
        ratio = seconds[f"{runtime}, stream together"] / seconds[f"{runtime}, stream in turn"]
        print(f"stream of {STREAM}: tagloom on {runtime}, together / in turn = {ratio:.2f} (aim: at most 1.00)")
    print(f"{read_machine().cpu}, {threads} threads, 128x128, torch {torch.__version__}")


if __name__ == "__main__":
    main()
