"""Drawing in the units of a figure: shapes with a fill and an ink outline, placed by a camera."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageDraw

from training.paperdoll.palette import INK, RGB

Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Canvas:
    """A picture with a camera: figure coordinates (x right, y down) times `scale`, plus `origin`, are pixels.

    `line` is the outline's width in pixels.
    """

    image: Image.Image
    draw: ImageDraw.ImageDraw
    scale: float
    origin: Point
    line: int

    def at(self, point: Point) -> Point:
        """A figure's point in pixels."""
        return self.origin[0] + point[0] * self.scale, self.origin[1] + point[1] * self.scale

    def shape(self, points: Sequence[Point], fill: RGB, outline: RGB | None = INK) -> None:
        """A closed polygon."""
        pixels = [self.at(point) for point in points]
        self.draw.polygon(pixels, fill=fill)
        if outline:
            self.draw.line([*pixels, pixels[0], pixels[1]], fill=outline, width=self.line, joint="curve")

    def blob(self, points: Sequence[Point], fill: RGB, outline: RGB | None = INK) -> None:
        """A closed smooth curve through the points."""
        self.shape(smooth(points), fill, outline)

    def oval(self, center: Point, rx: float, ry: float, fill: RGB, outline: RGB | None = INK) -> None:
        """An ellipse."""
        (x0, y0), (x1, y1) = self.at((center[0] - rx, center[1] - ry)), self.at((center[0] + rx, center[1] + ry))
        self.draw.ellipse((x0, y0, x1, y1), fill=fill, outline=outline, width=self.line if outline else 0)

    def stroke(self, points: Sequence[Point], color: RGB = INK, width: float = 1.0) -> None:
        """An open line; `width` in outline widths."""
        self.draw.line(
            [self.at(point) for point in points], fill=color, width=max(1, round(self.line * width)), joint="curve"
        )

    def limb(self, points: Sequence[Point], radius: float, fill: RGB) -> None:
        """A bent tube with round ends."""
        pixels = [self.at(point) for point in points]
        wide, narrow = 2 * radius * self.scale + 2 * self.line, 2 * radius * self.scale
        for color, width in ((INK, wide), (fill, narrow)):
            self.draw.line(pixels, fill=color, width=round(width), joint="curve")
            for x, y in (pixels[0], pixels[-1]):
                half = width / 2
                self.draw.ellipse((x - half, y - half, x + half, y + half), fill=color)


def smooth(points: Sequence[Point], pieces: int = 5) -> list[Point]:
    """A closed Catmull-Rom curve through the points."""
    count = len(points)
    curve: list[Point] = []
    for i in range(count):
        p0, p1, p2, p3 = (points[(i + k - 1) % count] for k in range(4))
        for step in range(pieces):
            t = step / pieces
            curve.append((_spline(p0[0], p1[0], p2[0], p3[0], t), _spline(p0[1], p1[1], p2[1], p3[1], t)))
    return curve


def _spline(a: float, b: float, c: float, d: float, t: float) -> float:
    return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)


def arc(center: Point, rx: float, ry: float, start: float, stop: float, count: int = 9) -> list[Point]:
    """Points on an ellipse; angles in degrees, clockwise from the right."""
    angles = [math.radians(start + (stop - start) * i / (count - 1)) for i in range(count)]
    return [(center[0] + rx * math.cos(angle), center[1] + ry * math.sin(angle)) for angle in angles]


def mirrored(points: Sequence[Point]) -> list[Point]:
    """The points on the other side of x = 0."""
    return [(-x, y) for x, y in points]
