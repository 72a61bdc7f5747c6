"""Whole processes, from nothing to a picture: `tagloom paint` against a plain diffusers script, interleaved, medians.

Prints seconds, peak memory and ratios: on OpenVINO from its cache, if it is installed, and on torch; also the commands that
only read prompts (aim: 0.15 s) beside an empty Python. Bytecode is cached first, as an installed program has it.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.example import NEGATIVE, PROMPT

ROUNDS = 5
TAGLOOM = [sys.executable, "-c", "from tagloom.cli.main import main; main()"]
DIFFUSERS = (
    "import sys; from pathlib import Path; from benchmarks.reference import load_pipeline, paint; "
    "paint(load_pipeline(Path(sys.argv[1])), 1, Path(sys.argv[2]))"
)


def measure(command: list[str], folder: str) -> tuple[float, float]:
    """Seconds and peak megabytes of a process."""
    variables = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    variables |= {"HF_HUB_OFFLINE": "1", "PYTHONPATH": str(Path(__file__).parents[1])}
    variables |= {"TAGLOOM_CACHE": str(Path(folder) / "cache")}
    begin = time.perf_counter()
    with subprocess.Popen(
        command, cwd=folder, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - begin
    if process.returncode:
        raise SystemExit(f"failed: {' '.join(command)}")
    return seconds, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 2**20


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        model = str(Path(folder) / "paperdoll")
        # In a process of its own: a child's peak memory is at least what its parent holds when it is born.
        subprocess.run([*TAGLOOM, "models", "export", "paperdoll", model], check=True, stdout=subprocess.DEVNULL)
        compare(folder, model)


def compare(folder: str, model: str) -> None:
    """Measure in a folder, the peer with a model as a diffusers folder."""
    (Path(folder) / "prompt.txt").write_text(PROMPT, encoding="utf-8")
    commands = {
        "tagloom paint": [*TAGLOOM, "paint", PROMPT, "--negative", NEGATIVE, "--seed", "7", "--device", "cpu"],
        "tagloom on torch": [*TAGLOOM, "paint", PROMPT, "--negative", NEGATIVE, "--seed", "7", "--runtime", "torch"],
        "diffusers script": [sys.executable, "-c", DIFFUSERS, model, "picture.png"],
        "tagloom explain": [*TAGLOOM, "explain", "1girl, (pink hair:1.2), [girl|fox]"],
        "tagloom check": [*TAGLOOM, "check", "prompt.txt"],
        "tagloom format": [*TAGLOOM, "format", "prompt.txt"],
        "tagloom convert": [*TAGLOOM, "convert", "prompt.txt", "--to", "comfyui"],
        "tagloom sort": [*TAGLOOM, "sort", "prompt.txt"],
        "tagloom translate": [*TAGLOOM, "translate", "粉色头发的女孩"],
        "tagloom --help": [*TAGLOOM, "--help"],
        "python -c pass": [sys.executable, "-c", "pass"],
    }
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for round_number in range(ROUNDS + 1):
        for name, command in commands.items():
            measured = measure(command, folder)
            if round_number:
                taken[name].append(measured)
    seconds = {name: statistics.median(second for second, _ in runs) for name, runs in taken.items()}
    peak = {name: max(memory for _, memory in runs) for name, runs in taken.items()}
    for name in commands:
        print(f"{name:<18} {seconds[name]:6.2f} s   {peak[name]:6.0f} MB peak")
    print(
        f"cold start: tagloom / diffusers = {seconds['tagloom paint'] / seconds['diffusers script']:.2f} (aim: at most 0.33)"
    )
    print(f"cold start on torch: tagloom / diffusers = {seconds['tagloom on torch'] / seconds['diffusers script']:.2f}")
    print(f"peak memory: tagloom / diffusers = {peak['tagloom paint'] / peak['diffusers script']:.2f}")


if __name__ == "__main__":
    main()
