"""The judge that ships with the development files: what its report says of it holds."""

import json

import numpy as np
import pytest

from training.paperdoll.data import JUDGE_EVALUATION, drawn, scene
from training.paperdoll.judge import WEIGHTS, Judge, load_judge
from training.paperdoll.visible import ATTRIBUTES, visible

COUNT = 160


@pytest.fixture(scope="module")
def judge() -> Judge:
    """The shipped judge."""
    return load_judge()


def test_it_reads_held_out_scenes_as_well_as_its_report_says(judge: Judge) -> None:
    report = json.loads(WEIGHTS.with_suffix(".json").read_text())
    assert [*report] == [*ATTRIBUTES]
    verdicts = judge.read(drawn(JUDGE_EVALUATION, range(COUNT), 128))
    for name in ("who", "hair color", "top color", "framing", "background", "style"):
        pairs = [
            (told[name], true[name])
            for told, true in zip(verdicts, (visible(scene(JUDGE_EVALUATION, n)) for n in range(COUNT)), strict=True)
            if name in true
        ]
        right = sum(told.value == true for told, true in pairs) / len(pairs)
        assert right > report[name]["drawn: right"] - 0.05, name
        assert right > 0.9, name


def test_it_refuses_to_judge_noise(judge: Judge) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (16, 128, 128, 3), dtype=np.uint8)
    sure = [verdict.is_sure for one in judge.read(noise) for verdict in one.values()]
    assert sum(sure) / len(sure) < 0.5
    assert all(0 < verdict.confidence <= 1 for one in judge.read(noise) for verdict in one.values())
