"""Words -> the parts of a phrase: each word gets the one of its readings that its neighbours leave it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from tagloom.tags.entry import Entry
from tagloom.tags.inflection import adverb, number_word, plural
from tagloom.tags.phrases import Action, Count, Extent, Mark, Noun, Part, Place, Quality, Verb
from tagloom.tags.segmentation import Dictionary, Token
from tagloom.tags.token_roles import is_done, is_size, spelled, word
from tagloom.tags.vocabulary import CLASSES, Grammar, Role, Word

COLOUR: Final = CLASSES.index("colour")
_OPINION: Final = CLASSES.index("opinion")
_MARKS: Final[tuple[Role, ...]] = (
    "negation",
    "conjunction",
    "at",
    "passive",
    "like",
    "shape",
    "colored",
    "disposal",
    "coverb",
    "adverb",
)
_PREPOSITIONS: Final = frozenset({"above", "after", "at", "before", "behind", "below", "by", "in", "on", "over", "under"})
_PRINTS: Final = {"patterned": "pattern", "printed": "print"}
_MANNER_PARTICLE: Final = "地"
_MANNERS: Final = frozenset({"gradient", "two-tone"})
"""What several colours are, which is none of them."""
_OWNERS: Final = frozenset({"her", "his", "its", "own"})
_CARRYING: Final = frozenset({"wear", "hold", "have", "put", "posture"})
_FEATURES: Final = frozenset(
    {"eyes", "eye", "mouth", "face", "eyebrows", "tongue", "teeth", "lips", "cheeks", "nose", "fang"}
)
_BUILD: Final = frozenset({"shoulders", "legs", "arms", "waist", "hips", "difference", "body", "proportions"})


def read_parts(tokens: Sequence[Token], dictionary: Dictionary) -> list[Part]:
    """The parts that a run of words is made of; particles fall away."""
    reader = _Reader(tokens, dictionary)
    while reader.index < len(tokens):
        reader.step()
    return reader.parts


@dataclass(slots=True)
class _Reader:
    """The words, where the reading is, and the parts that were read."""

    tokens: Sequence[Token]
    dictionary: Dictionary
    grammar: Grammar
    index: int
    parts: list[Part]

    def __init__(self, tokens: Sequence[Token], dictionary: Dictionary) -> None:
        self.tokens = tokens
        self.dictionary = dictionary
        self.grammar = dictionary.grammar
        self.index = 0
        self.parts = []

    def step(self) -> None:
        """Read one part."""
        if (
            self.filler()
            or self.count()
            or self.coverb()
            or self.place()
            or self.quality()
            or self.verb()
            or self.mark()
            or self.noun()
        ):
            return
        if word(self.tokens[self.index], "many") and isinstance(self.before, Noun):
            self.parts[-1] = replace(self.before, head=plural(self.before.head, self.grammar))
            self.index += 1
            return
        if word(self.tokens[self.index], "measure") and isinstance(before := self.before, Noun):
            self.parts[-1] = replace(before, extent=replace(before.extent, gap=True))  # 女孩把花 is no flower girl
        self.index += 1  # a particle, or a measure word without a number

    def at(self, ahead: int = 0) -> Token | None:
        """The token so many places ahead."""
        place = self.index + ahead
        return self.tokens[place] if place < len(self.tokens) else None

    def extent(self, size: int = 1) -> Extent:
        """The next tokens, which are consumed."""
        last = self.tokens[self.index + size - 1]
        self.index += size
        return Extent(self.index - size, self.index, last.joint, last.gap)

    @property
    def before(self) -> Part | None:
        """The part read last."""
        return self.parts[-1] if self.parts else None

    def filler(self) -> bool:
        """A word before a verb that says nothing there: 边走边吃."""
        is_one = word(self.tokens[self.index], "particle") and word(self.at(1), "verb") and not word(self.at(1), "noun")
        self.index += bool(is_one)
        return bool(is_one)

    def count(self) -> bool:
        """number measure | amount [measure] | number noun"""
        token = self.tokens[self.index]
        number = token.number if token.number is not None else spelled(token)
        amount = word(token, "amount") if number is None else None
        is_said = amount and self.at(1) is None and word(token, "adjective")  # 颜色不同
        if (number is None and amount is None) or is_said:
            return False
        size = 1
        if is_size(self.at(1)) and word(self.at(2), "measure"):
            size = 2
        measures = [one for one in self._words(size) if one.role == "measure"]
        if measures:
            size += 1
        elif number is not None and (self.at(1) is None or word(self.at(1), "place")):
            return False
        of = self._measure_of(measures, size)
        english = amount.english if amount else ""
        if number is not None and token.most is not None:
            english = f"{number_word(number)} or {number_word(token.most)}"
            number = None
        self.parts.append(Count(self.extent(size), number, english, of))
        return True

    def _words(self, ahead: int) -> Sequence[Word]:
        token = self.at(ahead)
        return token.words if token else ()

    def _measure_of(self, measures: Sequence[Word], ahead: int) -> str:
        """What the measure word says in English of the noun that it measures: "bowl of"."""
        tokens = self.tokens[self.index + ahead :]
        nouns = (token.entry for token in tokens if token.entry and all(one.role == "noun" for one in token.words))
        entry = next(nouns, None)
        names = {entry.tag, self.grammar.kind(entry)} if entry else set[str]()
        fitting = [one for one in measures if names.intersection(one.note)]
        free = [one for one in measures if one.english and not one.note]
        return next((one.english for one in (*fitting, *free)), "")

    def place(self) -> bool:
        """A word for where: behind a noun, or by itself."""
        token = self.tokens[self.index]
        before = self.before
        is_noun = isinstance(before, Noun) or (isinstance(before, Quality) and before.is_noun)
        is_behind_noun = is_noun and before is not None and not before.extent.joint and not before.extent.gap
        if is_behind_noun and (suffix := word(token, "place")):
            self.parts.append(Mark(self.extent(), "place", suffix.english))
            return True
        if (body := word(token, "body spot")) and self._is_spot(token):
            self.parts.append(Place(self.extent(), body.english, "", is_body=True))
            return True
        is_owned = token.entry and self.at(1) is None and before is not None and before.extent.joint  # 清晨的海边
        if (spot := word(token, "spot")) and not is_owned:
            self.parts.append(Place(self.extent(), spot.english, ""))
            return True
        return False

    def _is_spot(self, token: Token) -> bool:
        """Whether a part of the body is where something is: before a verb of carrying, or if it can be nothing else."""
        is_taken = isinstance(self.before, Mark) and self.before.role in {"disposal", "coverb"}
        is_nothing_else = token.entry is None and all(one.role == "body spot" for one in token.words) and not token.joint
        is_at = isinstance(self.before, Mark) and self.before.role == "at"
        return is_nothing_else or is_at or (self._carries() and not is_taken)

    def _carries(self) -> bool:
        """Whether a verb of wearing or holding comes next."""
        token = self.at(1)
        following = word(token, "verb")
        is_tag = token is not None and token.entry is not None and token.entry.tag.startswith("holding ")
        return is_tag or (following is not None and following.detail in _CARRYING)

    def quality(self) -> bool:
        """[degree] [shade] colour | [degree] adjective | what the lexicon knows as one"""
        if (isinstance(self.before, Count) and self._is_counted()) or self._is_had():
            return False
        degree = word(self.tokens[self.index], "degree")
        size = 1 if degree and self._is_quality(1) else 0
        found = self._colour(size) or self._adjective(size)
        if found is None:
            return False
        size, rank, english, tag = found
        manner = self.at(size)
        if manner and manner.key == _MANNER_PARTICLE and self.at(size + 1) is not None:
            self.parts.append(Mark(self.extent(size + 1), "adverb", adverb(english)))
            return True
        if degree and self._is_quality(1) and size > 1:
            english, tag = f"{degree.english} {english}", ""
        is_noun = rank > COLOUR
        is_degree = degree is not None and not tag
        if english in _PRINTS and isinstance(before := self.before, Noun) and not before.extent.joint:  # 玫瑰花纹
            self.parts.pop()
            extent = before.extent.to(self.extent(size))
            self.parts.append(Quality(extent, rank, f"{before.head} {_PRINTS[english]}", is_noun=True))
            return True
        quality = Quality(self.extent(size), rank, english, tag, is_noun, is_degree)
        self.parts.append(self._joined(quality))
        return True

    def _is_counted(self) -> bool:
        """Whether 女 or 男 is the noun itself: 两女一男."""
        following = self.at(1)
        noun = word(self.tokens[self.index], "noun")
        is_last = following is None or following.number is not None
        return noun is not None and noun.detail == "person" and is_last

    def _is_had(self) -> bool:
        """Whether an expression ends the phrase as what somebody has: 脸上带着微笑."""
        token, before = self.tokens[self.index], self.before
        is_expression = token.entry is not None and token.entry.subgroup == "expression"
        return is_expression and self.at(1) is None and isinstance(before, Verb) and before.kind == "have"

    def _is_quality(self, ahead: int) -> bool:
        token = self.at(ahead)
        return any(word(token, role) for role in ("colour", "adjective", "shade")) or self._entry_quality(token) is not None

    def _joined(self, quality: Quality) -> Quality:
        """Two colours side by side are one: red and white."""
        before = self.before
        if isinstance(before, Mark) and before.role == "conjunction" and len(self.parts) > 1:
            first = self.parts[-2]
            if isinstance(first, Quality) and first.rank == quality.rank == COLOUR:
                del self.parts[-2:]
                return Quality(first.extent.to(quality.extent), COLOUR, f"{first.english} and {quality.english}")
        elif isinstance(before, Quality) and before.rank == quality.rank == COLOUR and not before.extent.joint:
            if not _MANNERS.isdisjoint((before.english, quality.english)):
                return quality
            self.parts.pop()
            english = before.english if before.english == quality.english else f"{before.english} and {quality.english}"
            return Quality(before.extent.to(quality.extent), COLOUR, english)
        return quality

    def _colour(self, ahead: int) -> tuple[int, int, str, str] | None:
        token = self.at(ahead)
        shade = word(token, "shade")
        if shade and (colour := word(self.at(ahead + 1), "colour")) and token and not token.gap:
            return ahead + 2, COLOUR, f"{shade.english} {colour.english}", ""
        if token and (colour := word(token, "colour")):
            return ahead + 1, COLOUR, colour.english, token.entry.tag if token.entry else ""
        if token and not token.words and token.entry and self.grammar.kind(token.entry) == "colour":
            return ahead + 1, COLOUR, token.entry.tag, token.entry.tag
        return None

    def _adjective(self, ahead: int) -> tuple[int, int, str, str] | None:
        token = self.at(ahead)
        if token is None:
            return None
        found = word(token, "adjective")
        is_owner = found and found.english in _OWNERS and not self._is_nominal(ahead + 1)
        if found and not is_owner and not (ahead == 0 and self._is_verb(token)):
            return ahead + 1, CLASSES.index(found.detail), found.english, token.entry.tag if token.entry else ""
        if not token.words and (known := self._entry_quality(token)):
            rank, english = known
            return ahead + 1, rank, english, token.entry.tag if token.entry else ""
        return None

    def _is_nominal(self, ahead: int) -> bool:
        """Whether what comes can be a noun or stand before one."""
        token = self.at(ahead)
        return token is not None and not word(token, "verb") and not word(token, "at")

    def _entry_quality(self, token: Token | None) -> tuple[int, str] | None:
        """The rank and the wording of a tag that is an adjective."""
        if token is None or token.entry is None:
            return None
        tag, kind = token.entry.tag, self.grammar.kind(token.entry)
        match kind:
            case "material" | "pattern":
                return CLASSES.index(kind), tag
            case "expression" if not _FEATURES.intersection(tag.split()):
                return _OPINION, self.grammar.attributes.get(tag, tag)
            case "build" if not _BUILD.intersection(tag.split()) and " " not in tag:
                return _OPINION, tag
            case _:
                return None

    def _is_verb(self, token: Token) -> bool:
        """Whether a word that could be an adjective is a verb here."""
        verb = word(token, "verb")
        if verb is None:
            return False
        following, before = self.at(1), self.before
        if isinstance(before, Place) or (isinstance(before, Mark) and before.role in {"at", "passive", "place"}):
            return True
        if any(isinstance(part, Mark) and part.role == "at" for part in self.parts[-2:]):
            return True
        if word(following, "at") or word(following, "spot"):
            return True
        if token.joint:
            return False
        if isinstance(before, Noun) and following is None:
            return True
        return verb.detail in {"object", "have", "wear", "hold"} and following is not None and not self._is_quality(1)

    def coverb(self) -> bool:
        """A word before the verb that says what with, where from, or (把) on what, while a verb follows."""
        token = self.tokens[self.index]
        found = word(token, "coverb") or word(token, "disposal")
        if found is None or token.entry or isinstance(self.before, Count):
            return False
        is_short = not word(token, "verb") and found.role == "coverb"  # 从 is nothing else
        if not is_short and not any(is_done(one) for one in self.tokens[self.index + 2 :]):
            return False
        self.parts.append(Mark(self.extent(), found.role, found.english))
        return True

    def verb(self) -> bool:
        """A verb that waits for its object or place."""
        token = self.tokens[self.index]
        verbs = [one for one in token.words if one.role == "verb"]
        is_counted = isinstance(self.before, Count) and (token.entry or word(token, "noun"))  # 一幅画
        if not verbs or is_counted or self._is_had():
            return False
        found = verbs[0]
        if len(verbs) > 1 and self._is_under_passive():
            found = next((one for one in verbs if one.detail == "passive"), found)
        elif len(verbs) > 1 and found.detail == "posture" and not self._is_at_place():
            found = next((one for one in verbs if one.detail == "object"), found)
        is_said = found.note and found.detail != "wear"
        bare = token.entry.tag if token.entry else (found.note[0] if is_said else found.english)
        self.parts.append(Verb(self.extent(), found.detail, found.english, bare))
        return True

    def _is_under_passive(self) -> bool:
        return any(isinstance(part, Mark) and part.role == "passive" for part in self.parts)

    def _is_at_place(self) -> bool:
        """Whether no object comes next."""
        following = self.at(1)
        return following is None or any(word(following, role) for role in ("at", "spot", "particle", "verb"))

    def mark(self) -> bool:
        """A word that joins others; some make a quality of the noun before them."""
        token = self.tokens[self.index]
        marking = next((found for role in _MARKS if (found := word(token, role))), None)
        if marking is None or (token.entry and marking.role not in {"negation", "at", "conjunction"}):
            return False
        before = self.before
        if marking.role in {"like", "shape", "colored"}:
            is_said = len(self.parts) > 1 and isinstance(self.parts[-2], Verb) and marking.role == "like"  # 像天使一样
            if is_said and isinstance(before, Noun):
                self.parts[-1] = replace(before, extent=before.extent.to(self.extent()))
                return True
            if not isinstance(before, Noun) or before.extent.joint:
                self.index += 1
                return True
            self.parts.pop()
            space = " " if marking.role == "colored" else ""
            rank = CLASSES.index("shape") if marking.role == "shape" else COLOUR if marking.role == "colored" else _OPINION
            extent = before.extent.to(self.extent())
            self.parts.append(Quality(extent, rank, f"{before.head}{space}{marking.english}"))
            return True
        self.parts.append(Mark(self.extent(), marking.role, marking.english))
        return True

    def noun(self) -> bool:
        """What is left: a tag, a noun of the grammar's, or what nobody knows."""
        token = self.tokens[self.index]
        noun = word(token, "noun")
        if token.entry and not (noun and isinstance(self.before, Count)):
            self.parts.append(self._where(token) or self._of_entry(token.entry))
            return True
        if noun:
            self.parts.append(Noun(self.extent(), noun.english, noun.detail))
            return True
        if token.words:
            return False
        kind: Literal["unknown", "object"] = "unknown" if token.origin != "dictionary" else "object"
        self.parts.append(Noun(self.extent(), token.english, kind))
        return True

    def _where(self, token: Token) -> Part | None:
        """A name of a thing that is also where: 火堆旁 for 火堆."""
        key = token.key
        suffixes = self.dictionary.words.get(key[-1], ()) if len(key) > 1 else ()
        suffix = next((one for one in suffixes if one.role == "place"), None)
        if token.entry is None or suffix is None or self.dictionary.entries.get(key[:-1]) != token.entry:
            return None
        return Place(self.extent(), suffix.english, token.entry.tag)

    def _of_entry(self, entry: Entry) -> Part:
        kind = self.grammar.kind(entry)
        if kind == "action":
            return Action(self.extent(), "action", entry.tag)
        first, _, rest = entry.tag.partition(" ")
        if first in _PREPOSITIONS and rest and kind not in {"camera", "quality"}:
            return Place(self.extent(), entry.tag, "")
        if kind in {"build", "expression"}:
            kind = "feature"
        return Noun(self.extent(), entry.tag, kind)
