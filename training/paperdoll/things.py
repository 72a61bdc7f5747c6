"""Pictures without a person: a tree, a house, a fox, a cat, fruit. A landscape is its background alone."""

from training.paperdoll.backgrounds import Backdrop
from training.paperdoll.canvas import Canvas, arc, mirrored
from training.paperdoll.palette import CLOTH, INK, RGB, WHITE, darker
from training.paperdoll.scene import Scene


def draw_thing(canvas: Canvas, backdrop: Backdrop, scene: Scene) -> None:
    """The scene's thing in the middle of the picture; the canvas spans about 8 units."""
    match scene.subject:
        case "tree":
            backdrop.tree(0.5, 0.92, 0.86)
        case "house":
            _draw_house(canvas, CLOTH[scene.top_color])
        case "fox":
            _draw_animal(canvas, (240, 138, 56), tall_ears=True)
        case "cat":
            _draw_animal(canvas, CLOTH[scene.top_color], tall_ears=False)
        case "fruit":
            _draw_fruit(canvas, scene)
        case _:
            pass


def _draw_house(canvas: Canvas, wall: RGB) -> None:
    canvas.shape([(-2.2, 0.2), (2.2, 0.2), (2.2, 3.4), (-2.2, 3.4)], wall)
    canvas.shape([(-2.7, 0.3), (0, -2.4), (2.7, 0.3)], (186, 76, 66))
    canvas.shape([(-0.55, 1.6), (0.55, 1.6), (0.55, 3.4), (-0.55, 3.4)], (126, 84, 60))
    for x in (-1.5, 1.5):
        canvas.shape([(x - 0.45, 1.0), (x + 0.45, 1.0), (x + 0.45, 1.9), (x - 0.45, 1.9)], (196, 230, 250))
        canvas.stroke([(x, 1.0), (x, 1.9)])


def _draw_animal(canvas: Canvas, fur: RGB, *, tall_ears: bool) -> None:
    tip = -2.9 if tall_ears else -2.4
    canvas.blob([(1.0, 2.6), (2.4, 2.4), (2.9, 1.2), (3.3, 2.4), (2.4, 3.5), (1.0, 3.4)], fur)
    canvas.blob([(-1.2, 3.5), (-1.3, 1.6), (-0.7, 0.4), (0.7, 0.4), (1.3, 1.6), (1.2, 3.5)], fur)
    for points in ([(0.5, -1.5), (1.35, tip), (1.6, -0.9)], [(0.85, -1.4), (1.3, tip + 0.5), (1.4, -1.0)]):
        filling = fur if points[0][0] == 0.5 else (255, 206, 206)
        canvas.shape(points, filling)
        canvas.shape(mirrored(points), filling)
    canvas.oval((0, -0.5), 1.65, 1.3, fur)
    canvas.oval((0, 0.1), 0.75, 0.55, WHITE, outline=None)
    for x in (-0.7, 0.7):
        canvas.oval((x, -0.6), 0.2, 0.28, INK)
        canvas.oval((x - 0.06, -0.7), 0.07, 0.08, WHITE, outline=None)
    canvas.oval((0, -0.12), 0.16, 0.11, INK)
    canvas.stroke(arc((0, 0.02), 0.3, 0.26, 20, 160), width=1.3)


def _draw_fruit(canvas: Canvas, scene: Scene) -> None:
    canvas.shape([(-3.2, 2.2), (3.2, 2.2), (3.6, 3.4), (-3.6, 3.4)], (176, 124, 82))
    for x, y, r, color in (
        (-1.3, 1.1, 1.2, CLOTH[scene.top_color]),
        (1.3, 1.2, 1.1, CLOTH[scene.bottom_color]),
        (0, -0.5, 1.15, CLOTH["red"]),
    ):
        canvas.oval((x, y), r, r, color)
        canvas.oval((x - 0.4, y - 0.45), 0.26, 0.2, WHITE, outline=None)
        canvas.stroke([(x, y - r), (x + 0.15, y - r - 0.4)], darker((90, 60, 40)), 2)
        canvas.blob([(x + 0.12, y - r - 0.2), (x + 0.6, y - r - 0.5), (x + 0.7, y - r - 0.1)], (86, 166, 84))
