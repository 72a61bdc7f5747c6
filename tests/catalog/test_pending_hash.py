"""The hash of a model that is being painted with: begun when told, ready when asked for, never in the way."""

from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from tagloom.catalog import Hashes, PendingHash
from tagloom.catalog.hashes import sha256
from tagloom.engine import ModelFacts


class Slow:
    """A digest that takes until it is let go."""

    def __init__(self) -> None:
        self.let_go = Event()
        self.calls = 0

    def __call__(self, path: Path, start: int) -> str:
        self.calls += 1
        assert self.let_go.wait(60)
        return sha256(path, start)


@pytest.fixture
def model(paperdoll: ModelFacts, tmp_path: Path) -> ModelFacts:
    """A single file whose hash nobody knows."""
    path = tmp_path / "model.safetensors"
    path.write_bytes(b"weights")
    return replace(paperdoll, path=str(path), hash="")


def test_it_is_computed_once_and_beside_whoever_begins_it(model: ModelFacts) -> None:
    slow = Slow()
    pending = PendingHash(model, Hashes(digest=slow))
    pending.begin()  # comes back at once: nobody has let go yet
    pending.begin()
    slow.let_go.set()
    assert pending.result() == pending.result() == sha256(Path(model.path))[:10]
    assert slow.calls == 1


def test_nothing_is_read_where_the_hash_is_known(model: ModelFacts) -> None:
    slow = Slow()
    pending = PendingHash(replace(model, hash="0123456789"), Hashes(digest=slow))
    pending.begin()
    assert (pending.result(), slow.calls) == ("0123456789", 0)


def test_a_file_that_is_gone_meanwhile_costs_no_picture(model: ModelFacts) -> None:
    Path(model.path).unlink()
    assert PendingHash(model, Hashes()).result() == ""
