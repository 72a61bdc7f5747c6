"""The prompt language and the tokenizer: milliseconds for long prompts, growth, and ratios to their peers in the same run.

The language's peers are A1111's approach (`lark_peer`) and compel's parser; the tokenizer's is the library `tokenizers`.
"""

import gc
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from itertools import count

from compel.prompt_parser import PromptParser
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

from benchmarks.lark_peer import LarkPeer
from tagloom.prompt import compile, parse
from tagloom.tokenizer import load_tokenizer

ROUNDS = 9
_LARK_CAN_READ = 80  # tags; beyond, its time grows with more than their square


def median_ms(work: Callable[[], object]) -> float:
    """The median of several runs, in milliseconds of the processor: other programs on the machine do not count."""
    taken = []
    for _ in range(ROUNDS):
        begin = time.process_time()
        work()
        taken.append((time.process_time() - begin) * 1000)
    return statistics.median(taken)


def compile_anew(text: str, steps: int, numbers: "count[int]") -> None:
    """Compile a text that was not compiled before: plans are remembered."""
    compile(f"{text}, {next(numbers)}", steps=steps)


def reference_tokenizer() -> Tokenizer:
    """CLIP's tokenizer in the `tokenizers` library, from our merges."""
    ours = load_tokenizer("nfc")
    letters = sorted(ours._letters, key=ord)
    merges = [(left, right) for left, right in (line.split(" ") for line in ours._merges)]
    entries = [*letters, *(letter + "</w>" for letter in letters), *("".join(pair) for pair in merges)]
    vocabulary = {entry: index for index, entry in enumerate(entries)}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges, end_of_word_suffix="</w>"))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    pattern = Regex(r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+")
    split = pre_tokenizers.Split(pattern, behavior="removed", invert=True)
    to_bytes = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([split, to_bytes])
    return tokenizer


def once_ms(work: Callable[[], object]) -> float:
    """One run, in milliseconds of the processor: for peers that take seconds."""
    begin = time.process_time()
    work()
    return (time.process_time() - begin) * 1000


def measure_growth(numbers: "count[int]") -> None:
    """Parse and compile 80 to 10,000 weighted tags. Python's garbage collector takes part in the longest alone."""
    taken: dict[int, tuple[float, float]] = {}
    for tags in (80, 1000, 10000):
        text = ", ".join(f"(tag number {index}:1.{index % 9 + 1})" for index in range(tags))
        taken[tags] = median_ms(partial(parse, text)), median_ms(partial(compile_anew, text, 20, numbers))
        print(f"{tags:>6} weighted tags: parse {taken[tags][0]:8.2f} ms, parse and compile {taken[tags][1]:8.2f} ms")
    parsing, compiling = (longer / shorter for longer, shorter in zip(taken[10000], taken[1000], strict=True))
    print(f"10,000 / 1,000 weighted tags: parse {parsing:.1f}, parse and compile {compiling:.1f} (10 is linear)")


def compare_parsers(numbers: "count[int]") -> None:
    """Parse and compile 80 weighted tags as A1111's approach and as compel would, and 1,000 as compel would."""
    tags = [(f"tag number {index}", f"1.{index % 9 + 1}") for index in range(1000)]
    for size in (_LARK_CAN_READ, 1000):
        text = ", ".join(f"({tag}:{weight})" for tag, weight in tags[:size])
        ours = median_ms(partial(compile_anew, text, 20, numbers))
        theirs = once_ms(partial(PromptParser().parse_conjunction, ", ".join(f"({t}){w}" for t, w in tags[:size])))
        print(f"{size:>6} weighted tags: compel's parser / tagloom = {theirs / ours:.0f} ({theirs:.0f} ms)")
        if size == _LARK_CAN_READ:
            lark = once_ms(partial(LarkPeer().read, text, 20))
            print(f"{size:>6} weighted tags: lark / tagloom = {lark / ours:.0f} ({lark:.0f} ms)")


def main() -> None:
    """Measure and print."""
    gc.freeze()  # the collector must not go through all that the peers' libraries hold, again and again
    numbers = count()
    measure_growth(numbers)
    compare_parsers(numbers)
    timeline = median_ms(partial(compile_anew, "a, [b|[c|d]|e], " * 20, 150, numbers))
    lark = once_ms(partial(LarkPeer().read, "a, [b|[c|d]|e], " * 20, 150))
    print(f"150 steps of nested alternation: {timeline:.2f} ms; lark / tagloom = {lark / timeline:.0f}")
    ours, theirs = load_tokenizer("nfc"), reference_tokenizer()
    prompt = ", ".join(["masterpiece", "1girl", "pink hair", "sky_blue_eyes", "upper body", "green shirt"] * 4)
    warm = median_ms(lambda: [ours.encode(prompt) for _ in range(100)]) / 100
    library = median_ms(lambda: [theirs.encode(prompt) for _ in range(100)]) / 100
    print(f"tokenizing {ours.count(prompt)} tokens: {warm * 1000:.0f} us; tagloom / tokenizers = {warm / library:.2f}")
    code = (
        "import time; t = time.perf_counter(); from tagloom.tokenizer import load_tokenizer; "
        "load_tokenizer().encode('a cat'); print((time.perf_counter() - t) * 1000)"
    )
    cold = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True) for _ in range(5)]
    print(f"tokenizer from nothing: {statistics.median(float(done.stdout) for done in cold):.0f} ms")


if __name__ == "__main__":
    main()
