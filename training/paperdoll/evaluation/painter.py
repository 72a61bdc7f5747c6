"""Requests -> pictures, many at once."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tagloom.catalog import Catalog
from tagloom.diffusion import DiffusionEngine, open_engine, vocabulary
from tagloom.engine import Request, RequestInput, resolve
from training.paperdoll.evaluation.prompts import EvaluationPrompt

_AT_ONCE = 24


class Painter:
    """Paints with one model on the CPU."""

    def __init__(self, folder: Path, threads: int) -> None:
        self.model = Catalog().find(str(folder))
        self.engine: DiffusionEngine = open_engine(self.model, device="cpu", precision="fp32", threads=threads)

    def request(self, prompt: str, seed: int, **said: Any) -> Request:  # RequestInput's own fields
        """A request with the defaults of the command line."""
        asked = RequestInput(prompt=prompt, seed=seed, **said)
        return resolve(asked, model=self.model, vocabulary=vocabulary(), random_seed=0, wildcards={}).request

    def requests(self, prompts: Sequence[EvaluationPrompt], **said: Any) -> list[Request]:
        """One request for each evaluation prompt."""
        return [self.request(prompt.text, prompt.seed, **said) for prompt in prompts]

    def paint(self, requests: Sequence[Request]) -> NDArray[np.uint8]:
        """The pictures (n, H, W, 3) of requests of equal size."""
        painted = [self._painted(requests[start : start + _AT_ONCE]) for start in range(0, len(requests), _AT_ONCE)]
        return np.concatenate(painted)

    def _painted(self, requests: Sequence[Request]) -> NDArray[np.uint8]:
        routes = [self.engine.route(request) for request in requests]
        trajectories = [self.engine.stepper.start(route) for route in routes]
        while walking := [place for place, one in enumerate(trajectories) if not one.is_finished]:
            advanced = self.engine.stepper.advance([(trajectories[place], routes[place]) for place in walking])
            for place, trajectory in zip(walking, advanced, strict=True):
                trajectories[place] = trajectory
        pictures = [self.engine.decode(trajectory) for trajectory in trajectories]
        return np.stack([np.frombuffer(p.pixels, np.uint8).reshape(p.height, p.width, 3) for p in pictures])
