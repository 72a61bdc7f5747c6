"""The paper-doll world and its captions: deterministic, apart by split, and true."""

from dataclasses import replace

import numpy as np
import pytest

from training.paperdoll.captions import FILLER, LONGEST, caption, facts, pieces
from training.paperdoll.data import EVALUATION, TRAINING, captions, scene
from training.paperdoll.scene import BACKGROUNDS, EXPRESSIONS, FLAWS, FRAMINGS, HAIR_COLORS, SUBJECTS, THINGS, TOPS, Scene
from training.paperdoll.world import render


@pytest.fixture(scope="module")
def someone() -> Scene:
    """A girl in a plain scene, which a test may vary."""
    scenes = (scene(EVALUATION, number) for number in range(1000))
    found = next(one for one in scenes if one.subject == "girl")
    plain = {
        "style": "flat",
        "light": "plain",
        "flaws": (),
        "angle": "front",
        "weather": "clear",
        "time": "day",
        "background": "beach",
    }
    return replace(found, framing="half-length", has_dress=False, ears="none", headwear="none", has_tail=False, **plain)  # type: ignore[arg-type]  # literals of the fields


def test_a_scene_is_drawn_the_same_every_time_at_any_size() -> None:
    for number in range(12):
        drawn = scene(TRAINING, number)
        assert drawn == scene(TRAINING, number)
        for size in (32, 96):
            picture = render(drawn, size)
            assert picture.shape == (size, size, 3)
            assert picture.tobytes() == render(drawn, size).tobytes()


def test_training_and_evaluation_share_no_scene() -> None:
    training = {repr(scene(TRAINING, number)) for number in range(300)}
    assert training.isdisjoint(repr(scene(EVALUATION, number)) for number in range(300))


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("subject", SUBJECTS + THINGS),
        ("hair_color", HAIR_COLORS),
        ("top", TOPS),
        ("expression", EXPRESSIONS),
        ("framing", FRAMINGS),
        ("background", BACKGROUNDS),
        ("hair_style", ("short hair", "long hair", "bob cut", "twintails", "ponytail", "braid", "hair bun")),
        ("bottom", ("skirt", "long skirt", "shorts", "pants", "jeans")),
        ("ears", ("none", "fox", "cat", "rabbit")),
        ("headwear", ("none", "hat", "beret", "hair ribbon", "crown")),
        ("arms", ("at sides", "waving", "up", "on hips")),
        ("gaze", ("at viewer", "left", "right", "up")),
        ("angle", ("front", "above", "below")),
        ("style", ("flat", "sketch", "pastel", "pixel")),
    ],
)
def test_every_value_of_an_attribute_looks_different(field: str, values: tuple[str, ...], someone: Scene) -> None:
    pictures = {render(replace(someone, **{field: value}), 64).tobytes() for value in values}  # type: ignore[arg-type]  # a field's values
    assert len(pictures) == len(values)


@pytest.mark.parametrize("flaw", FLAWS)
def test_every_flaw_shows(flaw: str, someone: Scene) -> None:
    whole = replace(someone, framing="full body")
    assert render(whole, 64).tobytes() != render(replace(whole, flaws=(flaw,)), 64).tobytes()


def test_the_tutorial_s_words_are_all_said() -> None:
    said = " ".join(text for number in range(4000) for text in captions(TRAINING, number, 1)).replace("_", " ")
    for words in (
        "1girl",
        "1boy",
        "pink hair",
        "green hair",
        "upper body",
        "halfling",
        "green shirt",
        "white shirt",
        "white skirt",
    ):
        assert words in said
    for words in (
        "jeans",
        "sky blue eyes",
        "face the lens",
        "fox girl",
        "extra hand",
        "extra leg",
        "tree",
        "forest",
        "summer",
        "beach",
    ):
        assert words in said


def test_captions_repeat_and_vary() -> None:
    assert captions(TRAINING, 5, 3) == captions(TRAINING, 5, 3)
    assert len({caption(scene(TRAINING, 5), np.random.default_rng(seed)) for seed in range(40)}) > 20


def test_a_caption_says_what_is_there_but_for_a_few_late_contradictions() -> None:
    false = total = 0
    for number in range(1500):
        shown = scene(TRAINING, number)
        true = {fact.tag for fact in facts(shown)} | {shown.background, shown.framing, shown.subject}
        named = [tag for tag, _ in pieces(shown, np.random.default_rng(number)) if tag not in {"", FILLER}]
        assert all(tag in true for tag in named[:3]), (named, true)
        false += sum(tag not in true for tag in named)
        total += len(named)
    assert 0 < false / total < 0.02


def test_the_empty_caption_is_learnt_too_and_none_is_too_long() -> None:
    texts = [captions(TRAINING, number, 1)[0] for number in range(1000)]
    assert 0.04 < texts.count("") / len(texts) < 0.13
    assert max(text.count(",") for text in texts) < LONGEST


def test_a_sketch_names_no_colours(someone: Scene) -> None:
    tags = {fact.tag for fact in facts(replace(someone, style="sketch"))}
    assert not any(
        tag.startswith(someone.top_color) or tag.endswith((" hair", " eyes")) for tag in tags - {someone.hair_style}
    )
