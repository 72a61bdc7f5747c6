"""The colours of the paper-doll world: names -> RGB, and how they darken, lighten and mix."""

from typing import Final

RGB = tuple[int, int, int]

INK: Final[RGB] = (52, 40, 48)
SKIN: Final[RGB] = (255, 226, 205)
BLUSH: Final[RGB] = (255, 176, 166)
WHITE: Final[RGB] = (255, 255, 255)

HAIR: Final[dict[str, RGB]] = {
    "black": (56, 52, 66),
    "brown": (124, 82, 56),
    "blonde": (246, 214, 120),
    "red": (206, 54, 54),
    "orange": (242, 142, 52),
    "pink": (250, 150, 186),
    "purple": (146, 92, 190),
    "blue": (70, 104, 206),
    "green": (72, 166, 96),
    "white": (236, 238, 246),
}
EYE: Final[dict[str, RGB]] = {
    "blue": (48, 84, 206),
    "sky blue": (96, 196, 250),
    "green": (52, 166, 84),
    "red": (216, 40, 52),
    "brown": (132, 82, 44),
    "purple": (144, 76, 196),
    "yellow": (246, 198, 40),
    "pink": (250, 120, 176),
}
CLOTH: Final[dict[str, RGB]] = {
    "white": (248, 248, 250),
    "black": (58, 56, 66),
    "grey": (160, 164, 172),
    "red": (216, 58, 58),
    "orange": (244, 146, 54),
    "yellow": (250, 216, 72),
    "green": (74, 170, 92),
    "blue": (62, 104, 206),
    "purple": (146, 92, 196),
    "pink": (250, 158, 190),
    "brown": (140, 96, 64),
}
JEANS: Final[RGB] = (72, 100, 150)


def darker(color: RGB, share: float = 0.25) -> RGB:
    """A share of the way to the ink."""
    return mixed(color, INK, share)


def lighter(color: RGB, share: float = 0.35) -> RGB:
    """A share of the way to white."""
    return mixed(color, WHITE, share)


def mixed(a: RGB, b: RGB, share: float) -> RGB:
    """From a (0) to b (1)."""
    return (
        round(a[0] + (b[0] - a[0]) * share),
        round(a[1] + (b[1] - a[1]) * share),
        round(a[2] + (b[2] - a[2]) * share),
    )
