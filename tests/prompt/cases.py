"""Markdown case files: what they show is documentation, and is tested.

A case is a block marked `prompt`, whose options stand behind it (`steps=6`, `dialect=a1111`, `negative="..."`), and after
it a block that says what comes of it: `findings` (code and marked text), `stages` (steps and what is encoded),
`formatted`, or a dialect's name (the prompt written there).
"""

import re
import shlex
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tagloom.prompt.lint import Hooks

_GROUPS: Final = {"1girl": 0, "white skirt": 1, "beach": 2}
_SAME: Final = {"twin tails": "twintails", "face the lens": "looking at viewer"}
_ENGLISH: Final = {"粉色头发": "pink hair"}
FOLDER: Final = Path(__file__).parent / "cases"
BLOCK: Final = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Case:
    """A prompt with its options, and what must come of it."""

    where: str
    prompt: str
    options: dict[str, str]
    kind: str
    expected: str


def cases(path: Path) -> Iterator[Case]:
    """The cases of a file, in order."""
    prompt, options = "", {}
    text = path.read_text(encoding="utf-8")
    for match in BLOCK.finditer(text):
        kind, rest, body = match.groups()
        if kind == "prompt":
            prompt = body.removesuffix("\n")
            options = prompt_options(rest)
            continue
        line = text.count("\n", 0, match.start()) + 1
        yield Case(f"{path.name}:{line}", prompt, options, kind, body.removesuffix("\n"))


def files(kind: str) -> list[Path]:
    """The case files of "rules", "language" or "coming-from", in order."""
    return sorted((FOLDER / kind).glob("*.md"))


def hooks(chunk_starts: Callable[[str], Sequence[int]]) -> Hooks:
    """What the cases need of the lexicon, in a few words."""
    return Hooks(
        chunk_starts=chunk_starts, group_of=_GROUPS.get, canonical=lambda tag: _SAME.get(tag, tag), translate=_ENGLISH.get
    )


def prompt_options(written: str) -> dict[str, str]:
    """What stands behind `prompt` on a block's first line."""
    return dict(word.split("=", 1) for word in shlex.split(written))
