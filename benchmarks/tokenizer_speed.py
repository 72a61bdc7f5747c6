"""The tokenizer: microseconds a prompt, beside the library `tokenizers` in the same run, and milliseconds from nothing."""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable

from benchmarks.prompt_language import reference_tokenizer
from tagloom.tokenizer import load_tokenizer

ROUNDS = 300
PLAIN = ", ".join(["masterpiece", "1girl", "pink hair", "sky_blue_eyes", "upper body", "green shirt"] * 4)[:220]
PROMPTS = {
    "plain text": PLAIN,
    "curly quotes": f"“{PLAIN}”",
    "full-width commas": PLAIN.replace(", ", "，"),
    "Chinese": "粉色头发，天蓝色眼睛，" * 3,
}
COLD = """
import time
begin = time.perf_counter()
from tagloom.tokenizer import load_tokenizer
imported = time.perf_counter()
tokenizer = load_tokenizer()
loaded = time.perf_counter()
tokenizer.encode("a photo of a cat")
print(imported - begin, loaded - imported, time.perf_counter() - loaded)
"""


def median_us(work: Callable[[], object]) -> float:
    """The median of many runs, in microseconds."""
    taken = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        work()
        taken.append((time.perf_counter() - begin) * 1e6)
    return statistics.median(taken)


def compare(name: str, prompt: str) -> None:
    """Print one prompt's row; the library reads text as our "nfc" does."""
    library = reference_tokenizer()
    default, nfc = load_tokenizer(), load_tokenizer("nfc")
    spans, ids = median_us(lambda: default.encode(prompt)), median_us(lambda: default.encode_ids(prompt))
    ratio = median_us(lambda: nfc.encode(prompt)) / median_us(lambda: library.encode(prompt))
    print(
        f"{name:<18} {default.count(prompt):>3} tokens: {spans:4.0f} us, ids alone {ids:4.0f} us; to tokenizers {ratio:.2f}"
    )


def main() -> None:
    """Measure and print."""
    for name, prompt in PROMPTS.items():
        compare(name, prompt)
    command = [sys.executable, "-c", COLD]
    cold = [subprocess.run(command, capture_output=True, text=True, check=True).stdout.split() for _ in range(9)]
    columns = zip(*([float(seconds) * 1000 for seconds in run] for run in cold), strict=True)
    importing, loading, encoding = (statistics.median(column) for column in columns)
    total = importing + loading + encoding
    print(f"from nothing: import {importing:.1f}, load {loading:.1f}, encode {encoding:.1f}: {total:.1f} ms (aim: under 40)")


if __name__ == "__main__":
    main()
