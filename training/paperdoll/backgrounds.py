"""What is behind the subject: a place, in a season, a weather, at a time of day. Coordinates are shares of the picture."""

import numpy as np
from PIL import ImageDraw

from training.paperdoll.palette import INK, RGB, WHITE, darker, mixed
from training.paperdoll.scene import Scene

_SKY: dict[str, tuple[RGB, RGB]] = {
    "day": ((122, 190, 246), (214, 238, 255)),
    "sunset": ((246, 140, 96), (255, 214, 140)),
    "night": ((22, 26, 66), (56, 60, 116)),
}
_LEAVES: dict[str, RGB] = {
    "spring": (246, 176, 206),
    "summer": (66, 156, 76),
    "autumn": (230, 132, 48),
    "winter": (226, 236, 244),
}
_GRASS: dict[str, RGB] = {
    "spring": (150, 208, 110),
    "summer": (96, 180, 84),
    "autumn": (196, 166, 84),
    "winter": (240, 246, 252),
}
_NIGHT: RGB = (28, 30, 74)


class Backdrop:
    """Draws one background on a square of `size` pixels."""

    def __init__(self, draw: ImageDraw.ImageDraw, size: int, scene: Scene) -> None:
        self.draw, self.size, self.scene = draw, size, scene
        self.rng = np.random.default_rng(scene.detail)
        self.line = max(1, size // 110)

    def paint(self) -> None:
        """The place, then the weather before it."""
        place = self.scene.background
        if place == "simple":
            self.draw.rectangle((0, 0, self.size, self.size), fill=(250, 248, 246))
            return
        if place in {"room", "classroom"}:
            self._indoors(is_classroom=place == "classroom")
            return
        self._sky()
        {
            "forest": self._forest,
            "beach": self._beach,
            "city": self._city,
            "field": self._field,
            "mountain": self._mountain,
            "street": self._street,
            "desert": self._desert,
            "sky": self._clouds,
            "lake": self._lake,
        }[place]()
        if self.scene.weather == "cloudy":
            self._clouds()
        self._precipitation()

    def box(self, x0: float, y0: float, x1: float, y1: float, fill: RGB, outline: RGB | None = None) -> None:
        """A rectangle."""
        s = self.size
        self.draw.rectangle((x0 * s, y0 * s, x1 * s, y1 * s), fill=self.lit(fill), outline=outline, width=self.line)

    def disc(self, x: float, y: float, r: float, fill: RGB, outline: RGB | None = None) -> None:
        """A circle, lit by the time of day."""
        s = self.size
        self.draw.ellipse(
            ((x - r) * s, (y - r) * s, (x + r) * s, (y + r) * s), fill=self.lit(fill), outline=outline, width=self.line
        )

    def poly(self, points: list[tuple[float, float]], fill: RGB, outline: RGB | None = None) -> None:
        """A polygon."""
        pixels = [(x * self.size, y * self.size) for x, y in points]
        self.draw.polygon(pixels, fill=self.lit(fill))
        if outline:
            self.draw.line([*pixels, pixels[0]], fill=outline, width=self.line)

    def lit(self, color: RGB) -> RGB:
        """A colour as the time of day shows it."""
        if self.scene.time == "night":
            return mixed(color, _NIGHT, 0.55)
        return mixed(color, (255, 150, 90), 0.22) if self.scene.time == "sunset" else color

    def tree(self, x: float, ground: float, height: float) -> None:
        """A tree, its crown in the season's colour."""
        crown = _LEAVES[self.scene.season]
        self.box(x - height * 0.06, ground - height * 0.5, x + height * 0.06, ground, (124, 84, 58), INK)
        for dx, dy, r in ((-0.2, 0.6, 0.24), (0.2, 0.6, 0.24), (0, 0.78, 0.28)):
            self.disc(x + dx * height, ground - dy * height, r * height, crown, darker(crown, 0.5))
        self.disc(x, ground - 0.62 * height, 0.22 * height, crown)

    def _sky(self) -> None:
        top, bottom = _SKY[self.scene.time]
        if self.scene.weather in {"cloudy", "rain", "snow"}:
            top, bottom = mixed(top, (150, 156, 168), 0.6), mixed(bottom, (196, 200, 208), 0.6)
        for y in range(self.size):
            self.draw.line((0, y, self.size, y), fill=mixed(top, bottom, y / self.size))
        if self.scene.time == "night":
            for x, y in self.rng.random((26, 2)):
                r = self.size * 0.005
                self.draw.ellipse(
                    (x * self.size - r, y * self.size * 0.7 - r, x * self.size + r, y * self.size * 0.7 + r), fill=WHITE
                )
            self._plain_disc(0.82, 0.16, 0.085, (255, 246, 200))
        elif self.scene.weather == "clear":
            self._plain_disc(0.84, 0.14, 0.08, (255, 232, 110) if self.scene.time == "day" else (255, 250, 220))

    def _plain_disc(self, x: float, y: float, r: float, fill: RGB) -> None:
        s = self.size
        self.draw.ellipse(((x - r) * s, (y - r) * s, (x + r) * s, (y + r) * s), fill=fill)

    def _ground(self, horizon: float, color: RGB) -> None:
        self.box(0, horizon, 1, 1, color)

    def _forest(self) -> None:
        self._ground(0.66, _GRASS[self.scene.season])
        for x in (0.08, 0.34, 0.66, 0.92):
            self.tree(x + self.rng.uniform(-0.05, 0.05), 0.7, 0.56)
        self.tree(self.rng.uniform(-0.02, 0.1), 0.84, 0.8)
        self.tree(self.rng.uniform(0.9, 1.02), 0.84, 0.8)

    def _beach(self) -> None:
        self.box(0, 0.52, 1, 0.72, (64, 160, 214))
        self._ground(0.7, (246, 222, 160))
        for y in (0.57, 0.63):
            self.draw.line([(0, y * self.size), (self.size, y * self.size)], fill=self.lit((190, 230, 246)), width=self.line)
        self.poly([(0, 0.7), (0.3, 0.72), (0.7, 0.69), (1, 0.72), (1, 0.76), (0, 0.75)], (250, 250, 250))

    def _city(self) -> None:
        for i in range(7):
            x, top = i / 7, 0.2 + 0.3 * self.rng.random()
            wall = mixed((150, 160, 184), (108, 116, 148), self.rng.random())
            self.box(x, top, x + 0.138, 0.9, wall, darker(wall, 0.5))
            for row in np.arange(top + 0.05, 0.84, 0.085):
                for column in (x + 0.03, x + 0.082):
                    glows = self.scene.time == "night" and self.rng.random() < 0.6
                    fill = (255, 226, 120) if glows else self.lit((206, 222, 240))
                    s = self.size
                    self.draw.rectangle((column * s, row * s, (column + 0.028) * s, (row + 0.04) * s), fill=fill)
        self._ground(0.84, (126, 128, 138))

    def _field(self) -> None:
        grass = _GRASS[self.scene.season]
        self._ground(0.62, grass)
        self.poly([(0, 0.66), (0.35, 0.55), (0.7, 0.63), (1, 0.56), (1, 0.7), (0, 0.7)], darker(grass, 0.08))
        for x, y in self.rng.random((22, 2)):
            petal = [(255, 120, 150), (255, 220, 90), (250, 250, 255)][int(self.rng.integers(3))]
            self.disc(x, 0.7 + 0.3 * y, 0.014, petal)

    def _mountain(self) -> None:
        for x, top, half in ((0.25, 0.24, 0.42), (0.74, 0.16, 0.48)):
            stone: RGB = (118, 132, 158)
            self.poly([(x, top), (x + half, 0.72), (x - half, 0.72)], stone, darker(stone, 0.4))
            self.poly([(x, top), (x + half * 0.28, top + 0.16), (x, top + 0.12), (x - half * 0.28, top + 0.16)], WHITE)
        self._ground(0.7, _GRASS[self.scene.season])

    def _street(self) -> None:
        self._ground(0.68, (130, 130, 138))
        self.box(0, 0.64, 1, 0.7, (206, 200, 192))
        for x in (0.02, 0.36, 0.7):
            wall = mixed((236, 206, 176), (206, 160, 150), self.rng.random())
            self.box(x, 0.32, x + 0.28, 0.66, wall, INK)
            self.poly([(x - 0.03, 0.33), (x + 0.14, 0.16), (x + 0.31, 0.33)], (176, 84, 72), INK)
            self.box(x + 0.05, 0.42, x + 0.12, 0.52, (190, 226, 246), INK)
            self.box(x + 0.17, 0.46, x + 0.24, 0.66, (122, 82, 60), INK)
        for x in (0.1, 0.45, 0.8):
            self.box(x, 0.84, x + 0.14, 0.865, (250, 246, 220))

    def _desert(self) -> None:
        self._ground(0.64, (236, 196, 122))
        self.poly([(0, 0.66), (0.3, 0.54), (0.62, 0.66)], (226, 182, 104))
        self.poly([(0.45, 0.68), (0.8, 0.5), (1.1, 0.68)], (220, 174, 96))
        for x in (0.14, 0.86):
            green: RGB = (86, 150, 86)
            self.box(x - 0.025, 0.46, x + 0.025, 0.74, green, INK)
            self.box(x - 0.08, 0.54, x - 0.025, 0.585, green, INK)

    def _clouds(self) -> None:
        for x, y in ((0.16, 0.18), (0.6, 0.1), (0.86, 0.34), (0.12, 0.56), (0.7, 0.66)):
            middle = x + self.rng.uniform(-0.05, 0.05)
            for dx, r in ((-0.08, 0.05), (0, 0.075), (0.09, 0.055)):
                self.disc(middle + dx, y, r, (255, 255, 255))

    def _lake(self) -> None:
        self.poly(
            [(0, 0.5), (0.2, 0.42), (0.5, 0.48), (0.8, 0.4), (1, 0.48), (1, 0.6), (0, 0.6)], _LEAVES[self.scene.season]
        )
        self.box(0, 0.56, 1, 0.86, (86, 166, 206))
        for y in (0.64, 0.74):
            self.draw.line(
                [(0.1 * self.size, y * self.size), (0.9 * self.size, y * self.size)],
                fill=self.lit((176, 220, 240)),
                width=self.line,
            )
        self._ground(0.86, _GRASS[self.scene.season])

    def _indoors(self, *, is_classroom: bool) -> None:
        wall: RGB = (214, 224, 206) if is_classroom else (250, 228, 206)
        self.box(0, 0, 1, 0.74, wall)
        self.box(0, 0.72, 1, 1, (186, 138, 96))
        top, bottom = _SKY[self.scene.time]
        if is_classroom:
            self.box(0.06, 0.1, 0.94, 0.5, (52, 104, 84), (120, 84, 56))
            for y in (0.2, 0.3):
                self.draw.line(
                    [(0.14 * self.size, y * self.size), (0.5 * self.size, y * self.size)],
                    fill=(206, 226, 214),
                    width=self.line,
                )
            for x in (0.02, 0.7):
                self.box(x, 0.78, x + 0.28, 0.84, (206, 164, 110), INK)
            return
        s = self.size
        self.draw.rectangle(
            (0.62 * s, 0.1 * s, 0.94 * s, 0.48 * s), fill=mixed(top, bottom, 0.4), outline=INK, width=self.line
        )
        self.draw.line([(0.78 * s, 0.1 * s), (0.78 * s, 0.48 * s)], fill=INK, width=self.line)
        self.box(0.05, 0.36, 0.3, 0.74, (150, 104, 74), INK)
        for i, y in enumerate((0.4, 0.52, 0.64)):
            for j in range(4):
                self.box(
                    0.075 + 0.052 * j,
                    y,
                    0.115 + 0.052 * j,
                    y + 0.09,
                    [(206, 80, 80), (80, 130, 200), (240, 200, 90)][(i + j) % 3],
                )

    def _precipitation(self) -> None:
        s = self.size
        if self.scene.weather == "rain":
            for x, y in self.rng.random((40, 2)):
                self.draw.line((x * s, y * s, (x - 0.015) * s, (y + 0.06) * s), fill=(150, 190, 226), width=self.line)
        elif self.scene.weather == "snow":
            for x, y in self.rng.random((44, 2)):
                r = 0.009 * s
                self.draw.ellipse((x * s - r, y * s - r, x * s + r, y * s + r), fill=WHITE)
