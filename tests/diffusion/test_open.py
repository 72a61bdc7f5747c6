"""Opening an engine: what is refused before any weights are read, and what is not read at all."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from tagloom.catalog import Catalog, Hashes, NetworkFiles, computed_hash
from tagloom.catalog.hashes import sha256
from tagloom.diffusion import open_engine
from tagloom.diffusion.surroundings import Surroundings
from tagloom.engine import Finished, ModelFacts, Request, Started
from tagloom.errors import RequestError
from tests.diffusion.test_stepper import finish


@pytest.mark.parametrize("threads", [-1, 1025, 100_000, 10**12])
def test_threads_that_no_machine_has_are_refused(threads: int, paperdoll: ModelFacts) -> None:
    """A picture from elsewhere may name any number; a hundred thousand threads would end the process without a word."""
    with pytest.raises(RequestError, match=f"threads {threads} is not within 0 to 1024"):
        open_engine(paperdoll, device="cpu", threads=threads)


def test_no_more_threads_compute_than_the_control_group_grants(paperdoll: ModelFacts, tmp_path: Path) -> None:
    (tmp_path / "sys/fs/cgroup").mkdir(parents=True)
    (tmp_path / "sys/fs/cgroup/cpu.max").write_text("90000 100000")
    before = torch.get_num_threads()
    try:
        opened = open_engine(paperdoll, device="cpu", surroundings=Surroundings(root=tmp_path))
        assert (opened.runtime.facts.name, opened.runtime.facts.threads) == ("torch", 1)
    finally:
        torch.set_num_threads(before)


def test_measured_call_sizes_are_kept_and_change_no_pixel_beyond_rounding(
    paperdoll: ModelFacts, request_: Request, tmp_path: Path
) -> None:
    """By this clock two rows take twice as long as one: they go one by one."""
    ticks = iter((0.0, 2.0, 0.0, 1.0))  # before and after two rows, then one
    alone, together = (
        open_engine(paperdoll, device="cpu", precision="fp32", threads=2, runtime="torch", surroundings=surroundings)
        for surroundings in (Surroundings(cache_folder=tmp_path, clock=lambda: next(ticks)), Surroundings())
    )
    request = replace(request_, steps=1)
    ours, theirs = (one.runtime.to_numpy(finish(one, request).latents) for one in (alone, together))
    assert np.abs(ours - theirs).max() / np.abs(theirs).max() < 1e-4  # on the CPUs tried, not a bit
    (profile,) = (tmp_path / "profiles").iterdir()
    assert json.loads(profile.read_text()) == {"4x16x16": {"1": 1.0, "2": 2.0}}


def test_no_weight_is_hashed_before_the_first_step_is_done(exported: Path, request_: Request, tmp_path: Path) -> None:
    """Gigabytes take seconds to hash: a picture needs its model's hash when it is written, and not before."""
    hashed: list[str] = []

    def digest(path: Path, start: int) -> str:
        hashed.append(path.name)
        return sha256(path, start)

    hashes = Hashes(tmp_path / "hashes.json", digest)
    model = Catalog(hashes=hashes).find(str(exported))
    engine = open_engine(model, device="cpu", precision="fp32", threads=2, files=NetworkFiles(hashes=hashes))
    events = engine.generate(replace(request_, steps=2))
    assert isinstance(next(events), Started)
    assert (model.hash, hashed) == ("", [])
    *_, finished = events
    assert isinstance(finished, Finished)
    assert finished.provenance.model_hash == computed_hash(exported, Hashes())
    assert len(hashed) == 3
    assert Catalog(hashes=hashes).find(str(exported)).hash == finished.provenance.model_hash
