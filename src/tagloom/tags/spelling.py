"""English wordings that say the same -> the lexicon's: hyphens and joined words, singular and plural, British spelling."""

import re
from collections.abc import Iterator, Sequence
from itertools import product
from types import MappingProxyType
from typing import Final

from tagloom.tags.entry import Entry
from tagloom.tags.lexicon import Lexicon, english_key

_MOST_GAPS: Final = 2
_MOST_WORDS: Final = 8
_JOINTS: Final = (" ", "-", "")
_IRREGULAR: Final = MappingProxyType(
    {
        "man": "men",
        "woman": "women",
        "child": "children",
        "foot": "feet",
        "tooth": "teeth",
        "goose": "geese",
        "mouse": "mice",
        "person": "people",
        "leaf": "leaves",
        "wolf": "wolves",
        "knife": "knives",
        "scarf": "scarves",
        "shelf": "shelves",
        "elf": "elves",
        "loaf": "loaves",
        "half": "halves",
        "hoof": "hooves",
        "cactus": "cacti",
    }
)
_SINGULAR: Final = MappingProxyType({plural: singular for singular, plural in _IRREGULAR.items()})
_BRITISH: Final = (
    (re.compile(r"\bgray"), "grey"),
    (re.compile(r"colour"), "color"),
    (re.compile(r"armour"), "armor"),
    (re.compile(r"jewellery"), "jewelry"),
    (re.compile(r"pyjama"), "pajama"),
    (re.compile(r"moustache"), "mustache"),
    (re.compile(r"\bblond\b"), "blonde"),
    (re.compile(r"centre"), "center"),
    (re.compile(r"theatre"), "theater"),
    (re.compile(r"tyre"), "tire"),
    (re.compile(r"isation\b"), "ization"),
)


def spelled(text: str) -> str:
    """An English tag in the lexicon's spelling: lower case, spaces for underscores, American but for grey."""
    text = english_key(text)
    for pattern, replacement in _BRITISH:
        text = pattern.sub(replacement, text)
    return text


def look_up(words: Sequence[str], lexicon: Lexicon) -> Entry | None:
    """The entry that these words name, however they are joined and in whichever number."""
    if found := _look_up(words, lexicon):
        return found
    parts = [part for word in words for part in word.split("-") if part]
    return _look_up(parts, lexicon) if len(parts) > len(words) else None


def _look_up(words: Sequence[str], lexicon: Lexicon) -> Entry | None:
    if len(words) > _MOST_WORDS:
        return None
    wordings = (text for last in _numbers(words[-1]) for text in _joined((*words[:-1], last)))
    return next((entry for text in wordings if (entry := lexicon.english(text))), None)


def _joined(words: Sequence[str]) -> Iterator[str]:
    """The words with spaces, hyphens or nothing between them; long wordings only with spaces and with hyphens."""
    gaps = len(words) - 1
    joints = product(_JOINTS, repeat=gaps) if gaps <= _MOST_GAPS else [(" ",) * gaps, ("-",) * gaps]
    for joint in joints:
        yield "".join(word + mark for word, mark in zip(words, (*joint, ""), strict=True))


def _numbers(word: str) -> Iterator[str]:
    """A word, and what may be its singular or plural."""
    yield word
    if word in _SINGULAR:
        yield _SINGULAR[word]
    elif word in _IRREGULAR:
        yield _IRREGULAR[word]
    elif word.endswith("ies") and len(word) > len("ties"):
        yield word[:-3] + "y"
        yield word[:-1]
    elif word.endswith(("ses", "xes", "zes", "ches", "shes", "oes")):
        yield word[:-2]
        yield word[:-1]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        yield word[:-1]
    elif word.endswith("y") and word[-2:-1] not in "aeiou":
        yield word[:-1] + "ies"
    elif word.endswith(("s", "x", "z", "ch", "sh")):
        yield word + "es"
    else:
        yield word + "s"
