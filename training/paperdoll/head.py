"""The head of a figure: hair, face, ears, headwear. Its centre is (0, 0), its height 2."""

from training.paperdoll.canvas import Canvas, Point, arc, mirrored
from training.paperdoll.palette import BLUSH, CLOTH, EYE, HAIR, INK, RGB, SKIN, WHITE, darker, lighter
from training.paperdoll.scene import Scene

_LOOKS: dict[str, Point] = {"at viewer": (0, 0), "left": (-0.11, 0), "right": (0.11, 0), "up": (0, -0.13)}
_BANGS: list[Point] = [
    (-1.02, 0.25),
    (-0.86, -0.12),
    (-0.66, 0.02),
    (-0.48, -0.3),
    (-0.2, -0.1),
    (0.02, -0.38),
    (0.26, -0.08),
    (0.5, -0.32),
    (0.68, 0.02),
    (0.86, -0.14),
    (1.02, 0.25),
]


def draw_back_hair(canvas: Canvas, scene: Scene) -> None:
    """What hangs behind the body."""
    color, style = HAIR[scene.hair_color], scene.hair_style
    shade = darker(color, 0.12)
    if style == "long hair":
        canvas.blob(
            [(-1.08, -0.5), (-1.2, 0.8), (-1.16, 2.3), (-0.6, 2.6), (0.6, 2.6), (1.16, 2.3), (1.2, 0.8), (1.08, -0.5)], shade
        )
    elif style == "bob cut":
        canvas.blob([(-1.1, -0.4), (-1.2, 0.7), (-0.95, 1.15), (0.95, 1.15), (1.2, 0.7), (1.1, -0.4)], shade)
    elif style == "twintails":
        for points in _sides([(0.95, -0.55), (1.55, -0.5), (1.85, 0.7), (1.6, 2.2), (1.3, 2.5), (1.15, 1.2)]):
            canvas.blob(points, shade)
    elif style == "ponytail":
        canvas.blob([(0.3, -1.1), (1.2, -0.95), (1.7, 0.1), (1.62, 1.6), (1.3, 2.2), (1.1, 0.9), (0.75, -0.2)], shade)
    elif style == "braid":
        for step in range(6):
            canvas.oval((1.16 + 0.08 * (step % 2), 0.7 + 0.33 * step), 0.26 - 0.015 * step, 0.24, shade)
    elif style == "hair bun":
        canvas.oval((0, -1.25), 0.5, 0.42, color)


def draw_head(canvas: Canvas, scene: Scene) -> None:
    """Ears, face, hair and what is worn on them, from back to front."""
    color = HAIR[scene.hair_color]
    if scene.ears == "none":
        for points in _sides([(0.86, 0.02), (1.06, -0.02), (1.06, 0.32), (0.86, 0.38)]):
            canvas.blob(points, SKIN)
    canvas.blob(_crown_of_hair(), color)
    face = [*arc((0, 0), 0.9, 0.92, 180, 360), (0.86, 0.36), (0.56, 0.78), (0, 1.02), (-0.56, 0.78), (-0.86, 0.36)]
    canvas.blob(face, SKIN)
    _draw_face(canvas, scene)
    _draw_bangs(canvas, scene)
    if scene.ears != "none":
        _draw_animal_ears(canvas, scene)
    _draw_headwear(canvas, scene)


def _draw_face(canvas: Canvas, scene: Scene) -> None:
    for x in (-0.56, 0.56):
        canvas.oval((x, 0.46), 0.15, 0.08, BLUSH, outline=None)
    dx, dy = _LOOKS[scene.gaze]
    iris = EYE[scene.eye_color]
    tall = 0.36 if scene.expression == "surprised" else 0.3
    for x in (-0.4, 0.4):
        canvas.oval((x, 0.16), 0.235, tall, WHITE)
        canvas.oval((x + dx, 0.18 + dy), 0.18, tall - 0.06, iris, outline=darker(iris, 0.45))
        canvas.oval((x + dx, 0.2 + dy), 0.085, 0.13, INK, outline=None)
        canvas.oval((x + dx - 0.06, 0.06 + dy), 0.065, 0.075, WHITE, outline=None)
        canvas.stroke(arc((x, 0.16), 0.25, tall + 0.02, 200, 340), width=1.7)
    _draw_brows(canvas, scene)
    _draw_mouth(canvas, scene)
    canvas.stroke([(-0.03, 0.47), (0.03, 0.5)], darker(SKIN, 0.35))
    if scene.has_glasses:
        for x in (-0.4, 0.4):
            canvas.draw.ellipse(
                (*canvas.at((x - 0.33, -0.16)), *canvas.at((x + 0.33, 0.48))),
                outline=(60, 60, 90),
                width=round(canvas.line * 1.4),
            )
        canvas.stroke([(-0.07, 0.14), (0.07, 0.14)], (60, 60, 90), 1.4)


def _draw_brows(canvas: Canvas, scene: Scene) -> None:
    tilt = {"angry": 0.14, "sad": -0.13}.get(scene.expression, 0.0)
    lift = -0.1 if scene.expression == "surprised" else 0.0
    for side in (-1, 1):
        inner, outer = (side * 0.22, -0.24 + lift + tilt), (side * 0.6, -0.26 + lift - tilt * 0.6)
        canvas.stroke([inner, outer], darker(HAIR[scene.hair_color], 0.4), 1.6)


def _draw_mouth(canvas: Canvas, scene: Scene) -> None:
    match scene.expression:
        case "smile":
            canvas.stroke(arc((0, 0.56), 0.24, 0.18, 20, 160), width=1.4)
        case "open mouth":
            canvas.blob([(-0.24, 0.6), (0, 0.58), (0.24, 0.6), (0.14, 0.82), (-0.14, 0.82)], (196, 70, 82))
        case "sad":
            canvas.stroke(arc((0, 0.82), 0.2, 0.14, 200, 340), width=1.4)
        case "angry":
            canvas.stroke([(-0.2, 0.74), (-0.07, 0.66), (0.07, 0.72), (0.2, 0.66)], width=1.4)
        case "surprised":
            canvas.oval((0, 0.7), 0.1, 0.13, (196, 70, 82))
        case _:
            canvas.stroke([(-0.13, 0.68), (0.13, 0.68)], width=1.4)


def _crown_of_hair() -> list[Point]:
    return [
        (-1.06, 0.5),
        (-1.14, -0.2),
        (-0.8, -0.98),
        (0, -1.24),
        (0.8, -0.98),
        (1.14, -0.2),
        (1.06, 0.5),
        (0.8, 0.3),
        (-0.8, 0.3),
    ]


def _draw_bangs(canvas: Canvas, scene: Scene) -> None:
    color = HAIR[scene.hair_color]
    top = [(1.12, -0.2), (0.8, -0.98), (0, -1.24), (-0.8, -0.98), (-1.12, -0.2)]
    if scene.subject == "boy":
        spikes = [
            (-1.05, 0.1),
            (-0.8, -0.3),
            (-0.55, -0.12),
            (-0.3, -0.46),
            (0, -0.2),
            (0.32, -0.5),
            (0.56, -0.14),
            (0.8, -0.34),
            (1.05, 0.1),
        ]
        tufts = [
            (1.16, -0.5),
            (0.86, -1.04),
            (0.5, -1.08),
            (0.25, -1.4),
            (-0.1, -1.14),
            (-0.5, -1.32),
            (-0.8, -1.0),
            (-1.18, -0.5),
        ]
        canvas.shape([*spikes, *tufts], color)
    else:
        canvas.shape([*_BANGS, *top], color)
        for points in _sides([(0.84, -0.2), (1.1, -0.1), (1.14, 0.8), (0.96, 1.1), (0.86, 0.5)]):
            canvas.blob(points, color)
    canvas.stroke(arc((0, -0.25), 0.72, 0.66, 215, 300), lighter(color, 0.55), 1.8)
    if scene.hair_style == "twintails":
        for x in (-1.0, 1.0):
            canvas.oval((x, -0.55), 0.14, 0.14, (230, 80, 90))
    if scene.hair_style == "ponytail":
        canvas.oval((0.72, -0.98), 0.15, 0.15, (230, 80, 90))


def _draw_animal_ears(canvas: Canvas, scene: Scene) -> None:
    color = HAIR[scene.hair_color]
    inner: RGB = (255, 206, 206)
    match scene.ears:
        case "fox":
            outer, inside = [(0.24, -1.04), (0.78, -1.95), (1.06, -0.66)], [(0.44, -1.04), (0.76, -1.6), (0.92, -0.84)]
        case "cat":
            outer, inside = [(0.3, -1.06), (0.9, -1.62), (1.08, -0.6)], [(0.52, -1.02), (0.86, -1.36), (0.95, -0.78)]
        case _:
            outer = [(0.2, -1.05), (0.2, -1.8), (0.42, -2.3), (0.66, -1.8), (0.62, -0.98)]
            inside = [(0.32, -1.1), (0.32, -1.75), (0.42, -2.05), (0.54, -1.75), (0.5, -1.06)]
    for points, filling in ((outer, color), (inside, inner)):
        for side in _sides(points):
            canvas.shape(side, filling)
    if scene.ears == "fox":
        for side in _sides([(0.66, -1.75), (0.78, -1.95), (0.86, -1.62)]):
            canvas.shape(side, WHITE)


def _draw_headwear(canvas: Canvas, scene: Scene) -> None:
    match scene.headwear:
        case "hat":
            straw: RGB = (238, 206, 130)
            canvas.blob([(-0.8, -0.72), (-0.66, -1.42), (0, -1.56), (0.66, -1.42), (0.8, -0.72)], straw)
            canvas.oval((0, -0.7), 1.62, 0.24, straw)
            canvas.shape([(-0.8, -0.84), (0.8, -0.84), (0.77, -1.02), (-0.77, -1.02)], (214, 66, 66))
        case "beret":
            canvas.blob(
                [(-1.06, -0.74), (-1.14, -1.2), (-0.3, -1.52), (0.9, -1.4), (1.2, -1.02), (0.96, -0.7)], CLOTH["red"]
            )
            canvas.stroke([(0.0, -1.48), (0.05, -1.66)], darker(CLOTH["red"]), 2)
        case "hair ribbon":
            for points in _sides([(0.0, -1.12), (0.5, -1.46), (0.6, -0.9)]):
                canvas.shape(points, CLOTH["red"])
            canvas.oval((0, -1.12), 0.14, 0.14, darker(CLOTH["red"], 0.1))
        case "crown":
            points = [(-0.62, -0.9), (-0.7, -1.56), (-0.32, -1.22), (0, -1.66), (0.32, -1.22), (0.7, -1.56), (0.62, -0.9)]
            canvas.shape(points, (250, 206, 60))
            canvas.oval((0, -1.12), 0.1, 0.1, (214, 66, 86))
        case _:
            pass


def _sides(points: list[Point]) -> tuple[list[Point], list[Point]]:
    return mirrored(points), points
