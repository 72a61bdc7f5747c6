"""An English tag that the lexicon does not hold whole -> its group: by its form, by what it says of what, by its noun.

`girl in forest` is a girl, `in a red dress` a dress, `holding sword` an action, `striped red scarf` a scarf.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from tagloom.tags.english_forms import formed
from tagloom.tags.groups import Group
from tagloom.tags.lexicon import Lexicon
from tagloom.tags.spelling import look_up, spelled
from tagloom.tags.verdict import Classified, How
from tagloom.tags.wordlists import word_lists

_ACTION: Final = Classified("person", "action", "grammar", None)
_PLACE: Final = Classified("scene", "location", "grammar", None)
_COLOR: Final = Classified("style", "colour", "grammar", None)
_MANNER: Final = Classified("style", "kind", "grammar", None)
_MODIFIERS: Final = ("colours", "numbers", "sizes", "materials", "patterns", "adjectives", "articles")
_COMPOUND_MODIFIER: Final = re.compile(r"\d+|.*-(?:colored|shaped|covered|trimmed|patterned|themed|style|like|sized|filled)")
_JOINING: Final = frozenset({"and", "&", "or", "vs", "versus"})
_WITHOUT: Final = frozenset({"no", "without", "not"})
_VIEWS: Final = frozenset({"view", "views"})
_SHORTEST_STEM: Final = 3
_LONGEST: Final = 40
_SUFFIXES: Final[tuple[tuple[str, Group, str], ...]] = (
    ("clothing suffixes", "clothing", "general"),
    ("person suffixes", "person", "role"),
    ("animal suffixes", "person", "animal"),
    ("scene suffixes", "scene", "location"),
    ("lighting suffixes", "lighting", "light"),
    ("style suffixes", "style", "theme"),
)


def classify_english(text: str, lexicon: Lexicon) -> Classified | None:
    """What an English tag says; None where nothing of it is known. Of a long sentence only the first words are read."""
    return _Reader(lexicon, word_lists("english")).phrase(spelled(text).split()[:_LONGEST])


class _Reader:
    """A lexicon and the small words; methods are the forms, from the most telling to the least."""

    def __init__(self, lexicon: Lexicon, lists: Mapping[str, frozenset[str]]) -> None:
        self.lexicon = lexicon
        self.lists = lists
        self.modifiers = frozenset[str]().union(*(lists[name] for name in _MODIFIERS))

    def phrase(self, words: Sequence[str]) -> Classified | None:
        """Any stretch of a tag."""
        while words and words[0] in self.lists["articles"] and not self.known(words):
            words = words[1:]
        if not words:
            return None
        forms = (self.known, self.marked, self.negated, self.acted, self.placed, self.joined, self.named)
        return next((found for form in forms if (found := form(words))), None)

    def known(self, words: Sequence[str], how: How = "lexicon") -> Classified | None:
        """Words that stand in the lexicon as they are."""
        entry = look_up(words, self.lexicon)
        return Classified(entry.group, entry.subgroup, how, entry) if entry else None

    def marked(self, words: Sequence[str]) -> Classified | None:
        """Words whose beginning says all: `from X`, `bad X`."""
        return formed(" ".join(words), "beginning")

    def negated(self, words: Sequence[str]) -> Classified | None:
        """`no X` is about X."""
        return self.inner(words[1:]) if words[0] in _WITHOUT else None

    def acted(self, words: Sequence[str]) -> Classified | None:
        """`holding X`, `running on X`, `skydiving`: somebody does it."""
        verb, *rest = words
        if not self.is_verb(verb) or self.is_tool(words):
            return None
        if not rest or verb in self.lists["transitive verbs"] or self.is_link(rest[0]):
            return _ACTION
        return self.inner(rest) or _ACTION

    def placed(self, words: Sequence[str]) -> Classified | None:
        """`in X`, `under X`, `with X`: about X, and a place where X is unknown; `by X` may be who made it."""
        if words[0] not in self.lists["prepositions"]:
            return None
        about = self.inner(words[1:])
        if words[0] == "by" and about is not None and about.group == "person":
            return _MANNER
        if about is not None and about.how != "other" and not (about.group == "other" and words[0] != "with"):
            return about
        if words[0] == "by" and words[1:2] and words[1] not in self.lists["articles"]:
            return _MANNER
        return about if words[0] in {"with", "like", "as"} else _PLACE

    def joined(self, words: Sequence[str]) -> Classified | None:
        """`X with Y`, `X wearing Y`, `X and Y`, `X of Y`: about X, or about Y where X is unknown or a mere measure."""
        for place in range(1, len(words)):
            left, right = words[:place], words[place + 1 :]
            if not self.is_joint(words, place):
                continue
            if words[place] == "of" and left[-1] in self.lists["measures"]:
                return self.inner(right)
            found = self.named(self.without_participle(left))
            return replace(found, how="grammar") if found else self.inner(right)
        return None

    def is_joint(self, words: Sequence[str], place: int) -> bool:
        """Whether a word divides a thing from what is said of it."""
        word, left = words[place], words[:place]
        if word == "of" and left[-1] in self.lists["measures"]:
            return place + 1 < len(words)
        if self.is_adjectival(left) or self.all_known_from(words, place):
            return False
        if word in self.lists["prepositions"] or word in self.lists["relatives"] or word in _JOINING:
            return place + 1 < len(words)
        if not self.is_verb(word) or self.is_tool(words[place:]) or place + 1 == len(words):
            return False
        return word in self.lists["transitive verbs"] or word == "wearing" or self.is_link(words[place + 1])

    def all_known_from(self, words: Sequence[str], place: int) -> bool:
        """Whether the word is within a wording of the lexicon that ends the tag, such as `lily of the valley`."""
        return any(self.known(words[start:]) for start in range(1, place))

    def named(self, words: Sequence[str]) -> Classified | None:
        """A noun with what stands before it; the more of it stands in the lexicon the better."""
        found = self.known(words) or self.longest(words, fewest=2) or self.viewed(words) or formed(" ".join(words), "ending")
        return (
            found or self.trailed(words) or self.longest(words, fewest=1) or self.colored(words) or self.suffixed(words[-1])
        )

    def viewed(self, words: Sequence[str]) -> Classified | None:
        """`mountain view` shows a place, where `side view` is the camera's."""
        about = self.longest(words[:-1], fewest=1) or self.known(words[:-1]) if words[-1] in _VIEWS and words[1:] else None
        return replace(about, how="grammar") if about and about.group == "scene" else None

    def longest(self, words: Sequence[str], *, fewest: int) -> Classified | None:
        """The longest end of the words that stands in the lexicon."""
        for start in range(1, len(words) - fewest + 1):
            if found := self.known(words[start:], "grammar" if self.is_adjectival(words[:start]) else "head"):
                return found
        return None

    def trailed(self, words: Sequence[str]) -> Classified | None:
        """`eyes closed`, `hair blowing`: about what stands first."""
        end = len(words)
        while end > 1 and words[end - 1] in self.lists["trailing"]:
            end -= 1
        found = self.inner(words[:end]) if end < len(words) and not self.is_adjectival(words[:end]) else None
        return replace(found, how="grammar") if found else None

    def colored(self, words: Sequence[str]) -> Classified | None:
        """Colours and nothing else."""
        return _COLOR if all(word in self.lists["colours"] or word in _JOINING for word in words) else None

    def suffixed(self, word: str) -> Classified | None:
        """What the end of an unknown word says: `nightdress`, `dreamscape`, `cellist`."""
        for name, group, subgroup in _SUFFIXES:
            for suffix in self.lists[name]:
                if word.endswith(suffix) and len(word) >= len(suffix) + _SHORTEST_STEM:
                    return Classified(group, subgroup, "grammar", None)
        return None

    def inner(self, words: Sequence[str]) -> Classified | None:
        """A part of a tag, which is then known by its form."""
        found = self.phrase(words)
        return replace(found, how="grammar") if found and found.how == "lexicon" else found

    def is_verb(self, word: str) -> bool:
        """Whether a word is what somebody does now."""
        return len(word) > len("sting") and word.endswith("ing") and word not in self.lists["nouns in -ing"]

    def is_tool(self, words: Sequence[str]) -> bool:
        """`reading lamp`, `riding boots`: named by what they are for."""
        return len(words) > 1 and words[0] in self.lists["verbs of use"] and words[-1] in self.lists["nouns of use"]

    def is_link(self, word: str) -> bool:
        """Whether a word may follow a verb, and no verb that describes a noun."""
        return any(word in self.lists[name] for name in ("prepositions", "articles", "trailing")) or word in _JOINING

    def is_adjectival(self, words: Sequence[str]) -> bool:
        """Whether the words only describe what follows."""
        return all(word in self.modifiers or _COMPOUND_MODIFIER.fullmatch(word) or word in _JOINING for word in words)

    def without_participle(self, words: Sequence[str]) -> Sequence[str]:
        """`house made` (of candy), `lake surrounded` (by trees): the thing alone."""
        while len(words) > 1 and (words[-1].endswith("ed") or words[-1] in self.lists["past participles"]):
            words = words[:-1]
        return words
