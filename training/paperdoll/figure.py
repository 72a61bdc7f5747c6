"""The body of a figure: limbs, clothes, tail, and the flaws a picture can have. The head is `head`'s."""

from training.paperdoll.canvas import Canvas, Point, mirrored
from training.paperdoll.head import draw_back_hair, draw_head
from training.paperdoll.palette import CLOTH, HAIR, JEANS, RGB, SKIN, WHITE, darker
from training.paperdoll.scene import Scene

SHOULDER, WAIST, HIP, ANKLE = 1.42, 2.95, 3.5, 6.3
_LEG_FEET: dict[str, tuple[Point, Point]] = {
    "standing": ((-0.34, ANKLE), (0.34, ANKLE)),
    "apart": ((-0.8, ANKLE), (0.8, ANKLE)),
    "walking": ((-0.62, ANKLE - 0.25), (0.42, ANKLE)),
}
_ARM_JOINTS: dict[str, tuple[list[Point], list[Point]]] = {
    "at sides": ([(-0.82, 1.7), (-1.06, 2.5), (-1.08, 3.3)], [(0.82, 1.7), (1.06, 2.5), (1.08, 3.3)]),
    "waving": ([(-0.82, 1.7), (-1.06, 2.5), (-1.08, 3.3)], [(0.82, 1.7), (1.5, 1.9), (1.66, 0.9)]),
    "up": ([(-0.82, 1.7), (-1.5, 1.2), (-1.56, 0.2)], [(0.82, 1.7), (1.5, 1.2), (1.56, 0.2)]),
    "on hips": ([(-0.82, 1.7), (-1.5, 2.4), (-0.8, 2.98)], [(0.82, 1.7), (1.5, 2.4), (0.8, 2.98)]),
}
_LONG_SLEEVES = {"shirt", "sweater", "hoodie", "jacket", "sailor collar"}


def draw_figure(canvas: Canvas, scene: Scene) -> None:
    """The whole figure, from back to front."""
    if scene.has_tail:
        _draw_tail(canvas, scene)
    draw_back_hair(canvas, scene)
    _draw_legs(canvas, scene)
    if not scene.has_dress:
        _draw_bottom(canvas, scene)
    canvas.limb([(0, 0.8), (0, 1.4)], 0.25, SKIN)
    _draw_top(canvas, scene)
    _draw_arms(canvas, scene)
    draw_head(canvas, scene)
    if scene.hair_style == "long hair":
        for points in ([(0.8, 0.4), (1.1, 0.5), (1.04, 1.9), (0.86, 2.0)],):
            canvas.blob(points, HAIR[scene.hair_color])
            canvas.blob(mirrored(points), HAIR[scene.hair_color])


def _draw_legs(canvas: Canvas, scene: Scene) -> None:
    feet = list(_LEG_FEET[scene.legs])
    if "extra leg" in scene.flaws:
        feet.append((1.25, ANKLE - 0.3))
    covered = not scene.has_dress and scene.bottom in {"pants", "jeans"}
    color = _bottom_color(scene) if covered else SKIN
    for x, y in feet:
        hip = (0.34 if x > 0 else -0.34, HIP)
        canvas.limb([hip, ((hip[0] + x) / 2, (HIP + y) / 2), (x, y)], 0.25, color)
        toe = 0.12 if x > 0 else -0.12
        canvas.oval((x + toe, y + 0.22), 0.36, 0.2, (92, 62, 54))


def _bottom_color(scene: Scene) -> RGB:
    return JEANS if scene.bottom == "jeans" else CLOTH[scene.bottom_color]


def _draw_bottom(canvas: Canvas, scene: Scene) -> None:
    color = _bottom_color(scene)
    match scene.bottom:
        case "skirt":
            _draw_skirt(canvas, color, 4.35, 1.12)
        case "long skirt":
            _draw_skirt(canvas, color, 5.7, 1.2)
        case "shorts":
            for side in (-1, 1):
                points = [(0.0, 2.9), (side * 0.7, 2.9), (side * 0.76, 4.25), (side * 0.06, 4.25)]
                canvas.shape(points, color)
        case _:
            canvas.shape([(-0.66, 2.9), (0.66, 2.9), (0.62, 3.75), (-0.62, 3.75)], color)
            canvas.stroke([(0, 3.2), (0, 3.75)], darker(color, 0.35))


def _draw_skirt(canvas: Canvas, color: RGB, hem: float, half: float) -> None:
    canvas.shape(
        [(-0.62, 2.9), (0.62, 2.9), (half, hem), (half / 2, hem + 0.14), (0, hem), (-half / 2, hem + 0.14), (-half, hem)],
        color,
    )
    for x in (-0.5, 0.0, 0.5):
        canvas.stroke([(x * 0.7, 3.15), (x * half * 1.2, hem - 0.05)], darker(color, 0.22))


def _draw_top(canvas: Canvas, scene: Scene) -> None:
    color = CLOTH[scene.top_color]
    wide = 1.06 if scene.subject == "boy" else 0.94
    torso = [(-0.3, 1.28), (-wide, 1.52), (-0.74, 2.3), (-0.68, 3.02), (0.68, 3.02), (0.74, 2.3), (wide, 1.52), (0.3, 1.28)]
    if scene.has_dress:
        _draw_skirt(canvas, color, 5.2, 1.4)
        canvas.shape(torso, color)
        canvas.stroke([(-0.68, 2.9), (0.68, 2.9)], darker(color, 0.4), 2)
    else:
        canvas.shape(torso, color)
    match scene.top if not scene.has_dress else "dress":
        case "shirt":
            canvas.shape([(-0.3, 1.24), (0, 1.62), (-0.36, 1.72)], darker(color, 0.08))
            canvas.shape([(0.3, 1.24), (0, 1.62), (0.36, 1.72)], darker(color, 0.08))
            canvas.stroke([(0, 1.66), (0, 3.0)], darker(color, 0.4))
            for y in (1.95, 2.35, 2.75):
                canvas.oval((0, y), 0.06, 0.06, darker(color, 0.5), outline=None)
        case "sweater":
            canvas.shape([(-0.34, 1.18), (0.34, 1.18), (0.36, 1.42), (-0.36, 1.42)], darker(color, 0.12))
            canvas.stroke([(-0.68, 2.84), (0.68, 2.84)], darker(color, 0.35))
        case "hoodie":
            canvas.blob([(-0.62, 1.2), (-0.5, 1.62), (0, 1.74), (0.5, 1.62), (0.62, 1.2), (0, 1.36)], darker(color, 0.14))
            canvas.shape([(-0.42, 2.4), (0.42, 2.4), (0.54, 2.86), (-0.54, 2.86)], darker(color, 0.1))
        case "jacket":
            canvas.shape([(-0.24, 1.3), (0.24, 1.3), (0.2, 3.02), (-0.2, 3.02)], WHITE)
            canvas.shape([(-0.34, 1.22), (-0.06, 1.5), (-0.26, 2.1)], darker(color, 0.16))
            canvas.shape([(0.34, 1.22), (0.06, 1.5), (0.26, 2.1)], darker(color, 0.16))
        case "sailor collar":
            canvas.shape([(-0.6, 1.3), (0, 2.0), (0.6, 1.3), (0.3, 1.2), (0, 1.5), (-0.3, 1.2)], (44, 60, 120))
            canvas.shape([(0, 1.94), (0.26, 2.34), (0, 2.2), (-0.26, 2.34)], (214, 58, 58))
        case _:
            canvas.stroke([(-0.3, 1.3), (0, 1.5), (0.3, 1.3)], darker(color, 0.4), 1.4)


def _draw_arms(canvas: Canvas, scene: Scene) -> None:
    arms = [list(points) for points in _ARM_JOINTS[scene.arms]]
    if "extra hand" in scene.flaws:
        arms.append([(0.8, 1.9), (1.5, 2.9), (1.9, 2.3)])
    color = CLOTH[scene.top_color]
    sleeved = scene.top in _LONG_SLEEVES and not scene.has_dress
    for shoulder, elbow, hand in arms:
        canvas.limb([shoulder, elbow, hand], 0.19, color if sleeved else SKIN)
        if not sleeved:
            half = ((shoulder[0] + elbow[0]) / 2, (shoulder[1] + elbow[1]) / 2)
            canvas.limb([shoulder, half], 0.25, color)
        _draw_hand(canvas, hand, is_bad="bad hands" in scene.flaws)


def _draw_hand(canvas: Canvas, center: Point, *, is_bad: bool) -> None:
    x, y = center
    if is_bad:
        for dx, dy in ((-0.34, 0.1), (-0.24, 0.36), (0.0, 0.46), (0.24, 0.36), (0.34, 0.1), (0.14, -0.34)):
            canvas.limb([(x, y), (x + dx, y + dy)], 0.07, SKIN)
    canvas.oval((x, y), 0.25, 0.25, SKIN)


def _draw_tail(canvas: Canvas, scene: Scene) -> None:
    color = HAIR[scene.hair_color]
    match scene.ears:
        case "fox":
            canvas.blob(
                [(0.4, 3.5), (1.5, 3.6), (2.3, 2.6), (2.35, 1.6), (2.75, 2.6), (2.4, 3.9), (1.2, 4.3), (0.4, 4.0)], color
            )
            canvas.blob([(2.12, 2.3), (2.35, 1.6), (2.62, 2.3), (2.36, 2.6)], WHITE)
        case "cat":
            canvas.limb([(0.5, 3.6), (1.4, 3.9), (1.9, 3.2), (1.85, 2.3), (2.2, 1.9)], 0.15, color)
        case _:
            canvas.oval((0.95, 3.6), 0.36, 0.34, WHITE)
