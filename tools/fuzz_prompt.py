"""Random prompts through everything that reads, writes and changes prompts: nothing may raise, lose or grow.

Usage: python -m tools.fuzz_prompt COUNT [SEED [FIRST]]

Dialects take turns. Every input is parsed and compiled; the other passes take turns with each dialect, and each of them sees
an eighth of the inputs. `fuzz_inputs` says what the inputs are. A run that was stopped goes on from input FIRST.
"""

import random
import signal
import sys
import time
from collections.abc import Callable
from functools import partial
from itertools import islice
from typing import Final, NoReturn, get_args

from tagloom.prompt import Dialect, Tree, compile, convert, expand, format, parse, plan_from_json
from tagloom.prompt.dialects import a1111, comfyui, compel, compel_tree, dynamic_prompts, dynamic_template, novelai
from tagloom.prompt.dialects.attention import A1111, LPW, LPW_XL, SDCPP, read_attention
from tagloom.prompt.edits import apply, change_weight, disable, enable, from_chips, move, sort, to_chips, unwrap, wrap
from tagloom.prompt.lint import lint
from tagloom.prompt.meaning import meaning
from tagloom.prompt.source import Span
from tools.fuzz_inputs import make_prompt, read_vectors

DIALECTS: Final[tuple[Dialect, ...]] = get_args(Dialect)
_PROGRESS: Final = 5_000
_MOST_SECONDS: Final = 5.0  # for one input; Unix keeps count


def check(text: str, number: int, rng: random.Random) -> None:
    """One input through the reader of its dialect, the compiler and one more pass.

    Raises:
        AssertionError: a law does not hold.
    """
    turn, place = divmod(number, len(DIALECTS))
    tree = parse(text, DIALECTS[place])
    assert "".join(span.of(text) for span in tree.leaves()) == text
    plan = compile(tree, steps=rng.randrange(1, 9), compat=rng.choice(("exact", "a1111")))
    assert plan.stages[-1].stop == plan.length
    PASSES[turn % len(PASSES)](tree, rng)


def _converts(tree: Tree, rng: random.Random) -> None:
    target = rng.choice(DIALECTS)
    printed = convert(tree, target)
    assert printed.losses or meaning(parse(printed.text, target)) == meaning(tree)


def _formats(tree: Tree, _rng: random.Random) -> None:
    formatted = format(tree.text, tree.dialect)
    assert format(formatted, tree.dialect) == formatted
    assert meaning(parse(formatted, tree.dialect)) == meaning(tree)


def _lints(tree: Tree, rng: random.Random) -> None:
    found = lint(tree.text, tree.text[::-1], steps=rng.randrange(1, 151), dialect=tree.dialect)
    for one in found:
        if one.fix is not None and one.about == "prompt":
            apply(tree.text, [one.fix])


def _expands(tree: Tree, rng: random.Random) -> None:
    expand(tree.text, seed=rng.randrange(1 << 64), wildcards={"w": ["a", "{b|c}", "__w__"]})


def _edits(tree: Tree, rng: random.Random) -> None:
    text = tree.text
    chips = to_chips(text)
    assert from_chips(chips) == text
    span = Span(*sorted((rng.randrange(len(text) + 1), rng.randrange(len(text) + 1))))
    for edits in (change_weight(text, span), wrap(text, span), unwrap(text, span)):
        apply(text, edits)
    if chips:
        tag = rng.randrange(len(chips))
        for edits in (move(text, tag, rng.randrange(len(chips) + 1)), disable(text, tag), enable(text, tag)):
            apply(text, edits)


def _sorts(tree: Tree, _rng: random.Random) -> None:
    text = apply(tree.text, sort(tree.text, len))
    assert apply(text, sort(text, len)) == text


def _compiles(tree: Tree, rng: random.Random) -> None:
    plan = compile(tree, steps=rng.randrange(1, 40), hires_steps=rng.randrange(1, 9), underscores="space")
    assert plan_from_json(plan.to_json()).stages == plan.stages


def _follows(tree: Tree, _rng: random.Random) -> None:
    """The readers that follow the other tools call by call; what those refuse is refused by name."""
    text = tree.text
    for rules in (A1111, SDCPP, LPW, LPW_XL):
        read_attention(text, rules)
    for timing in (a1111.Timing(steps=9), a1111.Timing(steps=5, first_pass=9), a1111.Timing(steps=9, is_old=True)):
        _allowing(OverflowError, partial(a1111.schedule, text, timing))
    a1111.split_at_and(text)
    a1111.strip_comments(text)
    _, networks = a1111.extra_networks(text)
    for network in networks:
        _allowing(ValueError, partial(a1111.lora_weights, network))
    comfyui.read_weights(text)
    novelai.read_weights(text)
    _allowing(compel_tree.CompelError, lambda: compel.parse(text))
    _allowing(dynamic_template.TemplateError, lambda: list(islice(dynamic_prompts.prompts(text, {"w": [text]}), 12)))


def _allowing(refusal: type[Exception], work: Callable[[], object]) -> None:
    try:
        work()
    except refusal:
        return


PASSES: Final = (_converts, _formats, _lints, _expands, _edits, _sorts, _compiles, _follows)


def _end(_number: int, _frame: object) -> NoReturn:
    raise TimeoutError(f"not done after {_MOST_SECONDS} s of the processor")


def main() -> None:
    """Fuzz, and say how many inputs held; a failing one is printed with what names it, and the run goes on."""
    count, seed, first = (*map(int, sys.argv[1:4]), 0, 0)[:3]
    vectors = read_vectors()
    signal.signal(signal.SIGVTALRM, _end)
    started = time.process_time()
    failed = 0
    for number in range(first, count):
        rng = random.Random(seed << 32 | number)  # noqa: S311  # no secret
        text = make_prompt(rng, vectors)
        signal.setitimer(signal.ITIMER_VIRTUAL, _MOST_SECONDS)
        try:
            check(text, number, rng)
        except Exception as error:  # whatever it is, it is what we look for
            failed += 1
            dialect = DIALECTS[number % len(DIALECTS)]
            print(f"seed {seed}, input {number}, {dialect}: {type(error).__name__}: {error}: {text!r}", flush=True)
        if (number + 1) % _PROGRESS == 0 or number + 1 == count:
            spent = time.process_time() - started
            print(f"seed {seed}: inputs {first:,} to {number + 1:,}, {failed} failed, {spent:.0f} s", flush=True)
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
