"""Cases -> which of them our package answers as the reference did."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.conformance import adapters_a1111, adapters_others

Case = Mapping[str, Any]
ADAPTERS: dict[tuple[str, str], Callable[[Case], object]] = {**adapters_a1111.ADAPTERS, **adapters_others.ADAPTERS}
TOLERANCES = {"sdcpp": 1e-6}
NOT_FINITE = {"Infinity", "-Infinity", "NaN", "inf", "-inf", "nan"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A case that came out differently."""

    case: Case
    got: object


def failures(cases: list[Case]) -> Iterator[Failure]:
    """The cases that fail; a function that nobody has written fails too."""
    for case in cases:
        adapter = ADAPTERS.get((case["dialect"], case["function"]))
        got = adapter(case) if adapter else f"no adapter for {case['dialect']} {case['function']}"
        if not agrees(got, case["output"], TOLERANCES.get(case["dialect"], 1e-9)):
            yield Failure(case=case, got=got)


def agrees(got: object, expected: object, tolerance: float) -> bool:
    """Equal, floats within a relative tolerance, a float that is not finite also by its name. Where the reference raised,
    any error of ours will do."""
    if isinstance(got, float) and isinstance(expected, str) and expected in NOT_FINITE:
        expected = float(expected)
    if isinstance(expected, dict) and isinstance(got, dict):
        if "error" in expected:
            return "error" in got
        return expected.keys() == got.keys() and all(agrees(got[key], expected[key], tolerance) for key in expected)
    if isinstance(expected, list) and isinstance(got, list):
        pairs = zip(got, expected, strict=False)
        return len(got) == len(expected) and all(agrees(ours, theirs, tolerance) for ours, theirs in pairs)
    if isinstance(expected, int | float) and isinstance(got, int | float) and not isinstance(expected, bool):
        are_nan = math.isnan(got) and math.isnan(expected)
        return are_nan or math.isclose(got, expected, rel_tol=tolerance, abs_tol=tolerance)
    return type(got) is type(expected) and got == expected
