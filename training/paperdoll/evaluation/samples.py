"""A few prompts -> the sample sheet of the docs: every picture above the prompt it was painted from, none chosen.

Usage: python -m training.paperdoll.evaluation.samples MODEL SHEET.png [--threads N]

Picture and seed have the same number, and the sheet shows what the command line paints with its defaults.
"""

import argparse
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from training.paperdoll.evaluation.painter import Painter

PROMPTS: Final = (
    "1girl, pink hair, upper body, green_shirt, sky blue eyes",
    "1boy, blue hair, portrait, smile, glasses",
    "1girl, black hair, long hair, red dress, full body, beach",
    "1girl, orange hair, fox ears, fox tail, half-length, forest, autumn",
    "1girl, purple hair, twintails, yellow t-shirt, city, night",
    "1boy, green hair, white shirt, full body, mountain, walking",
    "1girl, white hair, cat ears, portrait, closed eyes",
    "1girl, blonde hair, blue dress, field, sunset",
    "1boy, black hair, straw hat, upper body, waving, lake",
    "1girl, red hair, ponytail, half-length, snow, winter",
    "1girl, blue hair, rabbit ears, sketch",
    "1girl, brown hair, upper body, pixel art",
    "1girl, pink hair, pastel colors, looking away, room",
    "1girl AND 1boy, upper body",
    "[girl | fox], forest",
    "upper body, 1girl, red hair BREAK blue shirt",
    "a house, snow",
    "a tree, autumn",
    "a fox, forest",
    "a cat, room",
    "fruit",
    "landscape, mountain, sunset",
    "a girl with green hair wearing a purple shirt",
    "1girl, pink hair, upper body, lowres, blurry",
)
_COLUMNS: Final = 6
_SIDE: Final = 192
_CAPTION: Final = 44
_GAP: Final = 8


def main() -> None:
    """Paint the sheet."""
    parser = argparse.ArgumentParser(description="Paint paperdoll's sample sheet.")
    parser.add_argument("model", type=Path, help="a diffusers folder")
    parser.add_argument("sheet", type=Path, help="the PNG to write")
    parser.add_argument("--threads", type=int, default=0)
    arguments = parser.parse_args()
    painter = Painter(arguments.model, arguments.threads)
    pictures = painter.paint([painter.request(prompt, seed) for seed, prompt in enumerate(PROMPTS)])
    laid_out(pictures, PROMPTS).save(arguments.sheet)


def laid_out(pictures: NDArray[np.uint8], captions: Sequence[str]) -> Image.Image:
    """Pictures (n, H, W, 3) in rows, each with its caption below it."""
    rows = -(-len(pictures) // _COLUMNS)
    step_x, step_y = _SIDE + _GAP, _SIDE + _CAPTION + _GAP
    sheet = Image.new("RGB", (_COLUMNS * step_x + _GAP, rows * step_y + _GAP), "white")
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(11)
    for place, (picture, caption) in enumerate(zip(pictures, captions, strict=True)):
        left, top = _GAP + place % _COLUMNS * step_x, _GAP + place // _COLUMNS * step_y
        sheet.paste(Image.fromarray(picture).resize((_SIDE, _SIDE), Image.Resampling.LANCZOS), (left, top))
        pen.multiline_text((left, top + _SIDE + 3), textwrap.fill(caption, 34), fill="black", font=font, spacing=1)
    return sheet


if __name__ == "__main__":
    main()
