"""Chinese text -> the words it is made of: the fewest and the likeliest, found by dynamic programming.

的 is no word here: it is looked through, and each word says whether it stood behind it.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from tagloom.tags.entry import Entry
from tagloom.tags.lexicon import Lexicon
from tagloom.tags.translation import Origin
from tagloom.tags.vocabulary import Grammar, Word

_PARTICLE: Final = "的"
_AT: Final = "在"
_LATIN: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_'+.\- ]*[A-Za-z0-9])?")
_NUMERAL: Final = re.compile(r"[0-9]+|[一二两三四五六七八九十]{1,3}")
_RANGE: Final = re.compile(r"[一二两三四五六七八九]{2}")
_DIGITS: Final[Mapping[str, int]] = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"两": 2}
_FUNCTIONS: Final = frozenset(
    {"particle", "place", "at", "conjunction", "number", "measure", "verb", "negation", "amount", "disposal", "coverb"}
)

_BEFORE_NOUNS: Final = frozenset({"adjective", "colour"})
_CLAUSE_ROLES: Final = frozenset({"verb", "at", "coverb", "disposal"})

# What a word costs: as few words as can be; a single character is less likely a word of its own than part of one that
# is not known, and one that stands before nouns likelier than another (红 狐狸); what nobody knows costs more than any
# reading.
_ONE_WORD: Final = 1.0
_ONE_CHARACTER: Final = 1.3
_ADJECTIVE: Final = 1.25
_FUNCTION: Final = 0.9
_ACROSS: Final = 0.9
_ACROSS_A_CLAUSE: Final = 2.0
_UNKNOWN: Final = 3.0
_UNKNOWN_CHARACTER: Final = 1.25

Fallback = Callable[[str], str | None]
"""A dictionary of the user's: a word -> its English, if it has it."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word where it stands in the source (half-open code points).

    key: the word as the lexicon finds it. entry, words: its readings. english: what it is without a reading of ours.
    joint: 的 follows. gap: white space follows. number, most: how many, and how many at most where it is not sure: 两三.
    """

    start: int
    end: int
    key: str
    entry: Entry | None
    words: tuple[Word, ...]
    english: str
    origin: Origin
    joint: bool
    gap: bool
    number: int | None = None
    most: int | None = None


class Dictionary:
    """A lexicon and a grammar, with every word that Chinese text is cut into."""

    def __init__(self, lexicon: Lexicon, grammar: Grammar) -> None:
        """Gather the words of both."""
        self.lexicon = lexicon
        self.grammar = grammar
        self.entries = lexicon.chinese_keys()
        words: dict[str, list[Word]] = {}
        for form, word in grammar.forms():
            found = words.setdefault(lexicon.key(form), [])
            if word not in found:
                found.append(word)
        self.words = {key: tuple(found) for key, found in words.items()}
        lengths: dict[str, set[int]] = {}
        whole = grammar.whole | {key for key in self.entries if _AT in key and len(key) > len(_AT) + 1}  # 在 is a word
        self._known = (self.entries.keys() - whole) | self.words.keys()
        for key in self._known:
            lengths.setdefault(key[0], set()).add(len(key))
        self._lengths = {first: tuple(sorted(found, reverse=True)) for first, found in lengths.items()}
        self.roles = {key: frozenset(word.role for word in found) for key, found in self.words.items()}

    def begins(self, text: str, start: int) -> Iterator[tuple[str, int]]:
        """The words that stand at a place, the longest first, each with its end."""
        for length in self._lengths.get(text[start], ()):
            end = start + length
            key = text[start:end]
            if end <= len(text) and key in self._known:
                yield key, end

    def opens_clause(self, text: str) -> bool:
        """Whether a verb may stand in a text."""
        keys = (key for start in range(len(text)) for key, _ in self.begins(text, start))
        return any(not _CLAUSE_ROLES.isdisjoint(self.roles.get(key, ())) for key in keys)


@lru_cache(maxsize=4)
def dictionary_of(lexicon: Lexicon, grammar: Grammar) -> Dictionary:
    """The dictionary of both, which takes a while to make."""
    return Dictionary(lexicon, grammar)


def segment(text: str, offset: int, dictionary: Dictionary, fallback: Fallback | None = None) -> tuple[Token, ...]:
    """The words of a stretch of Chinese; `offset` is where it stands in the source."""
    letters = _Letters(text, offset, dictionary)
    tokens: list[Token] = []
    for key, start, end in _best(letters, dictionary):
        known = key in dictionary.entries or key in dictionary.words
        if known or _LATIN.fullmatch(key) or _NUMERAL.fullmatch(key):
            tokens.append(letters.token(key, start, end, dictionary))
        else:
            tokens += letters.foreign(start, end, fallback)
    return tuple(tokens)


class _Letters:
    """The characters of a text that words are made of, each with its place, and what stands between them."""

    def __init__(self, text: str, offset: int, dictionary: Dictionary) -> None:
        latin = {place for match in _LATIN.finditer(text) for place in range(*match.span())}
        places = [
            place for place, letter in enumerate(text) if place in latin or (letter != _PARTICLE and not letter.isspace())
        ]
        folded = dictionary.lexicon.folded(text).translate(_WIDE).lower()
        self.source = text
        self.offset = offset
        self.key = "".join(folded[place] for place in places)
        self.places = places
        between = [text[one + 1 : other] for one, other in zip(places, [*places[1:], len(text)], strict=False)]
        self.joint = [_PARTICLE in what for what in between]
        self.gap = [any(letter.isspace() for letter in what) for what in between]

    def token(self, key: str, start: int, end: int, dictionary: Dictionary) -> Token:
        """The known word, number or English that stands at [start, end)."""
        entry, words = dictionary.entries.get(key), dictionary.words.get(key, ())
        number = _number(key) if _NUMERAL.fullmatch(key) else None
        most = _DIGITS[key[1]] if _RANGE.fullmatch(key) else None
        found = self._token(start, end, "lexicon" if entry else "grammar")
        return replace(found, key=key, entry=entry, words=words, number=number, most=most)

    def foreign(self, start: int, end: int, fallback: Fallback | None) -> Iterator[Token]:
        """Words that nobody knows, or the user's dictionary alone: its longest first."""
        unknown = start
        while fallback and start < end:
            known = ((stop, english) for stop in range(end, start, -1) if (english := fallback(self._written(start, stop))))
            stop, english = next(known, (start, ""))
            if not english:
                start += 1
                continue
            if unknown < start:
                yield self._token(unknown, start, "untranslated")
            yield replace(self._token(start, stop, "dictionary"), english=english)
            start = unknown = stop
        if unknown < end:
            yield self._token(unknown, end, "untranslated")

    def _written(self, start: int, end: int) -> str:
        return self.source[self.places[start] : self.places[end - 1] + 1]

    def _token(self, start: int, end: int, origin: Origin) -> Token:
        first, last = self.offset + self.places[start], self.offset + self.places[end - 1] + 1
        joint, gap = self.joint[end - 1], self.gap[end - 1]
        return Token(first, last, "", None, (), self._written(start, end), origin, joint, gap)


_WIDE: Final = {wide: wide - 0xFEE0 for wide in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}


def _number(key: str) -> int:
    if key.isdigit():
        return int(key[:9])
    tens, ten, ones = key.rpartition("十")
    if not ten:
        return _DIGITS[key[0]]
    return 10 * _DIGITS.get(tens, 1) + _DIGITS.get(ones, 0)


def _best(letters: _Letters, dictionary: Dictionary) -> Iterator[tuple[str, int, int]]:
    """The cheapest cut of a text: each word with its start and end among the letters."""
    text, size = letters.key, len(letters.key)
    across = [0]
    for joint in letters.joint:
        across.append(across[-1] + joint)
    clause = _ACROSS_A_CLAUSE if across[-1] and dictionary.opens_clause(text) else _ACROSS
    costs, unknown = [0.0] * (size + 1), [_UNKNOWN] * (size + 1)  # from each place on; within an unknown word
    ends = [0] * (size + 1)
    for start in range(size - 1, -1, -1):
        unknown[start] = _UNKNOWN_CHARACTER + min(costs[start + 1], unknown[start + 1])
        cost, end = _UNKNOWN + unknown[start], -1
        for key, stop in _words_at(text, start, dictionary):
            if stop - start > 1 and any(letters.gap[start : stop - 1]):
                continue
            own = _cost(key, dictionary) + clause * (across[stop - 1] - across[start])
            if own + costs[stop] < cost:
                cost, end = own + costs[stop], stop
        costs[start], ends[start] = cost, end
    yield from _followed(text, costs, unknown, ends)


def _followed(text: str, costs: list[float], unknown: list[float], ends: list[int]) -> Iterator[tuple[str, int, int]]:
    """The words along the cheapest way."""
    start, size = 0, len(text)
    while start < size:
        end = ends[start]
        if end < 0:
            end = start + 1
            while end < size and unknown[end] <= costs[end]:
                end += 1
        yield text[start:end], start, end
        start = end


def _words_at(text: str, start: int, dictionary: Dictionary) -> Iterator[tuple[str, int]]:
    yield from dictionary.begins(text, start)
    letter = text[start]
    if letter.isascii() and (start == 0 or not text[start - 1].isascii()):
        if number := _NUMERAL.match(text, start):
            yield number[0], number.end()
        if latin := _LATIN.match(text, start):
            yield latin[0], latin.end()
    elif letter in _NUMERALS and (numeral := _NUMERAL.match(text, start)):
        yield numeral[0], numeral.end()


_NUMERALS: Final = frozenset("一二两三四五六七八九十")


def _cost(key: str, dictionary: Dictionary) -> float:
    if len(key) > 1:
        return _ONE_WORD
    roles = dictionary.roles.get(key)
    if roles and not roles.isdisjoint(_FUNCTIONS):
        return _FUNCTION
    return _ADJECTIVE if roles and not roles.isdisjoint(_BEFORE_NOUNS) else _ONE_CHARACTER
