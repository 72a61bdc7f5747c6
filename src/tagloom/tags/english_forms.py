"""The forms of English tags whose wording says what they are, whatever the rest of it: `from X`, `X lighting`, `bad X`.

The data is `grammar/english_forms.txt`, which explains itself.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Final, Literal, TypeAlias

from tagloom.tags.groups import GROUPS
from tagloom.tags.shipped import shipped_text
from tagloom.tags.verdict import Classified

Place: TypeAlias = Literal["beginning", "ending"]

_SECTION: Final = re.compile(r"\[(\w+)\]")
_PART: Final = re.compile(r"%([A-Z]+)%")


def formed(text: str, place: Place) -> Classified | None:
    """What a tag is by its first words, or by its last."""
    return next((said for pattern, said in _forms()[place] if pattern.fullmatch(text)), None)


@cache
def _forms() -> Mapping[str, list[tuple[re.Pattern[str], Classified]]]:
    """The patterns of either place, in order."""
    forms: dict[str, list[tuple[re.Pattern[str], Classified]]] = {}
    parts: dict[str, str] = {}
    section = ""
    for line in shipped_text("grammar/english_forms.txt").splitlines():
        if head := _SECTION.fullmatch(line):
            section = head[1]
        elif line and not line.startswith("#"):
            kind, pattern = line.split("\t")
            if section == "parts":
                parts[kind] = pattern
                continue
            group, subgroup = kind.split("/")
            said = Classified(next(known for known in GROUPS if known == group), subgroup, "grammar", None)
            filled = _PART.sub(lambda match: parts[match[1]], pattern)
            forms.setdefault(section, []).append((re.compile(filled), said))
    return forms
