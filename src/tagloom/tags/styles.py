"""Styles: a prompt and a negative prompt that are put around one's own; and those that come with tagloom."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal, TypeAlias, get_args

from tagloom.tags.shipped import shipped_text

Kind: TypeAlias = Literal["style", "opening", "negative"]

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
PLACE: Final = "{prompt}"
"""Where in a style one's own prompt goes; a style without it is put behind."""

_SECTION: Final = re.compile(r"\[(\w+)\]")


@dataclass(frozen=True, slots=True)
class Style:
    """A named prompt and negative prompt, either of which may be empty or hold `{prompt}`."""

    name: str
    prompt: str
    negative_prompt: str


@dataclass(frozen=True, slots=True)
class Preset:
    """A style that comes with tagloom, with its Chinese names. An opening speaks of quality; a negative only avoids."""

    kind: Kind
    style: Style
    hans: str
    hant: str


@cache
def presets() -> tuple[Preset, ...]:
    """Those that come with tagloom, in the order in which they are listed."""
    found: list[Preset] = []
    kind: Kind = "style"
    for line in shipped_text("presets/presets.tsv").splitlines():
        if section := _SECTION.fullmatch(line):
            kind = next(known for known in KINDS if known == section[1])
        elif line and not line.startswith("#"):
            name, hans, hant, prompt, negative = line.split("\t")
            found.append(Preset(kind, Style(name, prompt, negative), hans, hant))
    return tuple(found)


def find_style(name: str, own: Sequence[Style]) -> Style | None:
    """The style of a name: one's own (of several the last, as A1111 has it), else a preset in any of its names."""
    mine = next((style for style in reversed(own) if style.name == name), None)
    wanted = name.casefold().strip()
    return mine or next(
        (
            preset.style
            for preset in presets()
            if wanted in {preset.style.name.casefold(), preset.hans.casefold(), preset.hant.casefold()}
        ),
        None,
    )
