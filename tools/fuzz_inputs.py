"""Chance -> prompts to fuzz with: marks in any order, what a grammar makes, good prompts with changes, nasty strings."""

import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

_VECTORS: Final = Path(__file__).parents[1] / "tests" / "conformance" / "cases.json"
_MARKS: Final = "(a[b]{c})|: ,5.\\\n/_<>+-\"'1%$#&，、 AND BREAK and lora embedding: :: ++ withLora( .blend( nan inf 1e999"
_GOOD: Final = (
    "1girl, (pink hair:1.2), {face the lens}, [[halfling]], sky_blue_eyes",
    "[girl|fox], a [b:c:0.5] AND d :0.6 BREAK <lora:x:0.8> {p|q} __w__ // no",
    "1.5::a {b:: c}, -1::d::",
    'cat++, (a b)0.5 "c d"- withLora(x, 0.5)',
    "((a:0.5) b:1.5) embedding:x-1",
    "上半身, 粉色头发，(绿色衬衫:1.2)、天蓝色的眼睛",
)
_WORDS: Final = (
    "cat",
    "red hair",
    "x_y",
    "1girl",
    "and",
    "猫",
    "",
    " ",
    "a:b",
    "5:30",
    ":(",
    "#ff0000",
    "\\(",
    "\n// no\n",
    "1.2",
)
_GROUPS: Final = (
    *("({})", "[{}]", "{{{}}}", "({}:1.2)", "( {} : -0.5 )", "({}:1e999)", "[{}:{}:5]", "[{}:0.25]", "[{}::25%]"),
    *(
        "[{}|{}]",
        "[{}||{}]",
        "{{{}|{}}}",
        "{{2$${}|{}}}",
        "{{0.3::{}|{}}}",
        "{} AND {} :0.6",
        "{} BREAK {}",
        "{}, {}",
        "{}，{}",
    ),
    *("({})++", "({})0.5", '"{}"-', '("{}", "{}").blend(1, 0.5)', '("{}", "{}").and()', "{}.swap({})", "withLora({}, 0.5)"),
    *("1.5::{}::", "-1::{} ::{}", "<lora:{}:0.5>", "<embedding:{}>", "embedding:{}", "__{}__", "${{v={}}}{}", "%{{{}$${}}}"),
)
_NASTY: Final = (
    *("(" * 70, "[a|" * 70, "(a:" * 30, ")]}" * 20, "{" * 66 + "}" * 66, '"' * 65, "1.2::" * 40, "_" * 99, ":" * 99),
    *("\ud800(\udfff:\0)", "\u202e(\u200b:1.2)\u2066", "\ufeff(a\u2028b:1.2)", "\r\n// x\r\n", "\x1b[31m", "e\u0301" * 9),
    *(
        "(a:nan)",
        "(a:inf)",
        "(a:1e999)",
        "(a:1_0)",
        "(a:１.２)",
        "(a:+-1)",
        "(a:" + "9" * 40 + ")",
        "[a:b:" + "9" * 30 + "]",
    ),
)


def make_prompt(rng: random.Random, vectors: Sequence[str]) -> str:
    """One input; `vectors` are good prompts beside our own."""
    kinds: tuple[Callable[[], str], ...] = (
        lambda: _marks(rng, rng.randrange(30)),
        lambda: _built(rng, rng.randrange(1, 4)),
        lambda: _changed(rng, rng.choice(vectors or _GOOD)),
        lambda: _changed(rng, _built(rng, 3)),
        lambda: _changed(rng, rng.choice(_GOOD)),
        lambda: rng.choice(_NASTY) + _marks(rng, rng.randrange(9)),
        lambda: _unicode(rng, rng.randrange(25)),
    )
    return rng.choice(kinds)()


def read_vectors() -> tuple[str, ...]:
    """The prompts of the reference tools' cases."""
    cases = json.loads(_VECTORS.read_text(encoding="utf-8"))
    return tuple(case["input"] for case in cases if isinstance(case["input"], str) and len(case["input"]) <= 200)


def _marks(rng: random.Random, count: int) -> str:
    return "".join(rng.choice(_MARKS) if rng.random() < 0.8 else rng.choice(_MARKS.split(" ")) for _ in range(count))


def _built(rng: random.Random, depth: int) -> str:
    """A prompt that is nested as the dialects' grammars nest, and all of them at once."""
    if depth == 0:
        return rng.choice(_WORDS)
    group = rng.choice(_GROUPS)
    return group.format(*(_built(rng, rng.randrange(depth)) for _ in range(2)))


def _changed(rng: random.Random, text: str) -> str:
    """A text with a few places overwritten, cut out, doubled or moved."""
    letters = list(text)
    for _ in range(rng.randrange(1, 6)):
        place, length = rng.randrange(len(letters) + 1), rng.randrange(4)
        taken = letters[place : place + length]
        match rng.randrange(3):
            case 0:
                letters[place : place + length] = rng.choice(_MARKS)
            case 1:
                letters[place:place] = taken
            case _:
                del letters[place : place + length]
                other = rng.randrange(len(letters) + 1)
                letters[other:other] = taken
    return "".join(letters)


def _unicode(rng: random.Random, count: int) -> str:
    return "".join(
        chr(rng.choice((rng.randrange(0x110000), rng.randrange(0x3100), 0xD800, 0, 0x202E))) for _ in range(count)
    )
