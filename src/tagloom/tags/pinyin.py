"""Chinese names -> how they are read in pinyin: `粉色` -> fen3 se4.

`pinyin.tsv` says how a character is usually read, one a line, and lists the names in which one is read otherwise. A name is
given by its key (see `Lexicon.key`): Simplified, in lower case, without 的. ü is written v, the neutral tone is 5.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Final, TypeVar

from tagloom.tags.shipped import shipped_text

_ITEM: Final = re.compile(r"[\u3400-\u9fff]|[^\u3400-\u9fff]+")
_FOREIGN: Final = re.compile(r"[^\u3400-\u9fff\n]+")
_WORD: Final = re.compile(r"[a-z0-9]+")
_PARTICLE: Final = "的"
_CHARACTER: Final = re.compile(r"[\u3400-\u9fff]")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Syllable:
    """One character of a key and how it is read, or a run of other letters, which reads as it is written.

    sound: without tone. tone: 1 to 5, 0 where there is none. start, stop: its place in the key.
    """

    sound: str
    tone: int
    start: int
    stop: int

    @property
    def initial(self) -> str:
        """What it adds to an abbreviation such as fstf; a foreign word adds all of itself."""
        return self.sound[0] if self.tone else self.sound

    def __str__(self) -> str:
        return f"{self.sound}{self.tone or ''}"


@dataclass(frozen=True, slots=True)
class Typed:
    """Some keys as they are typed in pinyin, one or two lines for each.

    sounds: with a space before each, ` fen se`. toned: the same with tones. initials: `fs`. places: for each line the
    place of its key among the keys.
    """

    sounds: list[str]
    toned: list[str]
    initials: list[str]
    places: list[int]


class Pinyin:
    """How characters are read by themselves, and in the names that are exceptions."""

    def __init__(self, characters: Mapping[str, str], names: Mapping[str, Sequence[str]]) -> None:
        """`characters`: a reading each, with its tone. `names`: a reading for each Chinese character of a key."""
        self._characters = dict(characters)
        self._names = {key: tuple(readings) for key, readings in names.items()}
        self._sounds = _Table({each: f" {reading[:-1]}" for each, reading in characters.items()}, has_spaces=True)
        self._toned = _Table({each: f" {reading}" for each, reading in characters.items()}, has_spaces=True)
        said = chain(characters.values(), chain.from_iterable(self._names.values()))
        self._all_sounds = frozenset(reading[:-1] for reading in said)
        self._initials = _Table({each: reading[0] for each, reading in characters.items()}, has_spaces=False)

    def reading(self, key: str) -> tuple[Syllable, ...]:
        """The syllables of a key; a character that nobody told us of stands for itself."""
        return self._syllables(key, self._names.get(key, ()))

    def spoken(self, name: str, key: str) -> str:
        """How a whole name is read, 的 too, which is not in its key: `dan4 dan4 de5 wei1 xiao4`."""
        if len(name) == len(key):
            return " ".join(map(str, self.reading(key)))
        syllables = iter(self.reading(key))
        said = ("de5" if item[0] == _PARTICLE else str(next(syllables, "")) for item in _ITEM.finditer(name))
        return " ".join(filter(None, said))

    def readings(self, key: str) -> tuple[tuple[Syllable, ...], ...]:
        """What may be typed for a key: its reading, and if that is an exception, its characters as they are usually read."""
        return (self.reading(key), self._syllables(key, ())) if key in self._names else (self.reading(key),)

    def typed(self, keys: Sequence[str]) -> Typed:
        """`readings` of many keys, in a fraction of the time."""
        if not keys:
            return Typed([], [], [], [])
        text = "\n".join(keys)
        spaced = _FOREIGN.sub(r" \g<0>", text)
        usual = (_lines(spaced, self._sounds), _lines(spaced, self._toned), _lines(text, self._initials))
        exceptions = {place: self._exception(key) for place, key in enumerate(keys) if key in self._names}
        sounds, toned, initials = (
            _woven(lines, {place: line[number] for place, line in exceptions.items()}) for number, lines in enumerate(usual)
        )
        return Typed(sounds, toned, initials, _woven(range(len(keys)), {place: place for place in exceptions}))

    def words(self, keys: Iterable[str]) -> frozenset[str]:
        """All sounds there are, and the Latin words in some keys."""
        return self._all_sounds.union(_WORD.findall("\n".join(keys)))

    def _exception(self, key: str) -> tuple[str, str, str]:
        """How an exception sounds, without and with tones, and its initials."""
        said = self._names[key]
        if len(said) == len(key):
            sounds = "".join(f" {reading[:-1]}" for reading in said)
            return sounds, "".join(f" {reading}" for reading in said), "".join(reading[0] for reading in said)
        syllables = self.reading(key)
        sounds = "".join(f" {each.sound}" for each in syllables)
        return sounds, "".join(f" {each}" for each in syllables), "".join(each.initial for each in syllables)

    def _syllables(self, key: str, readings: Iterable[str]) -> tuple[Syllable, ...]:
        said = iter(readings)
        return tuple(self._syllable(item, said) for item in _ITEM.finditer(key))

    def _syllable(self, item: re.Match[str], said: Iterator[str]) -> Syllable:
        start, stop = item.span()
        if not _CHARACTER.fullmatch(item[0]):
            return Syllable(item[0], 0, start, stop)
        reading = next(said, None) or self._characters.get(item[0])
        return Syllable(reading[:-1], int(reading[-1]), start, stop) if reading else Syllable(item[0], 0, start, stop)


class _Table(dict[str, str]):
    """What characters are replaced by. Of those that it does not know, Chinese ones get a space before them if it spaces."""

    def __init__(self, known: Mapping[str, str], *, has_spaces: bool) -> None:
        super().__init__(known)
        self._has_spaces = has_spaces

    def __missing__(self, character: str) -> str:
        self[character] = f" {character}" if self._has_spaces and _CHARACTER.fullmatch(character) else character
        return self[character]


def _woven(items: Sequence[T], after: Mapping[int, T]) -> list[T]:
    """The items, with others after some of them."""
    woven: list[T] = []
    done = 0
    for place, item in after.items():
        woven.extend(items[done : place + 1])
        woven.append(item)
        done = place + 1
    woven.extend(items[done:])
    return woven


def _lines(text: str, table: _Table) -> list[str]:
    # `str.translate` takes four times as long with text that is not ASCII.
    return "".join(map(table.__getitem__, text)).split("\n")


@cache
def load_pinyin() -> Pinyin:
    """The readings that come with tagloom, read once."""
    return read_pinyin(shipped_text("pinyin.tsv").splitlines())


def read_pinyin(lines: Iterable[str]) -> Pinyin:
    """Lines of `character<TAB>reading` and `key<TAB>reading reading ...`; those that begin with # are comments."""
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    characters = {name: readings for name, readings in rows if len(name) == 1}
    return Pinyin(characters, {name: readings.split(" ") for name, readings in rows if len(name) > 1})
