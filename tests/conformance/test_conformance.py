"""The reference tools' own cases, all that our package has a function for; the runner counts the others as failed."""

import json
from pathlib import Path
from typing import Any, cast

import pytest

from tests.conformance.__main__ import main
from tests.conformance.runner import ADAPTERS, agrees, failures

CASES = json.loads((Path(__file__).parent / "cases.json").read_text(encoding="utf-8"))
KINDS = sorted({(case["dialect"], case["function"]) for case in CASES} & ADAPTERS.keys())


@pytest.mark.parametrize("kind", KINDS, ids=" ".join)
def test_every_case_of_a_function_comes_out_as_in_the_reference(kind: tuple[str, str]) -> None:
    cases = [case for case in CASES if (case["dialect"], case["function"]) == kind]
    assert cases
    assert [(failure.case["id"], failure.got) for failure in failures(cases)] == []


def test_the_runner_counts_and_tells_what_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cases: list[dict[str, Any]] = [
        {
            "id": 1,
            "dialect": "a1111",
            "function": "schedule",
            "input": "[a:b:1]",
            "steps": 2,
            "output": [[1, "a"], [2, "b"]],
        },
        {"id": 2, "dialect": "a1111", "function": "schedule", "input": "[a:b:1]", "steps": 2, "output": [[2, "a"]]},
        {"id": 3, "dialect": "klingon", "function": "parse", "input": "x", "output": []},
    ]
    path = tmp_path / "cases.json"
    path.write_text(json.dumps(cases))
    assert main(path) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("2 a1111 schedule")
    assert lines[-1] == "1 passed, 2 failed"


@pytest.mark.parametrize(
    ("got", "expected", "same"),
    [
        (1.0 + 1e-12, 1, True),
        (1.001, 1, False),
        ([1, [2.0]], [1.0, [2]], True),
        ([1], [1, 2], False),
        ({"error": "ours"}, {"error": "theirs"}, True),
        ({"a": 1}, {"error": "theirs"}, False),
        (float("inf"), "Infinity", True),
        (float("-inf"), "Infinity", False),
        (float("nan"), "NaN", True),
        (float("nan"), float("nan"), True),
        ("Infinity", "Infinity", True),
        (True, 1, True),
        (1, True, False),
        ("1", 1, False),
    ],
)
def test_agreement_is_exact_but_for_the_last_digits_of_floats(got: object, expected: object, same: bool) -> None:
    assert agrees(got, expected, 1e-9) is same


def test_the_reference_encodes_a_break_that_brackets_weigh_as_a_word() -> None:
    told = [ADAPTERS["a1111", "chunks"]({"input": text}) for text in ("a BREAK b", "(a BREAK b)")]
    assert [cast(Any, each)["target_count"] for each in told] == [150, 75]


def test_what_the_reference_raises_is_an_error() -> None:
    cases: list[dict[str, Any]] = [
        {"dialect": "a1111", "function": "schedule", "input": "[a:b:1e999]", "steps": 4},
        {"dialect": "a1111", "function": "extra_networks", "input": "<lora:te=1>"},
        {"dialect": "dynamicprompts", "function": "combinatorial_first12", "input": "{a", "wildcards": {}},
        {"dialect": "sdcpp", "function": "parse_attention", "input": "(a:.)"},
    ]
    told = [cast(Any, ADAPTERS[case["dialect"], case["function"]](case)) for case in cases]
    assert ["error" in each or "error" in each["lora"][0] for each in told] == [True] * 4
