"""A Stable Diffusion 1.5 file of 2.1 GB, from opening it to the first step ready: tagloom against diffusers.

The file has the original layout, float16, and random weights: how long it takes does not depend on the numbers. It was just
written, so that it is in the system's memory. Every run is a process of its own; imports are not counted, peak memory is,
and the pages of the mapped file with it. Both take the weights in float32, as diffusers' default has it, and tagloom as they
lie in the file too. Interleaved, medians. diffusers reads the same file by `from_single_file` with a local configuration.

Usage: python -m benchmarks.load_checkpoint [ROUNDS]
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks.example import NEGATIVE, PROMPT
from benchmarks.sd15 import write_configuration, write_single_file

ROUNDS = 3
AIM = 1.0
MEMORY_AIM = 0.6
GIBIBYTE = 2**30


def tagloom(precision: str) -> Callable[[Path, Path], None]:
    """Open the file in a precision, encode the prompts and lay out the run."""
    from tagloom.catalog import Catalog
    from tagloom.diffusion import open_engine, vocabulary
    from tagloom.diffusion.runtime import torch_runtime  # noqa: F401  # an import, which is not counted
    from tagloom.engine import RequestInput, resolve

    def load(file: Path, _: Path) -> None:
        model = Catalog().find(str(file))
        engine = open_engine(model, device="cpu", precision=precision)
        said = RequestInput(prompt=PROMPT, negative_prompt=NEGATIVE, seed=7)
        request = resolve(said, model=model, vocabulary=vocabulary(), random_seed=0, wildcards={}).request
        engine.stepper.start(engine.route(request))

    return load


def diffusers(_: str) -> Callable[[Path, Path], None]:
    """Open the file as diffusers' documentation says, and encode the prompts; our tokenizer gives the ids."""
    import torch
    from diffusers import StableDiffusionPipeline
    from diffusers.utils import logging

    from tagloom.tokenizer import BEGIN_OF_TEXT, END_OF_TEXT, load_tokenizer

    logging.set_verbosity_error()

    def load(file: Path, configuration: Path) -> None:
        pipeline = StableDiffusionPipeline.from_single_file(str(file), config=str(configuration), local_files_only=True)
        with torch.inference_mode():
            for text in (PROMPT, NEGATIVE):
                ids = load_tokenizer().encode_ids(text)
                pipeline.text_encoder(torch.tensor([[BEGIN_OF_TEXT, *ids, *[END_OF_TEXT] * (76 - len(ids))]]))
            pipeline.scheduler.set_timesteps(20)

    return load


WORKS: Mapping[str, tuple[Callable[[str], Callable[[Path, Path], None]], str]] = {
    "tagloom, float32": (tagloom, "fp32"),
    "tagloom, as in the file": (tagloom, "fp16"),
    "diffusers, float32": (diffusers, ""),
}


def work(name: str, file: Path, configuration: Path) -> None:
    """Measure one of them in this process and print seconds, seconds of computing, and peak memory as JSON."""
    prepare, precision = WORKS[name]
    load = prepare(precision)
    begin, computed = time.perf_counter(), time.process_time()
    load(file, configuration)
    seconds, computed = time.perf_counter() - begin, time.process_time() - computed
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    print(json.dumps([seconds, computed, peak]))


def measure(name: str, file: Path, configuration: Path) -> list[float]:
    """What `work` measures in a process of its own."""
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.load_checkpoint", name, str(file), str(configuration)]
    environment = os.environ | {"HF_HUB_OFFLINE": "1"}
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=environment, cwd=Path(__file__).parents[1]
    )
    if done.returncode:
        raise SystemExit(f"failed: {name}\n{done.stderr}")
    measured: list[float] = json.loads(done.stdout.splitlines()[-1])
    return measured


def main(rounds: int) -> None:
    """Measure and print."""
    taken: dict[str, list[list[float]]] = {name: [] for name in WORKS}
    with tempfile.TemporaryDirectory() as folder:
        file = write_single_file(Path(folder) / "sd15.safetensors")
        configuration = write_configuration(Path(folder) / "configuration")
        print(f"{file.stat().st_size / 1e9:.2f} GB, {rounds} rounds")
        for _ in range(rounds):
            for name in WORKS:
                taken[name].append(measure(name, file, configuration))
    medians = {name: [statistics.median(column) for column in zip(*runs, strict=True)] for name, runs in taken.items()}
    for name, (seconds, computed, peak) in medians.items():
        print(f"{name:<24} {seconds:6.2f} s, of computing {computed:6.2f} s   {peak / GIBIBYTE:5.2f} GiB peak")
    theirs = medians["diffusers, float32"]
    for name in list(WORKS)[:2]:
        seconds, computed, peak = medians[name]
        print(
            f"{name} / diffusers: seconds {seconds / theirs[0]:.3f}, of computing {computed / theirs[1]:.3f}, "
            f"memory {peak / theirs[2]:.2f} (aim: under {AIM:.0f} s; of the memory at most {MEMORY_AIM})"
        )


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in WORKS:
        work(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else ROUNDS)
