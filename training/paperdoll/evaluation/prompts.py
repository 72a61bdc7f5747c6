"""Evaluation prompts: tags of scenes of the evaluation split, with the attributes that a picture must show for them."""

from dataclasses import dataclass

import numpy as np

from training.paperdoll.data import EVALUATION, scene
from training.paperdoll.visible import visible

_PATTERNS = {"hair color": "{} hair", "eye color": "{} eyes", "ears": "{} ears", "gaze": "looking {}", "angle": "from {}"}
_WORDS = {
    ("ears", "none"): "",
    ("glasses", "no"): "",
    ("glasses", "yes"): "glasses",
    ("arms", "at sides"): "",
    ("arms", "up"): "arms up",
    ("arms", "on hips"): "hands on hips",
    ("legs", "apart"): "legs apart",
    ("angle", "front"): "",
    ("background", "simple"): "simple background",
    ("gaze", "at viewer"): "looking at viewer",
    ("weather", "clear"): "",
    ("weather", "cloudy"): "cloudy sky",
    ("style", "flat"): "",
    ("style", "pixel"): "pixel art",
    ("style", "pastel"): "pastel colors",
    ("time", "day"): "",
    ("headwear", "none"): "",
    ("expression", "neutral"): "",
}
_UNNAMED = {
    "top",
    "bottom",
    "tail",
    "blurry",
    "lowres",
    "extra hand",
    "extra leg",
    "bad hands",
}  # named together with their colour, or no attribute that people ask for


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag of a prompt and the attributes that it asks for."""

    text: str
    wanted: dict[str, str]


@dataclass(frozen=True, slots=True)
class EvaluationPrompt:
    """Tags in order, and the seed it is painted with."""

    tags: tuple[Tag, ...]
    seed: int

    @property
    def text(self) -> str:
        """The prompt."""
        return ", ".join(tag.text for tag in self.tags)

    @property
    def wanted(self) -> dict[str, str]:
        """All attributes that it asks for."""
        return {name: value for tag in self.tags for name, value in tag.wanted.items()}


def evaluation_prompt(number: int, length: int, *, shuffled: bool = False) -> EvaluationPrompt:
    """The prompt of `length` tags of an evaluation scene: who first, then others by chance; or all in chance order."""
    rng = np.random.default_rng((EVALUATION, number, 2))
    tags: list[Tag] = []
    while len(tags) < length:
        shown = scene(EVALUATION, number)
        tags = tags_of(visible(shown)) if shown.is_person and not shown.flaws else []
        number += 1_000_000
    order = rng.permutation(len(tags) - 1)[: length - 1] + 1
    chosen = [tags[0], *(tags[place] for place in order)]
    if shuffled:
        chosen = [chosen[place] for place in rng.permutation(length)]
    return EvaluationPrompt(tuple(chosen), seed=number % 1_000_000)


def tags_of(shown: dict[str, str]) -> list[Tag]:
    """The tags that name what a person's picture shows, who first; what is usual goes unnamed."""
    tags = [Tag(f"1{shown['who']}", {"who": shown["who"]})]
    for name, value in shown.items():
        text = _worded(name, value, shown)
        if text and name not in _UNNAMED | {"who"}:
            wanted = {name: value}
            garment = name.removesuffix(" color")
            if name in {"top color", "bottom color"}:
                wanted[garment] = shown[garment]
            tags.append(Tag(text, wanted))
    return tags


def _worded(name: str, value: str, shown: dict[str, str]) -> str:
    """The tag for an attribute, "" for what is usual."""
    if name in {"top color", "bottom color"}:
        garment = shown.get(name.removesuffix(" color"), "")
        return f"{value} {garment}" if garment else ""
    return _WORDS.get((name, value), _PATTERNS.get(name, "{}").format(value))
