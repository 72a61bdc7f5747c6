"""A plain command line is read without cyclopts, and just as cyclopts reads it."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest
from cyclopts import App, CycloptsError
from hypothesis import given, settings
from hypothesis import strategies as st

from tagloom.cli.parameter import for_cyclopts
from tagloom.cli.plain_line import read_plain_line
from tests.cli.conftest import CommandLine

VERBS = ("check", "convert", "explain", "format", "sort", "translate")
PLAIN = (
    "a",
    "-",
    "",
    "a b",
    "7",
    "007",
    "2.5",
    "猫",
    "(x:1.2)",
    "--steps",
    "--clip-skip",
    "--off",
    "--json",
    "--from",
    "--to",
)
MORE = ("--strict", "--write", "--check", "--groups", "--order", "--dictionary", "--timeout", "--negative", "--dialect")
ODD = ("--", "1e3", "0x10", "-5", ".5", "--clip_skip", "--no-json", "--help", "--steps=7", "-s")
words = st.sampled_from((*PLAIN, *MORE, *ODD))


def verb_of(name: str) -> Callable[..., int]:
    verb: Callable[..., int] = getattr(import_module(f"tagloom.cli.{name}"), name)
    return verb


def read_by_cyclopts(verb: Callable[..., int], line: list[str]) -> tuple[object, ...] | None:
    app = App(name="x", help_flags=(), version_flags=())
    app.default(for_cyclopts(verb))
    try:
        _, bound, _ = app.parse_args(line, print_error=False, exit_on_error=False)
    except CycloptsError:
        return None
    return bound.args, bound.kwargs


@pytest.mark.parametrize("name", VERBS)
def test_what_is_read_is_what_cyclopts_reads(name: str) -> None:
    verb = verb_of(name)

    @settings(derandomize=True, max_examples=150, deadline=None)
    @given(st.lists(words, max_size=5))
    def agrees(line: list[str]) -> None:
        bound = read_plain_line(verb, line)
        if bound is not None:
            assert (bound.args, bound.kwargs) == read_by_cyclopts(verb, line)

    agrees()


@pytest.mark.parametrize(
    ("name", "line", "arguments", "named"),
    [
        ("explain", ["a (b"], ("a (b",), {}),
        ("explain", ["--steps", "7", "a", "--json"], ("a",), {"steps": 7, "as_json": True}),
        ("check", ["-", "--off", "L1", "--off", "L2"], (Path("-"),), {"off": ("L1", "L2")}),
        ("check", ["a", "--clip-skip", "1.5"], (Path("a"),), {"clip_skip": 1.5}),
        ("convert", ["a", "--from", "a1111", "--to", "compel"], (Path("a"),), {"source": "a1111", "target": "compel"}),
        ("translate", ["", "--dictionary", "d"], ("",), {"dictionary": Path("d")}),
    ],
)  # fmt: skip
def test_plain_lines_are_read(name: str, line: list[str], arguments: object, named: object) -> None:
    bound = read_plain_line(verb_of(name), line)
    assert bound is not None
    assert (bound.args, bound.kwargs) == (arguments, named)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("explain", []),
        ("explain", ["a", "b"]),
        ("explain", ["a", "--steps"]),
        ("explain", ["a", "--steps", "--json"]),
        ("explain", ["a", "--steps", "ten"]),
        ("explain", ["a", "--steps", "1", "--steps", "2"]),
        ("explain", ["--help"]),
        ("explain", ["a", "--step", "1"]),
        ("check", ["a", "--clip-skip", "1e1"]),
        ("convert", ["a"]),
    ],
)
def test_what_is_unusual_is_left_to_cyclopts(name: str, line: list[str]) -> None:
    assert read_plain_line(verb_of(name), line) is None


def test_both_ways_lead_to_the_same_answer(tagloom: CommandLine) -> None:
    answers = []
    for steps in (["--steps", "7"], ["--steps=7"]):
        assert tagloom("explain", "[a:b:0.5]", *steps) == 0
        answers.append(tagloom.output)
    assert answers[0] == answers[1]
    assert "Steps 4-7 of 7" in answers[0]


@pytest.mark.parametrize("name", VERBS)
def test_help_tells_of_every_option(name: str, capsys: pytest.CaptureFixture[str], tagloom: CommandLine) -> None:
    assert tagloom(name, "--help") == 0
    assert f"Usage: tagloom {name} " in capsys.readouterr().out
