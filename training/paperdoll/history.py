"""A run's log -> how long each stage was trained."""

import json
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

HISTORY: Final = "training.json"
_LONGEST_PAUSE: Final = 180  # seconds between two lines of a log that is written every minute; more is a cut


@dataclass(frozen=True, slots=True, kw_only=True)
class StageHistory:
    """Steps that were done, minutes they took without the pauses between runs, and the last loss."""

    stage: str
    steps: int
    minutes: float
    loss: float


def history(log: Path) -> list[StageHistory]:
    """Every stage of a log, in the order in which they began."""
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    found = []
    for stage in dict.fromkeys(line["stage"] for line in lines):
        own = [line for line in lines if line["stage"] == stage]
        gaps = (after["time"] - before["time"] for before, after in pairwise(own))
        seconds = sum(gap for gap in gaps if gap <= _LONGEST_PAUSE)
        loss = round(own[-1]["loss"], 4)
        found.append(StageHistory(stage=stage, steps=own[-1]["step"], minutes=round(seconds / 60, 1), loss=loss))
    return found


def history_json(log: Path, begun_from: Path | None = None) -> str:
    """The same as JSON, to lie beside the weights; after the history of the export that the run began from, if it did."""
    earlier = begun_from / HISTORY if begun_from else None
    before = json.loads(earlier.read_text(encoding="utf-8")) if earlier and earlier.exists() else []
    return json.dumps([*before, *(asdict(stage) for stage in history(log))], indent=1) + "\n"
