"""English noun phrases -> Chinese ones: how many of which measure, what like, what."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from tagloom.tags.entry import Entry
from tagloom.tags.groups import Language
from tagloom.tags.inflection import NUMBERS, plural, singular
from tagloom.tags.segmentation import Dictionary
from tagloom.tags.vocabulary import Word

_NUMERALS: Final = "零一两三四五六七八九十"
_ORDER: Final = {kind: place for place, kind in enumerate(("opinion", "state", "age", "colour", "size", "shape", "pattern"))}
_BARE: Final = frozenset({"pattern", "material", "shape", "colour"})
_LONGEST_TAG: Final = 6
_INSIDE: Final = frozenset({"weather", "sky", "water", "light"})
_PLACED: Final = ("上", "里", "裡", "中", "下", "边", "邊", "旁", "内", "內")
_TIMES: Final = frozenset({"time", "season", "at", "in the"})
_SHORT: Final = frozenset("发髮眼瞳耳尾")
_PAIRED: Final = frozenset({"with", "wearing"})


@dataclass(frozen=True, slots=True)
class Chinese:
    """A noun phrase. count: with its measure word. before: what describes it, with 的. kind, tag: of the noun."""

    count: str
    before: str
    qualities: str
    noun: str
    kind: str
    tag: str


class Nouns:
    """Noun phrases in one script."""

    def __init__(self, dictionary: Dictionary, to: Language) -> None:
        """Gather the grammar's words by their English."""
        self.dictionary = dictionary
        self.grammar = dictionary.grammar
        self.to: Language = to
        words = self.grammar.by_english
        self.prepositions: Mapping[str, Word] = {**words["place"], "at": words["at"]["in"]}
        self.verbs: Mapping[str, Word] = {said: verb for said, verb in words["verb"].items() if said not in _PAIRED and said}
        self.postures: Mapping[str, Word] = {said: verb for said, verb in self.verbs.items() if verb.detail == "posture"}
        self.measures: Mapping[str, Word] = words["measure"]
        self.at = words["at"]["in"].name(to)

    def word(self, role: str, english: str, default: str) -> str:
        """A word of the grammar by its English."""
        found = self.grammar.by_english.get(role, {}).get(english)
        return found.name(self.to) if found else default

    def phrase(self, words: Sequence[str]) -> Chinese | None:
        """[how many] [what like] what; None where nobody knows a word of it."""
        if not words:
            return None
        coloured = self.coloured(words)
        start, head, entry = self.head(coloured or words)
        before = (coloured or words)[:start]
        number, before = self.number(before)
        tag = entry.tag if entry else head
        kind = self.grammar.kind(entry) if entry else "object"
        known, said = self.qualities(before, kind)
        if entry is None and not (known and before):
            return None
        noun = entry.name(self.to) if entry else head
        return Chinese(self.count(number, tag, kind), "", said, noun, kind, tag)

    def counted(self, number: int, tag: str) -> Chinese | None:
        """So many of somebody."""
        noun = self.phrase((tag,))
        return noun and replace(noun, count=self.count(number, tag, noun.kind))

    def coloured(self, words: Sequence[str]) -> Sequence[str] | None:
        """The words with the colour in front, where the rest is one tag: 红色长发 for long red hair."""
        for place in range(1, len(words) - 1):
            rest = [*words[:place], *words[place + 1 :]]
            sized = self.grammar.by_english["adjective"].get(words[0])
            if sized and sized.detail == "size" and self.colour(words[place]) and self.entry(" ".join(rest)):
                return [words[place], *rest]
        return None

    def head(self, words: Sequence[str]) -> tuple[int, str, Entry | None]:
        """The longest tag that the words end with."""
        for start in range(max(0, len(words) - _LONGEST_TAG), len(words)):
            entry = self.entry(" ".join(words[start:]))
            if start and self.colour(" ".join(words[start - 1 : start + 1])):
                continue  # light blue dress is no light dress that is blue
            if entry and (start == 0 or not self.is_quality(words[start:])):
                return start, entry.tag, entry
        return len(words) - 1, words[-1], None

    def is_quality(self, words: Sequence[str]) -> bool:
        """Whether words are an adjective or a number, which is no noun."""
        said = " ".join(words)
        return said in self.grammar.by_english["amount"] or said in NUMBERS

    def entry(self, said: str) -> Entry | None:
        """A tag in either number."""
        lexicon = self.dictionary.lexicon
        return (
            lexicon.english(said)
            or lexicon.english(singular(said, self.grammar))
            or lexicon.english(plural(said, self.grammar))
        )

    def number(self, words: Sequence[str]) -> tuple[int | str | None, Sequence[str]]:
        """How many, and the words behind that."""
        if not words:
            return None, words
        first = words[0]
        if first.isascii() and first.isdigit():
            return int(first[:9]), words[1:]
        if first in NUMBERS:
            return NUMBERS.index(first), words[1:]
        amount = self.grammar.by_english["amount"].get(first)
        return (amount.name(self.to), words[1:]) if amount and first else (None, words)

    def count(self, number: int | str | None, tag: str, kind: str) -> str:
        """The number with the noun's measure word; 许多 needs none."""
        if number is None:
            return ""
        measure = self.measure(tag, kind)
        if isinstance(number, str):
            return number + (measure if number in {"几", "幾", "多"} else "")
        return self.numeral(number) + measure

    def numeral(self, number: int | str) -> str:
        """A number as it stands before a measure word."""
        return number if isinstance(number, str) else self.script(_numeral(number))

    def measure(self, tag: str, kind: str) -> str:
        """The measure word of a noun: its own, else that of its kind, else 个."""
        names = (tag, singular(tag, self.grammar), _last(tag), kind)
        found = next((self.grammar.measures[one] for one in names if one in self.grammar.measures), None)
        return found.name(self.to) if found else self.script("个")

    def script(self, numeral: str) -> str:
        """The two words that are written otherwise in Traditional characters."""
        return numeral.replace("两", "兩").replace("个", "個") if self.to == "zh-Hant" else numeral

    def qualities(self, words: Sequence[str], kind: str) -> tuple[bool, str]:
        """What stands before the noun in Chinese order; whether any of it is known."""
        found: list[tuple[int, str]] = []
        index, is_known = 0, not words
        while index < len(words):
            for size in range(min(3, len(words) - index), 0, -1):
                quality = self.quality(words[index : index + size], kind)
                if quality:
                    found.append(quality)
                    index += size
                    is_known = True
                    break
            else:
                found.append((len(_ORDER), words[index]))
                index += 1
        return is_known, self.join(said for _, said in sorted(found, key=lambda one: one[0]))

    def quality(self, words: Sequence[str], kind: str) -> tuple[int, str] | None:
        """A word or two that describe, with the place of their class in Chinese order."""
        said = " ".join(words)
        if len(words) == 3 and words[1] == "and" and (colours := self.colours(words[0], words[2])):
            return _ORDER["colour"], colours
        usual = next((one for (of, one), other in self.grammar.wordings.items() if of == kind and other == said), said)
        if colour := self.colour(usual):
            return _ORDER["colour"], colour
        adjective = self.grammar.by_english["adjective"].get(usual)
        if adjective:
            written = adjective.name(self.to)
            is_bare = adjective.detail in _BARE or len(written) == 1
            return _ORDER.get(adjective.detail, len(_ORDER)), written if is_bare else f"{written}的"
        if len(words) > 1 and (degree := self.grammar.by_english["degree"].get(words[0])):
            inner = self.quality(words[1:], kind)
            return inner and (_ORDER["opinion"], f"{degree.name(self.to)}{inner[1].removesuffix('的')}的")
        entry = self.entry(said)
        return (len(_ORDER), entry.name(self.to)) if entry else None

    def colour(self, said: str) -> str:
        """A colour, also a light or a dark one; "" where it is none."""
        words = self.grammar.by_english
        if found := words["colour"].get(said.replace("gray", "grey")):
            return found.name(self.to)
        shade, _, rest = said.partition(" ")
        if shade in words["shade"] and (found := words["colour"].get(rest)):
            return words["shade"][shade].name(self.to) + found.name(self.to)
        return ""

    def colours(self, first: str, second: str) -> str:
        """Two colours as one: 黑白."""
        one, other = self.colour(first), self.colour(second)
        if len(one) == len(other) == 2:
            return one[0] + other[0]
        return f"{one}{self.word('conjunction', 'and', '和')}{other}" if one and other else ""

    def two_colours(self, words: Sequence[str]) -> str | None:
        """A noun with "red and white" before it."""
        place = words.index("and")
        if not self.colour(words[place - 1]) or not self.colour(words[place + 1]):
            return None
        noun = self.phrase([*words[: place - 1], *words[place + 2 :]])
        if noun is None:
            return None
        colours = self.colours(words[place - 1], words[place + 1])
        return self.written(replace(noun, qualities=self.join((colours, noun.qualities))))

    def wearing(self, noun: Chinese) -> str:
        """穿 clothes, 戴 what is on the head and of metal, 披 a cape."""
        entry = self.dictionary.lexicon.english(noun.tag)
        subgroup = entry.subgroup if entry else ""
        names = (noun.tag, _last(noun.tag), subgroup, "clothing")
        return next(self.grammar.worn[one] for one in names if one in self.grammar.worn).name(self.to)

    def is_short(self, said: str) -> bool:
        """Whether what somebody has stands right before them: 长发女孩."""
        return len(said) == 2 and said[-1] in _SHORT

    def suffix(self, preposition: str, noun: Chinese) -> str:
        """The word behind a place; none where its name has one, or where it is a time."""
        if noun.kind in _TIMES or (noun.noun.endswith(_PLACED) and preposition in {"in", "on", "by", "at", "near"}):
            return ""
        if preposition == "at":
            return ""
        if preposition == "in" and noun.kind in _INSIDE:
            return "中"
        if preposition == "in" and noun.kind == "furniture":  # in bed: 床上
            return self.prepositions["on"].name(self.to)
        return self.prepositions[preposition].name(self.to)

    def written(self, noun: Chinese) -> str:
        """The whole phrase; what describes it comes before the number only where it is long."""
        return self.join((noun.count, noun.before, noun.qualities, noun.noun))

    def join(self, said: Iterable[str]) -> str:
        """Words side by side, with a space where English stands beside Chinese."""
        text = ""
        for one in said:
            if text and one and (text[-1].isascii() or one[0].isascii()) and one != "的":
                text += " "
            text += one
        return text


def _last(tag: str) -> str:
    return tag.rpartition(" ")[2]


def _numeral(number: int) -> str:
    return _NUMERALS[number] if number < len(_NUMERALS) else str(number)
