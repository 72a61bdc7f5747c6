"""The same laws as `fuzz_prompt`, on inputs that atheris (libFuzzer) makes by watching which branches they reach.

Usage: python -m tools.fuzz_atheris [CORPUS_FOLDER] [-max_total_time=SECONDS] ...

Install atheris beside tagloom first; it is for CPython on Linux and macOS alone, so the checks do without it.
"""

import random
import sys

import atheris

with atheris.instrument_imports(include=["tagloom.prompt"]):
    from tools.fuzz_prompt import check


def read(data: bytes) -> None:
    """Two bytes say which dialect and pass it goes through, the rest is the text, whatever it is."""
    number = int.from_bytes(data[:2], "little")
    check(data[2:].decode("utf-8", "surrogatepass" if number % 2 else "replace"), number, random.Random(number))  # noqa: S311


def read_or_skip(data: bytes) -> int:
    """As `read`; -1 for bytes that are no text, which libFuzzer then does not keep."""
    try:
        read(data)
    except UnicodeDecodeError:
        return -1
    return 0


if __name__ == "__main__":
    atheris.Setup(sys.argv, read_or_skip)
    atheris.Fuzz()
