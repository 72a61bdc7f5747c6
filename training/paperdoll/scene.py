"""A scene of the paper-doll world as a value, and scenes drawn at random."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

SUBJECTS: Final = ("girl", "boy")
THINGS: Final = ("tree", "house", "fox", "cat", "fruit", "landscape")
HAIR_COLORS: Final = ("black", "brown", "blonde", "red", "orange", "pink", "purple", "blue", "green", "white")
HAIR_STYLES: Final = ("short hair", "long hair", "bob cut", "twintails", "ponytail", "braid", "hair bun")
EYE_COLORS: Final = ("blue", "sky blue", "green", "red", "brown", "purple", "yellow", "pink")
COLORS: Final = ("white", "black", "grey", "red", "orange", "yellow", "green", "blue", "purple", "pink", "brown")
TOPS: Final = ("shirt", "t-shirt", "sweater", "hoodie", "jacket", "sailor collar")
BOTTOMS: Final = ("skirt", "long skirt", "shorts", "pants", "jeans")
HEADWEAR: Final = ("none", "hat", "beret", "hair ribbon", "crown")
EARS: Final = ("none", "fox", "cat", "rabbit")
EXPRESSIONS: Final = ("neutral", "smile", "open mouth", "sad", "angry", "surprised")
GAZES: Final = ("at viewer", "left", "right", "up")
FRAMINGS: Final = ("portrait", "upper body", "half-length", "full body")
ARM_POSES: Final = ("at sides", "waving", "up", "on hips")
LEG_POSES: Final = ("standing", "apart", "walking")
ANGLES: Final = ("front", "above", "below")
BACKGROUNDS: Final = (
    "simple",
    "forest",
    "beach",
    "city",
    "field",
    "mountain",
    "room",
    "classroom",
    "street",
    "desert",
    "sky",
    "lake",
)
INDOORS: Final = ("simple", "room", "classroom")
OUTDOORS: Final = tuple(place for place in BACKGROUNDS if place not in INDOORS)
SEASONS: Final = ("spring", "summer", "autumn", "winter")
WEATHERS: Final = ("clear", "cloudy", "rain", "snow")
TIMES: Final = ("day", "sunset", "night")
LIGHTS: Final = ("plain", "sunlight", "backlight")
STYLES: Final = ("flat", "sketch", "pastel", "pixel")
FLAWS: Final = ("blurry", "lowres", "extra hand", "extra leg", "bad hands", "cropped")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Everything that a picture shows. `subject` is one of SUBJECTS or THINGS; a thing has no person's attributes.

    `jitter` (four numbers in [-1, 1]) moves and sizes the subject a little; `detail` seeds the scatter of leaves, stars
    and windows. A dress takes the place of top and bottom, in the top's colour.
    """

    subject: str
    hair_color: str
    hair_style: str
    eye_color: str
    top: str
    top_color: str
    bottom: str
    bottom_color: str
    has_dress: bool
    headwear: str
    has_glasses: bool
    ears: str
    has_tail: bool
    expression: str
    gaze: str
    framing: str
    arms: str
    legs: str
    angle: str
    background: str
    season: str
    weather: str
    time: str
    light: str
    style: str
    flaws: tuple[str, ...]
    jitter: tuple[float, float, float, float]
    detail: int

    @property
    def is_person(self) -> bool:
        """A girl or a boy."""
        return self.subject in SUBJECTS


def random_scene(rng: np.random.Generator) -> Scene:
    """A scene in which every attribute is drawn on its own, the usual more often than the rare."""
    is_person = rng.random() < 0.9
    subject = _one(rng, SUBJECTS, (0.62, 0.38)) if is_person else _one(rng, THINGS)
    places = BACKGROUNDS if is_person else OUTDOORS
    ears = _one(rng, EARS, (0.64, 0.16, 0.1, 0.1))
    return Scene(
        subject=subject,
        hair_color=_one(rng, HAIR_COLORS),
        hair_style=_one(rng, HAIR_STYLES) if subject == "girl" else "short hair",
        eye_color=_one(rng, EYE_COLORS),
        top=_one(rng, TOPS if subject == "girl" else TOPS[:-1]),
        top_color=_one(rng, COLORS),
        bottom=_one(rng, BOTTOMS) if subject == "girl" else _one(rng, BOTTOMS[2:]),
        bottom_color=_one(rng, COLORS),
        has_dress=subject == "girl" and rng.random() < 0.2,
        headwear=_one(rng, HEADWEAR, (0.64, 0.1, 0.08, 0.1, 0.08)) if ears == "none" else "none",
        has_glasses=rng.random() < 0.12,
        ears=ears,
        has_tail=ears != "none" and rng.random() < 0.8,
        expression=_one(rng, EXPRESSIONS, (0.2, 0.26, 0.16, 0.14, 0.12, 0.12)),
        gaze=_one(rng, GAZES, (0.6, 0.15, 0.15, 0.1)),
        framing=_one(rng, FRAMINGS, (0.28, 0.3, 0.2, 0.22)),
        arms=_one(rng, ARM_POSES, (0.5, 0.2, 0.12, 0.18)),
        legs=_one(rng, LEG_POSES, (0.5, 0.25, 0.25)),
        angle=_one(rng, ANGLES, (0.8, 0.1, 0.1)),
        background=_one(rng, places, (0.19, *[0.81 / 11] * 11) if is_person else None),
        season=_one(rng, SEASONS, (0.2, 0.4, 0.2, 0.2)),
        weather=_one(rng, WEATHERS, (0.7, 0.1, 0.1, 0.1)),
        time=_one(rng, TIMES, (0.66, 0.14, 0.2)),
        light=_one(rng, LIGHTS, (0.7, 0.16, 0.14)),
        style=_one(rng, STYLES, (0.73, 0.09, 0.09, 0.09)),
        flaws=tuple(flaw for flaw in FLAWS if rng.random() < 0.05),
        jitter=tuple(rng.uniform(-1, 1, 4).round(3).tolist()),
        detail=int(rng.integers(1 << 30)),
    )


def _one(rng: np.random.Generator, choices: Sequence[str], odds: Sequence[float] | None = None) -> str:
    if odds is None:
        return choices[int(rng.integers(len(choices)))]
    return choices[int(np.searchsorted(np.cumsum(odds), rng.random() * sum(odds)).clip(0, len(choices) - 1))]
