"""Opening an engine: what is refused before any weights are read."""

import pytest

from tagloom.diffusion import open_engine
from tagloom.engine import ModelFacts
from tagloom.errors import RequestError


@pytest.mark.parametrize("threads", [-1, 1025, 100_000, 10**12])
def test_threads_that_no_machine_has_are_refused(threads: int, paperdoll: ModelFacts) -> None:
    """A picture from elsewhere may name any number; a hundred thousand threads would end the process without a word."""
    with pytest.raises(RequestError, match=f"threads {threads} is not within 0 to 1024"):
        open_engine(paperdoll, device="cpu", threads=threads)
