"""Random prompts through everything that reads, writes and changes prompts: nothing may raise, lose or grow.

Usage: python -m tools.fuzz_prompt COUNT [SEED]

Half of the inputs are the language's own marks in chance order, a quarter are mutated good prompts, a quarter any Unicode,
lone surrogates and NUL included.
"""

import random
import sys
import time
from typing import Final, get_args

from tagloom.prompt import Dialect, compile, convert, expand, format, parse
from tagloom.prompt.edits import apply, change_weight, disable, enable, from_chips, sort, to_chips
from tagloom.prompt.lint import lint
from tagloom.prompt.meaning import meaning
from tagloom.prompt.source import Span

DIALECTS: Final[tuple[Dialect, ...]] = get_args(Dialect)
_MARKS: Final = "(a[b]{c})|: ,5.\\\n/_<>+-\"'1%$#&，、 AND BREAK and lora embedding: :: ++ withLora( .blend( nan inf 1e999"
_GOOD: Final = (
    "1girl, (pink hair:1.2), {face the lens}, [[halfling]], sky_blue_eyes",
    "[girl|fox], a [b:c:0.5] AND d :0.6 BREAK <lora:x:0.8> {p|q} __w__ // no",
    "1.5::a {b:: c}, -1::d::",
    'cat++, (a b)0.5 "c d"- withLora(x, 0.5)',
    "((a:0.5) b:1.5) embedding:x-1",
)


def random_prompt(rng: random.Random) -> str:
    """One input."""
    kind = rng.randrange(4)
    if kind < 2:
        words = [
            rng.choice(_MARKS) if rng.random() < 0.8 else rng.choice(_MARKS.split(" ")) for _ in range(rng.randrange(30))
        ]
        return "".join(words)
    if kind == 2:
        text = list(rng.choice(_GOOD))
        for _ in range(rng.randrange(1, 6)):
            place = rng.randrange(len(text) + 1)
            text[place : place + rng.randrange(3)] = rng.choice(_MARKS)
        return "".join(text)
    return "".join(
        chr(rng.choice((rng.randrange(0x110000), rng.randrange(0x3100), 0xD800, 0, 0x202E)))
        for _ in range(rng.randrange(25))
    )


def check(text: str, rng: random.Random) -> None:
    """Everything once.

    Raises:
        AssertionError: a law does not hold.
    """
    source, target = rng.choice(DIALECTS), rng.choice(DIALECTS)
    tree = parse(text, source)
    assert "".join(span.of(text) for span in tree.leaves()) == text
    plan = compile(tree, steps=rng.randrange(1, 9))
    assert plan.stages[-1].stop == plan.length
    printed = convert(tree, target)
    assert printed.losses or meaning(parse(printed.text, target)) == meaning(tree)
    formatted = format(text, source)
    assert format(formatted, source) == formatted
    assert meaning(parse(formatted, source)) == meaning(tree)
    lint(text, text[::-1], steps=rng.randrange(1, 151), dialect=source)
    expand(text, seed=rng.randrange(1 << 64), wildcards={"w": ["a", "{b|c}"]})
    assert from_chips(to_chips(text)) == text
    span = Span(*sorted((rng.randrange(len(text) + 1), rng.randrange(len(text) + 1))))
    edits = (change_weight(text, span), sort(text, len), disable(text, 0) if text else (), enable(text, 0) if text else ())
    for edit in edits:
        apply(text, edit)


def main() -> None:
    """Fuzz, and say how many inputs held; a failing one is printed with its seed."""
    count, seed = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0
    started = time.monotonic()
    for number in range(count):
        rng = random.Random(seed << 32 | number)  # noqa: S311  # no secret
        text = random_prompt(rng)
        try:
            check(text, rng)
        except Exception:
            print(f"seed {seed}, input {number}: {text!r}", flush=True)
            raise
        if number % 100_000 == 99_999:
            print(f"{number + 1:,} inputs, {time.monotonic() - started:.0f} s", flush=True)
    print(f"{count:,} inputs held, {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
