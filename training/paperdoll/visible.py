"""What a viewer can tell of a scene from its picture: attribute -> value, without what is hidden or too small."""

from typing import Final

from training.paperdoll import scene as world
from training.paperdoll.scene import Scene

HIDDEN_BOTTOM: Final = "dress"
ATTRIBUTES: Final[dict[str, tuple[str, ...]]] = {
    "who": (*world.SUBJECTS, *world.THINGS),
    "hair color": world.HAIR_COLORS,
    "hair style": world.HAIR_STYLES,
    "eye color": world.EYE_COLORS,
    "top": (*world.TOPS, HIDDEN_BOTTOM),
    "top color": world.COLORS,
    "bottom": (*world.BOTTOMS, HIDDEN_BOTTOM),
    "bottom color": world.COLORS,
    "headwear": world.HEADWEAR,
    "glasses": ("no", "yes"),
    "ears": world.EARS,
    "tail": ("no", "yes"),
    "expression": world.EXPRESSIONS,
    "gaze": world.GAZES,
    "framing": world.FRAMINGS,
    "arms": world.ARM_POSES,
    "legs": world.LEG_POSES,
    "angle": world.ANGLES,
    "background": world.BACKGROUNDS,
    "season": world.SEASONS,
    "weather": world.WEATHERS,
    "time": world.TIMES,
    "style": world.STYLES,
    "blurry": ("no", "yes"),
    "lowres": ("no", "yes"),
    "extra hand": ("no", "yes"),
    "extra leg": ("no", "yes"),
    "bad hands": ("no", "yes"),
}
"""Every attribute and its values."""

_SEASONED: Final = ("forest", "field", "mountain", "lake")


def visible(scene: Scene) -> dict[str, str]:
    """The attributes that the scene's picture shows."""
    shown = {"who": scene.subject, "style": scene.style, "background": scene.background, "angle": scene.angle}
    shown |= {flaw: _yes(flaw in scene.flaws) for flaw in ("blurry", "lowres")}
    shown |= _surroundings(scene)
    if scene.is_person:
        shown |= _figure(scene) | _clothes(scene) | _face(scene)
    return shown


def _surroundings(scene: Scene) -> dict[str, str]:
    if scene.background in world.INDOORS:
        return {}
    found = {"weather": scene.weather} if not _is_unclear(scene) else {}
    if scene.style != "sketch":
        found["time"] = scene.time
        if scene.background in _SEASONED:
            found["season"] = scene.season
    return found


def _figure(scene: Scene) -> dict[str, str]:
    found = {"framing": scene.framing, "ears": scene.ears, "headwear": scene.headwear, "hair style": scene.hair_style}
    if scene.style != "sketch":
        found["hair color"] = scene.hair_color
    if scene.framing != "portrait":
        found |= {"arms": scene.arms, "extra hand": _yes("extra hand" in scene.flaws)}
        if not _is_unclear(scene):
            found["bad hands"] = _yes("bad hands" in scene.flaws)
    if scene.framing in {"half-length", "full body"}:
        found["tail"] = _yes(scene.has_tail)
    if scene.framing == "full body":
        found |= {"legs": scene.legs, "extra leg": _yes("extra leg" in scene.flaws)}
    return found


def _clothes(scene: Scene) -> dict[str, str]:
    found = {}
    if scene.framing != "portrait":
        found["top"] = HIDDEN_BOTTOM if scene.has_dress else scene.top
    if scene.style != "sketch":
        found["top color"] = scene.top_color
    if scene.framing in {"half-length", "full body"}:
        found["bottom"] = HIDDEN_BOTTOM if scene.has_dress else scene.bottom
        if not scene.has_dress and scene.bottom != "jeans" and scene.style != "sketch":
            found["bottom color"] = scene.bottom_color
    return found


def _face(scene: Scene) -> dict[str, str]:
    if _is_unclear(scene) and scene.framing != "portrait":
        return {}
    found = {"expression": scene.expression, "glasses": _yes(scene.has_glasses)}
    if scene.style != "sketch":
        found["eye color"] = scene.eye_color
    if scene.framing in {"portrait", "upper body"} and not _is_unclear(scene):
        found["gaze"] = scene.gaze
    return found


def _is_unclear(scene: Scene) -> bool:
    """Whether faces and drops of rain are lost in blur or in coarse pixels."""
    return scene.style == "pixel" or bool({"blurry", "lowres"} & set(scene.flaws))


def _yes(condition: bool) -> str:  # the condition is all there is
    return "yes" if condition else "no"
