"""The small words of a language's tags, by what they do in one: `grammar/english.txt` and `grammar/chinese.txt`."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Final, Literal

from tagloom.tags.shipped import shipped_text

_SECTION: Final = re.compile(r"\[([^\]]+)\]")


@cache
def word_lists(language: Literal["english", "chinese"]) -> Mapping[str, frozenset[str]]:
    """The lists of a language by name. A file has a `[name]` before each, and lines of words; # begins a comment."""
    lists: dict[str, set[str]] = {}
    name = ""
    for line in shipped_text(f"grammar/{language}.txt").splitlines():
        if line.startswith("#"):
            continue
        if section := _SECTION.fullmatch(line):
            name = section[1]
        lists.setdefault(name, set()).update(line.split() if not section else ())
    return {name: frozenset(words) for name, words in lists.items()}
