"""English words -> the Chinese of a tag: what the lexicon has as it stands, else what the grammar makes of its words.

The other way round from `composition`: 红色裙子 for red skirt, 两只白色的猫 for two white cats, 坐在椅子上 for sitting on
chair, 长发女孩 for girl with long hair. What nobody knows stays English.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from tagloom.tags.chinese_nouns import Chinese, Nouns
from tagloom.tags.groups import Language
from tagloom.tags.inflection import singular
from tagloom.tags.noun_phrases import WORN
from tagloom.tags.segmentation import Dictionary
from tagloom.tags.translation import Piece, Translation

_ARTICLES: Final = frozenset({"a", "an", "the", "her", "his", "its", "their"})
_RELATIVES: Final = frozenset({"with", "wearing", "holding", "without", "of", "and", "who", "that", "is", "are"})
_COUNTED: Final = re.compile(r"([0-9]{1,3})\+?(girls?|boys?|others?)")
_BARE: Final = frozenset({"with", "wearing"})
_FILLERS: Final = frozenset({"who", "that", "is", "are"})
_WHOLE: Final = 1.0
_PHRASE: Final = 0.9


def name(text: str, dictionary: Dictionary, to: Language) -> Translation:
    """The Chinese of one English tag, white space around it kept; a Chinese tag of the lexicon changes its script alone."""
    source = text.strip()
    start = text.find(source)
    if not source:
        return Translation(text=text, pieces=())
    namer = Namer(dictionary, to)
    entry = dictionary.lexicon.find(source)
    target = entry.name(to) if entry else namer.phrase(source)
    if target is None:
        if not any(letter.isalpha() for letter in source):
            return Translation(text=text, pieces=())
        piece = _piece(start, source, source, "untranslated")
    else:
        piece = _piece(start, source, target, "lexicon" if entry else "grammar")
    return Translation(text=text[:start] + piece.target + text[start + len(source) :], pieces=(piece,))


def _piece(start: int, source: str, target: str, origin: str) -> Piece:
    end = start + len(source)
    match origin:
        case "lexicon":
            return Piece(start=start, end=end, source=source, target=target, origin="lexicon", confidence=_WHOLE)
        case "grammar":
            return Piece(start=start, end=end, source=source, target=target, origin="grammar", confidence=_PHRASE)
        case _:
            return Piece(start=start, end=end, source=source, target=target, origin="untranslated", confidence=0.0)


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A joining word with the words that follow it, up to the next."""

    joint: str
    words: tuple[str, ...]


class Namer:
    """The Chinese of phrases in one script."""

    def __init__(self, dictionary: Dictionary, to: Language) -> None:
        """Remember the words of the grammar by their English."""
        self.nouns = Nouns(dictionary, to)
        self.dictionary = dictionary
        self.to: Language = to

    def phrase(self, source: str) -> str | None:
        """A tag that the lexicon does not have; None where nothing of it is known."""
        words = [word for word in source.lower().replace("_", " ").split() if word not in _ARTICLES]
        if not words or not any("a" <= letter <= "z" for letter in source.lower()):
            return None
        entry = self.dictionary.lexicon.english(" ".join(words))
        if entry:
            return entry.name(self.to)
        if counted := _COUNTED.fullmatch(words[0]):
            words[:1] = [counted[1], counted[2]]
        return self.measured(words) or self.clause(words)

    def measured(self, words: Sequence[str]) -> str | None:
        """two cups of coffee: 两杯咖啡."""
        if "of" not in words[1:-1]:
            return None
        place = words.index("of")
        measure = self.nouns.measures.get(f"{singular(words[place - 1], self.dictionary.grammar)} of")
        number, between = self.nouns.number(words[: place - 1])
        noun = self.nouns.phrase(words[place + 1 :])
        if measure is None or noun is None or between:
            return None
        return self.join(
            self.nouns.numeral(1 if number is None else number), measure.name(self.to), self.nouns.written(noun)
        )

    def clause(self, words: Sequence[str]) -> str | None:
        """no X | X and Y | doing X | in X | X doing Y"""
        if words[0] in {"no", "without"} and len(words) > 1:
            denied = self.whole(words[1:])
            return denied and self.join(self.nouns.word("negation", "no", "没有"), denied)
        first, *rest = self.stretches(words)
        if not first.words:
            return self.predicates(rest) if rest else None
        if rest and rest[0].joint == "and":
            return self.conjunction(words)
        subject = self.nouns.phrase(first.words)
        if subject is None or not rest:
            return self.nouns.written(subject) if subject else None
        if subject.kind == "action":
            return self.acting(subject, rest)
        if rest[0].joint == "of":
            owner = self.whole([*rest[0].words, *_words(rest[1:])])
            return owner and self.join(owner, "的", self.nouns.written(subject))
        return self.described(subject, rest)

    def acting(self, action: Chinese, rest: Sequence[_Stretch]) -> str | None:
        """reading book in library: 在图书馆里看书."""
        place = self.place(rest[0], is_before_noun=True) if len(rest) == 1 else None
        return place and self.join(self.nouns.at, place, self.nouns.written(action))

    def whole(self, words: Sequence[str]) -> str | None:
        """Words as a tag of the lexicon's or the grammar's."""
        entry = self.dictionary.lexicon.english(" ".join(words)) if words else None
        return entry.name(self.to) if entry else self.clause(words) if words else None

    def conjunction(self, words: Sequence[str]) -> str | None:
        """X and Y; two colours are one."""
        place = words.index("and")
        if len(words) > place + 2 and (colour := self.nouns.two_colours(words)):
            return colour
        first, second = self.whole(words[:place]), self.whole(words[place + 1 :])
        if first is None or second is None:
            return None
        return self.join(first, self.nouns.word("conjunction", "and", "和"), second)

    def stretches(self, words: Sequence[str]) -> list[_Stretch]:
        """The words cut at those that join; the first stretch has none."""
        found = [_Stretch("", ())]
        index = 0
        while index < len(words):
            size, joint = self.joint_at(words, index)
            if size:
                if joint not in _FILLERS:
                    found.append(_Stretch(joint, ()))
                index += size
                continue
            found[-1] = replace(found[-1], words=(*found[-1].words, words[index]))
            index += 1
        return found

    def joint_at(self, words: Sequence[str], index: int) -> tuple[int, str]:
        """How many words join here, and which: with, in front of, sitting."""
        for size in (3, 2, 1):
            said = " ".join(words[index : index + size])
            if len(words) - index >= size and (said in self.nouns.prepositions or said in self.nouns.verbs):
                is_adjective = said in self.nouns.verbs and index == 0 and not self.is_followed(words, index + size)
                if not is_adjective:
                    return size, said
        return (1, words[index]) if words[index] in _RELATIVES else (0, "")

    def is_followed(self, words: Sequence[str], index: int) -> bool:
        """Whether a verb at the beginning has a place or an object behind it: flying dragon has neither."""
        if index >= len(words):
            return True
        before = words[index - 1]
        is_still = before in self.nouns.postures
        return not is_still or words[index] in self.nouns.prepositions or words[index] in _RELATIVES

    def described(self, subject: Chinese, stretches: Sequence[_Stretch]) -> str | None:
        """X with Y, X doing Y in Z: what describes stands before the noun in Chinese, where it is first."""
        said = list(self.descriptions(stretches))
        if any(one is None for one in said):
            return None
        if counted := _COUNTED.fullmatch(subject.tag):
            subject = self.nouns.counted(int(counted[1]), counted[2]) or subject
        placed = sorted((one for one in said if one is not None), key=lambda one: not one[1])
        described = self.join(*(text for text, _ in placed))
        joint = "" if len(said) == 1 and stretches[0].joint == "with" and self.nouns.is_short(described) else "的"
        return self.nouns.written(replace(subject, before=self.join(described, joint)))

    def descriptions(self, stretches: Sequence[_Stretch]) -> Iterator[tuple[str, bool] | None]:
        """Each thing said of a noun, and whether it is where it is."""
        index = 0
        while index < len(stretches):
            stretch = stretches[index]
            following = stretches[index + 1] if index + 1 < len(stretches) else None
            if stretch.joint in self.nouns.prepositions:
                worn = self.worn(stretch) if stretch.joint == "in" else None
                place = worn or self.place(stretch, is_before_noun=True)
                yield (place, worn is None) if place else None
            elif stretch.joint in self.nouns.verbs and following and following.joint in self.nouns.prepositions:
                both = self.doing_somewhere(stretch, following)
                yield (both, False) if both else None
                index += 1
            else:
                done = self.doing(stretch)
                yield (done, False) if done else None
            index += 1

    def worn(self, stretch: _Stretch) -> str | None:
        """girl in red dress wears it."""
        noun = self.nouns.phrase(stretch.words)
        return self.join(self.nouns.wearing(noun), self.nouns.written(noun)) if noun and noun.kind in WORN else None

    def predicates(self, stretches: Sequence[_Stretch]) -> str | None:
        """What is said without a subject: sitting on chair, in forest, holding sword."""
        if len(stretches) == 1 and stretches[0].joint in self.nouns.prepositions:
            return self.place(stretches[0], is_before_noun=False)
        said = list(self.descriptions(stretches))
        if any(one is None for one in said):
            return None
        placed = sorted((one for one in said if one is not None), key=lambda one: not one[1])
        at = self.nouns.at if placed and placed[0][1] else ""
        return self.join(at, *(text for text, _ in placed))

    def doing(self, stretch: _Stretch) -> str | None:
        """wearing X, holding X, with X, looking at X, sitting."""
        if not stretch.words:
            if verb := self.nouns.verbs.get(stretch.joint):
                entry = self.dictionary.lexicon.english(stretch.joint)
                return entry.name(self.to) if entry else verb.name(self.to)
            return None
        tag = " ".join((stretch.joint, *stretch.words))
        if stretch.joint not in _BARE and (entry := self.dictionary.lexicon.english(tag)):
            return entry.name(self.to)
        noun = self.nouns.phrase(stretch.words)
        if noun is None:
            return None
        said = self.nouns.written(noun)
        match stretch.joint:
            case "with" if noun.kind in WORN:
                return self.join(self.nouns.wearing(noun), said)
            case "with":
                return said if self.nouns.is_short(said) else self.join(self.nouns.word("verb", "with", "有"), said)
            case "without":
                return self.join(self.nouns.word("negation", "no", "没有"), said)
            case "wearing":
                return self.join(self.nouns.wearing(noun), said)
            case "and":
                return self.join(self.nouns.word("conjunction", "and", "和"), said)
            case joint:
                verb = self.nouns.verbs.get(joint)
                if verb and verb.detail == "passive":
                    return self.join(self.nouns.word("passive", "by", "被"), said, verb.name(self.to))
                return self.join(verb.name(self.to), said) if verb else None

    def doing_somewhere(self, doing: _Stretch, where: _Stretch) -> str | None:
        """sitting on chair: 坐在椅子上; reading book in library: 在图书馆里看书."""
        tag = " ".join((doing.joint, *doing.words, where.joint, *where.words))
        if entry := self.dictionary.lexicon.english(tag):
            return entry.name(self.to)
        place = self.place(where, is_before_noun=True)
        if place is None:
            return None
        verb = self.nouns.postures.get(doing.joint)
        done = verb.name(self.to) if verb and not doing.words else self.doing(doing)
        if verb and done and len(done) == 1:
            return self.join(done, self.nouns.at, place)
        return done and self.join(self.nouns.at, place, done)

    def place(self, stretch: _Stretch, *, is_before_noun: bool) -> str | None:
        """in forest: 在森林里, and before a noun 森林里."""
        if not stretch.words:
            return None
        tag = " ".join((stretch.joint, *stretch.words))
        entry = self.dictionary.lexicon.english(tag)
        noun = self.nouns.phrase(stretch.words)
        if noun is None or (entry and not is_before_noun):
            return entry.name(self.to) if entry else None
        said = self.nouns.written(noun) + self.nouns.suffix(stretch.joint, noun)
        return said if is_before_noun else self.join(self.nouns.at, said)

    def join(self, *said: str) -> str:
        """Words side by side, with a space where English stands beside Chinese."""
        return self.nouns.join(said)


def _words(stretches: Sequence[_Stretch]) -> Iterator[str]:
    for stretch in stretches:
        yield stretch.joint
        yield from stretch.words
