"""What the report rests on: shares, prompts, splits, calibration."""

import math

import numpy as np
import pytest
import torch

from training.paperdoll import data
from training.paperdoll.evaluation.prompts import evaluation_prompt, tags_of
from training.paperdoll.evaluation.samples import laid_out
from training.paperdoll.evaluation.statistics import Share, share
from training.paperdoll.scene import Scene
from training.paperdoll.train_judge import calibrated, labels
from training.paperdoll.visible import ATTRIBUTES, visible

SPLITS = {name: value for name, value in vars(data).items() if name.isupper() and isinstance(value, int) and name[0] != "_"}


def test_no_two_purposes_share_a_split() -> None:
    assert len(set(SPLITS.values())) == len(SPLITS) == 7
    scenes: dict[str, set[Scene]] = {
        name: {data.scene(split, number) for number in range(300)} for name, split in SPLITS.items()
    }
    assert not scenes["TRAINING"] & scenes["EVALUATION"]
    assert not scenes["JUDGE_TRAINING"] & (scenes["EVALUATION"] | scenes["JUDGE_EVALUATION"])


def test_evaluation_prompts_are_of_evaluation_scenes_alone() -> None:
    prompt = evaluation_prompt(5, 5)
    shown = visible(data.scene(data.EVALUATION, 5))
    assert prompt.tags[0].text in {"1girl", "1boy"}
    assert len(prompt.tags) == len({tag.text for tag in prompt.tags}) == 5
    assert all(shown[name] == value for name, value in prompt.wanted.items())
    assert evaluation_prompt(5, 5) == prompt


def test_every_tag_asks_for_what_the_picture_shows() -> None:
    for number in range(200):
        shown = visible(data.scene(data.EVALUATION, number))
        assert all(value in ATTRIBUTES[name] for name, value in shown.items())
        if shown["who"] in {"girl", "boy"}:
            for tag in tags_of(shown):
                assert tag.text
                assert all(shown[name] == value for name, value in tag.wanted.items())


def test_labels_mark_what_is_hidden() -> None:
    found = labels(range(60), data.EVALUATION)
    seen = [visible(data.scene(data.EVALUATION, number)) for number in range(60)]
    assert [int(place) >= 0 for place in found["bottom"]] == ["bottom" in one for one in seen]
    assert all(ATTRIBUTES["who"][int(place)] == one["who"] for place, one in zip(found["who"], seen, strict=True))


@pytest.mark.parametrize(
    ("hits", "trials", "low", "high"), [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (50, 100, 0.4038, 0.5962)]
)
def test_intervals_are_wilson_s(hits: int, trials: int, low: float, high: float) -> None:
    assert Share(hits, trials).interval == pytest.approx((low, high), abs=1e-4)


def test_shares_are_counted() -> None:
    assert share([True, False, True]) == Share(2, 3)
    assert str(Share(19, 20)) == "95 % (76-99)"
    assert Share(0, 0).interval == (0.0, 1.0)


def test_calibration_finds_the_temperature_and_the_threshold() -> None:
    torch.manual_seed(1)
    logits = torch.randn(4000, 5) * 2
    wanted = torch.distributions.Categorical(logits=logits).sample()  # type: ignore[no-untyped-call]
    found = calibrated(logits * 3, wanted)  # three times too sure of itself
    assert math.isclose(found.temperature, 3, rel_tol=0.15)
    confidences, places = (logits * 3 / found.temperature).softmax(dim=1).max(dim=1)
    sure = confidences >= found.sure_from
    assert (places == wanted)[sure].float().mean() >= 0.99
    assert not sure.all()


def test_the_sample_sheet_shows_every_picture_above_its_prompt() -> None:
    pictures = np.stack([np.full((128, 128, 3), shade, np.uint8) for shade in (10, 60, 110, 160, 210, 250, 90)])
    sheet = np.asarray(laid_out(pictures, [f"prompt {number}" for number in range(7)]))
    assert sheet.shape == (2 * 244 + 8, 6 * 200 + 8, 3)
    assert [int(sheet[100, 100 + 200 * column, 0]) for column in range(6)] == [10, 60, 110, 160, 210, 250]
    assert int(sheet[344, 100, 0]) == 90
    below = sheet[200:244, 8:200]
    assert below.min() < 128 < below.max()
    assert sheet[444:488, 208:].min() == 255
