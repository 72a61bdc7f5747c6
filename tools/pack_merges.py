"""OpenAI's `bpe_simple_vocab_16e6.txt.gz` -> the 48,894 merges that CLIP uses, as tagloom ships them.

Usage: python tools/pack_merges.py bpe_simple_vocab_16e6.txt.gz src/tagloom/tokenizer/merges.txt.gz
"""

import gzip
import sys
from pathlib import Path

MERGES = 49408 - 512 - 2  # CLIP's vocabulary less single bytes, word-ending bytes and the two special tokens


def main(source: Path, target: Path) -> None:
    """Keep the first merges of the file, one a line, without its header."""
    lines = gzip.decompress(source.read_bytes()).decode("utf-8").split("\n")
    target.write_bytes(gzip.compress("\n".join(lines[1 : 1 + MERGES]).encode("utf-8"), compresslevel=9, mtime=0))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
