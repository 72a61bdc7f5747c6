"""Sizes of a call: measured once by a clock of the test's own, then remembered."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagloom.diffusion.runtime.rows import TOGETHER, MeasuredCallSize, profile_place, split
from tagloom.errors import MemoryExhaustedError

SHAPE = (4, 8, 8)


@dataclass
class Network:
    """Takes `seconds` for a call of so many rows, by its own clock; more rows than there are seconds for exhaust memory."""

    seconds: Mapping[int, float]
    now: float = 0.0
    calls: list[int] = field(default_factory=list)

    def call(self, rows: int) -> None:
        self.calls.append(rows)
        if rows not in self.seconds:
            raise MemoryExhaustedError("too many")
        self.now += self.seconds[rows]

    def most(self, place: Path, wanted: int) -> int:
        return MeasuredCallSize(place, lambda: self.now).most(wanted, SHAPE, self.call)


@pytest.mark.parametrize(
    ("seconds", "wanted", "most"),
    [
        ({1: 1.0, 2: 1.5}, 2, 2),
        ({1: 1.0, 2: 2.0}, 2, 1),
        ({1: 1.0, 2: 1.97}, 2, 1),  # within what a clock may err by
        ({1: 1.0, 2: 1.5, 4: 2.5, 8: 6.0}, 8, 4),
        ({1: 1.0, 2: 2.1, 4: 0.1}, 8, 1),  # four are not tried once two are no faster
        ({1: 1.0, 2: 1.5}, 3, 2),
        ({1: 1.0}, 2, 1),  # two exhaust memory
    ],
)
def test_as_many_rows_go_into_a_call_as_are_fastest(
    seconds: dict[int, float], wanted: int, most: int, tmp_path: Path
) -> None:
    assert Network(seconds).most(tmp_path / "profile.json", wanted) == most


def test_one_row_is_never_measured(tmp_path: Path) -> None:
    network = Network({})
    assert network.most(tmp_path / "profile.json", 1) == 1
    assert network.calls == []


def test_what_was_measured_once_decides_for_good(tmp_path: Path) -> None:
    place = tmp_path / "folder" / "profile.json"
    assert Network({1: 1.0, 2: 1.5}).most(place, 2) == 2
    now_slow = Network({1: 1.0, 2: 9.0, 4: 2.0})
    assert now_slow.most(place, 2) == 2
    assert now_slow.calls == []
    assert now_slow.most(place, 4) == 4  # four were not measured yet: 0.5 seconds a row
    assert json.loads(place.read_text()) == {"4x8x8": {"1": 1.0, "2": 1.5, "4": 2.0}}


@pytest.mark.parametrize("content", [b"", b"[]", b'{"4x8x8": 3}', b'{"4x8x8": {"1": "x"}}', b"\xff"])
def test_a_damaged_profile_is_made_anew(content: bytes, tmp_path: Path) -> None:
    place = tmp_path / "profile.json"
    place.write_bytes(content)
    assert Network({1: 1.0, 2: 1.5}).most(place, 2) == 2
    assert json.loads(place.read_text()) == {"4x8x8": {"1": 1.0, "2": 1.5}}


def test_a_profile_that_cannot_be_kept_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert Network({1: 1.0, 2: 1.5}).most(tmp_path / "file" / "profile.json", 2) == 2


def test_without_a_profile_all_rows_go_together() -> None:
    assert TOGETHER.most(7, SHAPE, Network({}).call) == 7


def test_a_place_is_the_machine_s_and_the_model_s_own(tmp_path: Path) -> None:
    places = {profile_place(tmp_path, facts) for facts in [("a", 1), ("a", 2), ("b", 1)]}
    assert len(places) == 3
    assert profile_place(tmp_path, ("a", 1)) in places


@given(st.integers(1, 40), st.integers(0, 5))
def test_splitting_keeps_every_row_once_and_in_order_in_few_sizes(count: int, power: int) -> None:
    calls = list(split(range(count), 2**power))
    assert [row for call in calls for row in call] == list(range(count))
    assert all(len(call) <= 2**power and len(call).bit_count() == 1 for call in calls)
    assert list(split(range(count), count)) == [range(count)]
