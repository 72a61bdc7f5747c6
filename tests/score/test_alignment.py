"""The alignment score: a number for any pair, that says of real pairs more than of others."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from tagloom.bundled import ALIGNMENT
from tagloom.cli.score import spoken
from tagloom.diffusion.weights import load_folder
from tagloom.engine import ModelFacts, Picture
from tagloom.errors import ModelDamagedError
from tagloom.score import AlignmentScorer, Score, load_scorer
from training.paperdoll.data import ALIGNMENT_EVALUATION, captions, drawn


@pytest.fixture(scope="module")
def scorer(paperdoll: ModelFacts) -> AlignmentScorer:
    """The bundled scorer."""
    return load_scorer(ALIGNMENT, load_folder(Path(paperdoll.path)).text_encoder)


def as_picture(pixels: np.ndarray) -> Picture:
    return Picture(width=pixels.shape[1], height=pixels.shape[0], pixels=pixels.tobytes())


def scores(scorer: AlignmentScorer, pairs: Sequence[tuple[int, int]]) -> list[Score]:
    """Of held-out captions and pictures, by their scenes' numbers."""
    texts = [captions(ALIGNMENT_EVALUATION, text, 1)[0] for text, _ in pairs]
    pictures = [as_picture(drawn(ALIGNMENT_EVALUATION, range(number, number + 1), 128)[0]) for _, number in pairs]
    return scorer.score(texts, pictures)


def test_a_picture_fits_its_own_caption_better_than_others(scorer: AlignmentScorer) -> None:
    numbers = [number for number in range(60) if len(captions(ALIGNMENT_EVALUATION, number, 1)[0]) > 40][:24]
    own = scores(scorer, [(number, number) for number in numbers])
    other = scores(scorer, [(number, numbers[place - 1]) for place, number in enumerate(numbers)])
    assert np.mean([one.cosine for one in own]) > np.mean([one.cosine for one in other]) + 0.2
    assert np.median([one.rank for one in own]) > 0.95
    assert all(-1.001 <= one.cosine <= 1.001 and 0 <= one.rank <= 1 for one in own + other)


def test_any_text_and_any_size_has_a_score(scorer: AlignmentScorer) -> None:
    grey = as_picture(np.full((40, 200, 3), 127, np.uint8))
    texts = ["", "猫", "a " * 300, "1girl"]
    assert len(scorer.score(texts, [grey] * 4)) == 4
    assert scorer.score(["1girl"], [grey]) == scorer.score(["1girl"], [grey])


@pytest.mark.parametrize("content", [b"", b"no weights", None])
def test_a_damaged_file_is_named(content: bytes | None, tmp_path: Path, paperdoll: ModelFacts) -> None:
    file = tmp_path / "alignment.safetensors"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ModelDamagedError, match=r"alignment\.safetensors is no alignment model"):
        load_scorer(file, load_folder(Path(paperdoll.path)).text_encoder)


def test_a_file_of_another_shape_is_named(tmp_path: Path, paperdoll: ModelFacts) -> None:
    file = tmp_path / "alignment.safetensors"
    shutil.copy(next((Path(paperdoll.path) / "vae").glob("*.safetensors")), file)
    with pytest.raises(ModelDamagedError, match="is no alignment model"):
        load_scorer(file, load_folder(Path(paperdoll.path)).text_encoder)


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("(pink hair:1.2), [girl|fox]", ["pink hair, girl", "pink hair", "girl"]),
        ("a cat", ["a cat"]),
        ("", [""]),
        ("a BREAK b", ["a, b", "a", "b"]),
    ],
)
def test_of_a_prompt_the_words_are_scored(prompt: str, expected: list[str]) -> None:
    assert spoken(prompt) == expected
