"""A scene -> what people would write above it: tags in the tutorial's spirit, or a short sentence, or nothing.

Earlier tags weigh more, as in real models, for two reasons: a caption names what is in the picture most surely at its
beginning (a tag is dropped with a probability that grows with its position), and what stands late is now and then wrong
(one of the last tags is replaced by a contradiction in a few of a hundred captions), so that the model learns to trust what
comes first. Words that say nothing of the picture stand among the tags now and then, since people type them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from training.paperdoll.scene import BACKGROUNDS, COLORS, EYE_COLORS, HAIR_COLORS, INDOORS, Scene

EMPTY_SHARE: Final = 0.08
SENTENCE_SHARE: Final = 0.12
UNDERSCORE_SHARE: Final = 0.2
CONTRADICTION_SHARE: Final = 0.04
FILLER_SHARE: Final = 0.15
LONGEST: Final = 16
FILLER: Final = "filler"

Piece = tuple[str, str]
"""What a stretch of a caption names, "" where it only joins, FILLER where it says nothing of the picture; and its words."""

_SYNONYMS: Final[dict[str, tuple[str, ...]]] = {
    "girl": ("1girl", "1girl", "girl"),
    "boy": ("1boy", "1boy", "boy"),
    "looking at viewer": ("looking at viewer", "face the lens", "facing the camera"),
    "half-length": ("half-length", "halfling", "cowboy shot"),
    "portrait": ("portrait", "close-up", "face"),
    "upper body": ("upper body",),
    "full body": ("full body", "full length"),
    "white hair": ("white hair", "silver hair"),
    "blonde hair": ("blonde hair", "yellow hair"),
    "sky blue eyes": ("sky blue eyes", "light blue eyes", "aqua eyes"),
    "smile": ("smile", "smiling"),
    "open mouth": ("open mouth", "laughing"),
    "sad": ("sad", "frown"),
    "sailor collar": ("sailor collar", "serafuku", "school uniform"),
    "field": ("field", "meadow", "grass"),
    "room": ("room", "indoors", "bedroom"),
    "night": ("night", "night sky"),
    "pixel": ("pixel art",),
    "pastel": ("pastel colors", "pastel"),
    "sketch": ("sketch", "monochrome", "line art"),
    "flat": ("flat color", "anime", "illustration"),
}
_GOOD: Final = ("masterpiece", "best quality", "highly detailed")
_BAD: Final = ("low quality", "worst quality")
_FILLERS: Final = (
    "8k",
    "absurdres",
    "award-winning",
    "beautiful",
    "bokeh",
    "cinematic",
    "cute",
    "depth of field",
    "dynamic",
    "elegant",
    "fantasy",
    "film grain",
    "hdr",
    "intricate",
    "kawaii",
    "octane render",
    "photorealistic",
    "raytracing",
    "solo",
    "trending on artstation",
    "ultra sharp focus",
    "unreal engine",
    "vivid",
    "wallpaper",
)


@dataclass(frozen=True, slots=True)
class Fact:
    """Something true of a scene: its tag, how likely it is named at all, and what would contradict it."""

    tag: str
    chance: float
    rivals: tuple[str, ...] = ()


def facts(scene: Scene) -> list[Fact]:
    """All that a caption may say of a scene. A sketch has no colours to speak of."""
    found = [*_quality(scene), *(_person(scene) if scene.is_person else _thing(scene)), *_place(scene)]
    return [fact for fact in found if fact.chance > 0]


def caption(scene: Scene, rng: np.random.Generator) -> str:
    """One caption of a scene; the same generator state gives the same caption."""
    return "".join(words for _, words in pieces(scene, rng))


def pieces(scene: Scene, rng: np.random.Generator) -> list[Piece]:
    """A caption as (tag, words) pieces, which joined are its text; words that name nothing have the tag ""."""
    if rng.random() < EMPTY_SHARE:
        return []
    if rng.random() < SENTENCE_SHARE:
        return sentence(scene, rng)
    said = [fact for fact in facts(scene) if rng.random() < fact.chance]
    said = [said[i] for i in rng.permutation(len(said))] if rng.random() < 0.7 else said
    kept = [fact for place, fact in enumerate(said) if rng.random() < 1 - 0.035 * place][:LONGEST]
    if kept and rng.random() < CONTRADICTION_SHARE:
        kept = _contradicted(kept, rng)
    if rng.random() < FILLER_SHARE:
        kept = _filled(kept, rng)[:LONGEST]
    separator = ", " if rng.random() < 0.85 else ","
    ties = rng.random() < UNDERSCORE_SHARE
    written: list[Piece] = []
    for fact in kept:
        tag, words = (FILLER, fact.tag) if fact.tag in _FILLERS else (fact.tag, _worded(fact.tag, rng))
        written += [("", separator)] if written else []
        written.append((tag, words.replace(" ", "_") if ties else words))
    return written


def sentence(scene: Scene, rng: np.random.Generator) -> list[Piece]:
    """A short English sentence, as pieces. A sketch has no colours to speak of."""
    subject: Piece = (scene.subject, f"a {scene.subject}")
    if not scene.is_person:
        before: Piece = (scene.background, f" in front of a {scene.background}")
        return [("", "a picture of "), subject] if rng.random() < 0.5 else [subject, before]
    place: list[Piece] = [] if scene.background == "simple" else [(scene.background, f" at the {scene.background}")]
    framed: list[Piece] = [(scene.framing, scene.framing), ("", " of "), subject, *place]
    if scene.style == "sketch":
        return framed
    garment = "dress" if scene.has_dress else scene.top
    clothes: Piece = (f"{scene.top_color} {garment}", f"a {scene.top_color} {garment}")
    hair: Piece = (f"{scene.hair_color} hair", f"{scene.hair_color} hair")
    options: list[list[Piece]] = [
        [subject, ("", " with "), hair, ("", " and "), (f"{scene.eye_color} eyes", f"{scene.eye_color} eyes")],
        [subject, ("", " with "), hair, ("", " wearing "), clothes],
        [subject, ("", " in "), clothes, *place],
        framed,
    ]
    return options[int(rng.integers(len(options)))]


def _quality(scene: Scene) -> list[Fact]:
    spoils = [flaw for flaw in scene.flaws if flaw in {"blurry", "lowres"}]
    words = _BAD if spoils else _GOOD
    named = [Fact(flaw, 0.9) for flaw in scene.flaws if _shows(scene, flaw)]
    return [*(Fact(word, 0.25) for word in words), *named]


def _shows(scene: Scene, flaw: str) -> bool:
    """A flaw of the body needs that part of the body in the picture."""
    if flaw == "extra leg":
        return scene.is_person and scene.framing == "full body"
    if flaw in {"extra hand", "bad hands"}:
        return scene.is_person and (scene.framing != "portrait" or (flaw == "bad hands" and scene.arms in {"waving", "up"}))
    return True


def _person(scene: Scene) -> list[Fact]:
    lower = scene.framing in {"half-length", "full body"}
    torso = scene.framing != "portrait"
    colored = scene.style != "sketch"
    hue = 1.0 if colored else 0.0
    hair = Fact(f"{scene.hair_color} hair", 0.85 * hue, tuple(f"{color} hair" for color in HAIR_COLORS))
    eyes = Fact(f"{scene.eye_color} eyes", 0.75 * hue, tuple(f"{color} eyes" for color in EYE_COLORS))
    top = "dress" if scene.has_dress else scene.top
    top_color = f"{scene.top_color} {top}" if colored else top
    bottom_color = scene.bottom if scene.bottom == "jeans" or not colored else f"{scene.bottom_color} {scene.bottom}"
    return [
        Fact(scene.subject, 0.95),
        hair,
        Fact(scene.hair_style, 0.6 if scene.subject == "girl" else 0.3),
        eyes,
        Fact(top_color, 0.8 if torso else 0.5, tuple(f"{color} {top}" for color in COLORS) if colored else ()),
        Fact(bottom_color, 0.75 if lower and not scene.has_dress else 0.0),
        Fact(scene.framing, 0.75),
        Fact("looking at viewer" if scene.gaze == "at viewer" else f"looking {scene.gaze}", 0.5),
        Fact(scene.expression, 0.0 if scene.expression == "neutral" else 0.75),
        Fact(scene.headwear, 0.0 if scene.headwear == "none" else 0.85),
        Fact("glasses", 0.85 if scene.has_glasses else 0.0),
        Fact(f"{scene.ears} ears", 0.0 if scene.ears == "none" else 0.8),
        Fact(f"{scene.ears} {scene.subject}", 0.0 if scene.ears == "none" else 0.4),
        Fact(f"{scene.ears} tail", 0.6 if scene.has_tail and lower else 0.0),
        Fact({"waving": "waving", "up": "arms up", "on hips": "hands on hips"}.get(scene.arms, ""), _arm_chance(scene)),
        Fact(
            {"apart": "legs apart", "walking": "walking"}.get(scene.legs, "standing"),
            0.5 if scene.framing == "full body" else 0.0,
        ),
    ]


def _arm_chance(scene: Scene) -> float:
    if scene.arms == "at sides" or (scene.framing == "portrait" and scene.arms == "on hips"):
        return 0.0
    return 0.7 if scene.framing != "portrait" else 0.5


def _thing(scene: Scene) -> list[Fact]:
    name = scene.subject
    colored = scene.style != "sketch" and name in {"cat", "house"}
    return [Fact(name, 0.95), Fact("no humans", 0.3), Fact(f"{scene.top_color} {name}", 0.6 if colored else 0.0)]


def _place(scene: Scene) -> list[Fact]:
    inside = scene.background in INDOORS
    colored = scene.style != "sketch"
    name = "simple background" if scene.background == "simple" else scene.background
    outdoors = 0.0 if inside else 1.0
    return [
        Fact(name, 0.75, tuple(place for place in BACKGROUNDS if place != "simple")),
        Fact("white background", 0.4 if scene.background == "simple" else 0.0),
        Fact("outdoors", 0.15 * outdoors),
        Fact(scene.season, 0.5 * outdoors if colored and _has_season(scene) else 0.0),
        Fact(
            {"rain": "rain", "snow": "snow", "cloudy": "cloudy sky"}.get(scene.weather, ""),
            0.0 if scene.weather == "clear" else 0.6 * outdoors,
        ),
        Fact(scene.time, {"day": 0.15, "sunset": 0.6, "night": 0.7}[scene.time] * (outdoors if colored else 0.0)),
        Fact(
            {"sunlight": "sunlight", "backlight": "backlighting"}.get(scene.light, ""),
            0.0 if scene.light == "plain" or not colored else 0.5,
        ),
        Fact(scene.style, 0.25 if scene.style == "flat" else 0.85),
        Fact({"above": "from above", "below": "from below"}.get(scene.angle, ""), 0.0 if scene.angle == "front" else 0.6),
    ]


def _has_season(scene: Scene) -> bool:
    return scene.background in {"forest", "field", "mountain", "lake"}


def _contradicted(kept: list[Fact], rng: np.random.Generator) -> list[Fact]:
    """Replace the last tag that has rivals by one of them, unless it is among the first three."""
    for place in range(len(kept) - 1, 2, -1):
        rivals = [rival for rival in kept[place].rivals if rival != kept[place].tag]
        if rivals:
            return [*kept[:place], Fact(_pick(rivals, rng), 1.0), *kept[place + 1 :]]
    return kept


def _filled(kept: list[Fact], rng: np.random.Generator) -> list[Fact]:
    """One to three fillers among the tags."""
    for _ in range(int(rng.integers(1, 4))):
        place = int(rng.integers(len(kept) + 1))
        kept = [*kept[:place], Fact(_pick(_FILLERS, rng), 1.0), *kept[place:]]
    return kept


def _worded(tag: str, rng: np.random.Generator) -> str:
    return _pick(_SYNONYMS.get(tag, (tag,)), rng)


def _pick(choices: Sequence[str], rng: np.random.Generator) -> str:
    return choices[int(rng.integers(len(choices)))]
