"""The door of the paper-doll world: a Scene -> its picture, at any size, the same every time."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from training.paperdoll.backgrounds import Backdrop
from training.paperdoll.canvas import Canvas
from training.paperdoll.figure import draw_figure
from training.paperdoll.scene import Scene
from training.paperdoll.styles import finish
from training.paperdoll.things import draw_thing

SUPERSAMPLING = 3
# framing -> (height in figure units that fills the picture, the figure's y in the middle of it)
_CAMERAS = {"portrait": (3.9, 0.08), "upper body": (5.4, 0.78), "half-length": (6.9, 1.5), "full body": (9.6, 2.5)}


def render(scene: Scene, size: int) -> NDArray[np.uint8]:
    """Draw a scene: pixels (size, size, 3)."""
    large = size * SUPERSAMPLING
    image = Image.new("RGB", (large, large), (255, 255, 255))
    draw = ImageDraw.Draw(image)
    backdrop = Backdrop(draw, large, scene)
    backdrop.paint()
    canvas = _camera(image, draw, scene, large)
    if scene.is_person:
        draw_figure(canvas, scene)
    else:
        draw_thing(canvas, backdrop, scene)
    return np.asarray(finish(_tilted(image, scene), scene, size))


def _tilted(image: Image.Image, scene: Scene) -> Image.Image:
    """Seen from above the upper edge comes nearer, from below the lower one."""
    if scene.angle == "front":
        return image
    side, inset = image.width, image.width * 0.13
    above, below = (inset, 0.0) if scene.angle == "above" else (0.0, inset)
    corners = (above, 0, below, side, side - below, side, side - above, 0)
    return image.transform(image.size, Image.Transform.QUAD, corners, Image.Resampling.BILINEAR)


def _camera(image: Image.Image, draw: ImageDraw.ImageDraw, scene: Scene, large: int) -> Canvas:
    height, middle = _CAMERAS[scene.framing] if scene.is_person else (8.4, 0.4)
    dx, dy, zoom, _ = scene.jitter
    if "cropped" in scene.flaws:
        middle, height, dx = middle + height * 0.32, height * 0.8, dx * 3
    scale = large / (height * (1 - 0.05 * zoom))
    origin = (large * (0.5 + 0.05 * dx), large * (0.5 + 0.015 * dy) - middle * scale)
    return Canvas(image=image, draw=draw, scale=scale, origin=origin, line=max(2, round(large / 130)))
