"""The report on a paperdoll: every question of `sections`, kept as JSON question by question.

Usage: python -m training.paperdoll.evaluation.evaluate MODEL RESULTS.json [--threads N] [--effort SHARE] [--only NAME ...]

A section whose result is there already is not asked again, so that a run that is cut goes on. `--effort 0.1` spends a tenth
of the pictures. The model card is written from the results by `card`.
"""

import argparse
import json
import time
from pathlib import Path

import torch

from tagloom.bundled import ALIGNMENT
from tagloom.catalog import Hashes, PendingHash
from tagloom.diffusion.weights import load_folder
from tagloom.score import load_scorer
from training.paperdoll.evaluation.painter import Painter
from training.paperdoll.evaluation.sections import SECTIONS, Bench, Result
from training.paperdoll.judge import WEIGHTS, load_judge


def main() -> None:
    """Ask what was not asked yet."""
    parser = argparse.ArgumentParser(description="Evaluate a paperdoll.")
    parser.add_argument("model", type=Path, help="a diffusers folder")
    parser.add_argument("results", type=Path, help="where the numbers are kept")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--effort", type=float, default=1.0)
    parser.add_argument("--only", nargs="*", choices=[*SECTIONS], default=[*SECTIONS])
    parser.add_argument("--judge", type=Path, default=WEIGHTS)
    parser.add_argument("--scorer", type=Path, default=ALIGNMENT)
    arguments = parser.parse_args()
    tower = load_folder(arguments.model).text_encoder
    bench = Bench(
        painter=Painter(arguments.model, arguments.threads),
        judge=load_judge(arguments.judge),
        scorer=load_scorer(arguments.scorer, tower),
        effort=arguments.effort,
    )
    results = evaluate(bench, arguments.results, arguments.only)
    print(json.dumps({name: results[name] for name in arguments.only}, indent=2))


def evaluate(bench: Bench, path: Path, names: list[str]) -> dict[str, Result]:
    """The results so far and those of these sections; each is written as soon as it is there."""
    results: dict[str, Result] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    model = {
        "hash": PendingHash(bench.painter.model, Hashes()).result(),
        "effort": bench.effort,
        "threads": torch.get_num_threads(),
    }
    if results.get("model", model) != model:
        results = {}
    results["model"] = model
    for name in names:
        if name not in results:
            started = time.monotonic()
            results[name] = SECTIONS[name](bench)
            print(f"{name}: {time.monotonic() - started:.0f} s", flush=True)
            half = path.with_suffix(".half")
            half.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
            half.replace(path)
    return results


if __name__ == "__main__":
    main()
