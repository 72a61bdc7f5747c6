"""Opening an engine: what is refused before any weights are read, and what is not read at all."""

from dataclasses import replace
from pathlib import Path

import pytest

from tagloom.catalog import Catalog, Hashes, NetworkFiles, computed_hash
from tagloom.catalog.hashes import sha256
from tagloom.diffusion import open_engine
from tagloom.engine import Finished, ModelFacts, Request, Started
from tagloom.errors import RequestError


@pytest.mark.parametrize("threads", [-1, 1025, 100_000, 10**12])
def test_threads_that_no_machine_has_are_refused(threads: int, paperdoll: ModelFacts) -> None:
    """A picture from elsewhere may name any number; a hundred thousand threads would end the process without a word."""
    with pytest.raises(RequestError, match=f"threads {threads} is not within 0 to 1024"):
        open_engine(paperdoll, device="cpu", threads=threads)


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
