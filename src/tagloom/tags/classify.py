"""A tag in English or Chinese -> its group: by the lexicon, else by its form, else by its noun, else "other"."""

import re
from dataclasses import replace
from typing import Final

from tagloom.tags.chinese import classify_chinese
from tagloom.tags.english import classify_english
from tagloom.tags.lexicon import Lexicon
from tagloom.tags.verdict import UNKNOWN, Classified

__all__ = ["Classified", "classify"]

_CHINESE: Final = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_QUALIFIER: Final = re.compile(r"[ _]\\?\([^()]*\)$")


def classify(tag: str, lexicon: Lexicon) -> Classified:
    """Which of the nine groups a tag belongs to, whatever it is. `bow (weapon)` counts as `bow`."""
    if entry := lexicon.find(tag):
        return Classified(entry.group, entry.subgroup, "lexicon", entry)
    if qualifier := _QUALIFIER.search(tag.rstrip()):
        bare = classify(tag[: qualifier.start()], lexicon)
        return replace(bare, how="grammar") if bare.how == "lexicon" else bare
    found = classify_chinese(tag, lexicon) if _CHINESE.search(tag) else classify_english(tag, lexicon)
    return found or UNKNOWN
