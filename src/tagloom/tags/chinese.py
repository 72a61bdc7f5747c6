"""A Chinese tag that the lexicon does not hold whole -> its group: by how it begins and ends, and by its last noun.

A Chinese tag ends with what it is of: `穿着红裙子的女孩` is a girl, `穿着红裙子` clothing, `赛博朋克风格` a style.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from tagloom.tags.groups import Group
from tagloom.tags.lexicon import Lexicon
from tagloom.tags.verdict import Classified, How
from tagloom.tags.wordlists import word_lists

_PARTICLE: Final = "的"
_AT: Final = "在"
_BLANK: Final = re.compile(r"[\s_·]+")
_NUMBER: Final = r"(?:[一二两三四五六七八九十几数多]+|\d+)"
_SEEN_FROM: Final = ("看", "拍", "视角", "角度", "拍摄", "俯视", "仰视", "望", "看去")
_LONGEST: Final = 80
_SHORTEST_BEGINNING: Final = 2
_ACTION: Final = Classified("person", "action", "grammar", None)
_CLOTHING: Final = Classified("clothing", "general", "grammar", None)
_PLACE: Final = Classified("scene", "location", "grammar", None)
_ENDINGS: Final[tuple[tuple[Group, str], ...]] = (
    ("renderer", "technique"),
    ("camera", "angle"),
    ("detail", "detail"),
    ("style", "kind"),
    ("lighting", "light"),
    ("clothing", "general"),
    ("scene", "location"),
    ("person", "type"),
)


def classify_chinese(text: str, lexicon: Lexicon) -> Classified | None:
    """What a Chinese tag says; None where nothing of it is known. Of a long sentence only the beginning is read."""
    return _Reader(lexicon, word_lists("chinese")).phrase(_BLANK.sub("", lexicon.folded(text).lower())[:_LONGEST])


class _Reader:
    """A lexicon and the small words; methods are the forms, from the most telling to the least."""

    def __init__(self, lexicon: Lexicon, lists: Mapping[str, frozenset[str]]) -> None:
        self.lexicon = lexicon
        self.lists = lists
        self.counted = re.compile(rf"{_NUMBER}(?:{'|'.join(sorted(lists['measures']))})")

    def phrase(self, text: str) -> Classified | None:
        """Any stretch of a tag."""
        text = text.strip(_PARTICLE)
        if not text:
            return None
        forms = (self.known, self.begun, self.owned, self.placed, self.acted, self.named)
        return next((found for form in forms if (found := form(text))), None)

    def known(self, text: str, how: How = "lexicon") -> Classified | None:
        """Text that stands in the lexicon as it is."""
        entry = self.lexicon.chinese(text) or self.lexicon.english(text)
        return Classified(entry.group, entry.subgroup, how, entry) if entry else None

    def begun(self, text: str) -> Classified | None:
        """Text whose beginning says what it is, or what it is about: `没有X`, `多余的X`, `两个X`."""
        if counted := self.counted.match(text):
            return self.inner(text[counted.end() :])
        if without := self.beginning(text, "without"):
            return self.inner(text[len(without) :])
        if self.beginning(text, "flaw beginnings"):
            return Classified("detail", "flaw", "grammar", None)
        if self.beginning(text, "detail beginnings"):
            return Classified("detail", "detail", "grammar", None)
        if self.beginning(text, "camera beginnings") and text.endswith(_SEEN_FROM):
            return Classified("camera", "angle", "grammar", None)
        return None

    def owned(self, text: str) -> Classified | None:
        """`X的Y` is about Y."""
        before, _, after = text.rpartition(_PARTICLE)
        return (self.inner(after) or self.inner(before)) if before else None

    def placed(self, text: str) -> Classified | None:
        """`在X里` is about X, and a place where X is unknown; `Y在X里` is about Y."""
        before, at, place = text.partition(_AT)
        if not at or not place or self.is_verb(before + at):
            return None
        if before:
            return self.inner(before)
        ending = self.ending(place, "place endings")
        about = self.inner(place.removesuffix(ending)) or self.inner(place)
        return about if about and about.group != "other" else _PLACE

    def acted(self, text: str) -> Classified | None:
        """`拿着X` is an action, `穿着X` clothing; a verb of one character needs an X that the lexicon knows."""
        for name, said in (("clothing beginnings", _CLOTHING), ("verbs", _ACTION)):
            verb = self.beginning(text, name)
            if verb and (len(verb) > 1 or self.known(text[1:])):
                return said
        return None

    def named(self, text: str) -> Classified | None:
        """The longest end that stands in the lexicon, unless a longer one says what it is; else how it begins."""
        length, found = next(
            ((len(text) - start, said) for start in range(1, len(text)) if (said := self.known(text[start:], "head"))),
            (0, None),
        )
        for group, subgroup in _ENDINGS:
            written = self.ending(text, f"{group} endings")
            if length < len(written) < len(text):
                length, found = len(written), Classified(group, subgroup, "grammar", None)
        return found or self.shortened(text)

    def shortened(self, text: str) -> Classified | None:
        """The longest beginning that stands in the lexicon: `头发飘动` is about hair."""
        for end in range(len(text) - 1, _SHORTEST_BEGINNING - 1, -1):
            if found := self.known(text[:end], "head"):
                return found
        return None

    def inner(self, text: str) -> Classified | None:
        """A part of a tag, which is then known by its form."""
        found = self.phrase(text)
        return replace(found, how="grammar") if found and found.how == "lexicon" else found

    def is_verb(self, text: str) -> bool:
        """Whether a text is something that somebody does."""
        return text in self.lists["verbs"]

    def beginning(self, text: str, name: str) -> str:
        """The longest word of a list that begins a text and is not all of it, or ""."""
        return max((word for word in self.lists[name] if text.startswith(word) and text != word), key=len, default="")

    def ending(self, text: str, name: str) -> str:
        """The longest word of a list that ends a text, or ""."""
        return max((word for word in self.lists[name] if text.endswith(word)), key=len, default="")
