"""What somebody typed -> everything that it may mean: a tag's letters, a Chinese name, pinyin, initials."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, islice, product
from typing import Final

from tagloom.tags.tag_text import tag_text
from tagloom.tags.tier import Source

_CHUNK: Final = re.compile(r"(\d*[a-z]+)([1-5]?)")
_PINYIN_LENGTHS: Final = range(2, 61)
_PARTICLES: Final = frozenset({"de", "de5"})
_MOST_CUTS: Final = 4
_WITH_TYPO: Final = range(4, 61)


@dataclass(frozen=True, slots=True)
class Cut:
    """One way to read what was typed as syllables.

    sounds: with the tone behind each if tones were typed; the last one may lack it, and be the beginning
    of a syllable.
    """

    sounds: tuple[str, ...]
    is_toned: bool

    @property
    def line(self) -> str:
        """The sounds as a line of `Pinyin.typed` has them."""
        return "".join(f" {sound}" for sound in self.sounds)


@dataclass(frozen=True, slots=True)
class Query:
    """text: as `tag_text` has it. name: as the key of a Chinese name, "" if it is none. initials: "" if it can be none."""

    text: str
    name: str
    cuts: tuple[Cut, ...]
    initials: str

    @property
    def may_have_typo(self) -> bool:
        """Whether a guess is worth while: it is not too short, and in Latin letters."""
        return len(self.text) in _WITH_TYPO and self.text.isascii()

    def sought(self, source: Source) -> tuple[str, ...]:
        """What has to stand in a line of such wordings; any of them will do."""
        match source:
            case "tag" | "alias":
                return (self.text,) if self.text else ()
            case "name":
                return (self.name,) if self.name else ()
            case "reading" | "toned":
                return tuple(dict.fromkeys(cut.line for cut in self.cuts if cut.is_toned == (source == "toned")))
            case "initials":
                return (self.initials,) if self.initials else ()


class Syllables:
    """The syllables that names are made of, and the ways to cut letters into them."""

    def __init__(self, known: Collection[str]) -> None:
        self._known = frozenset(known)
        self._beginnings = frozenset(sound[:stop] for sound in known for stop in range(1, len(sound)))
        self._longest = max(map(len, known), default=0)

    def cuts(self, text: str) -> tuple[Cut, ...]:
        """The ways to read a text in lower case as pinyin; none if it is no pinyin.

        Spaces, apostrophes and tones (1 to 5) end a syllable. Tones count if every syllable but the last has one. 的 (de)
        may be left out, as it is in the keys of names.
        """
        written = text.replace("u:", "v").replace("ü", "v").replace("’", "'")
        chunks = _chunks(written)
        if sum(len(letters) for letters, _ in chunks) not in _PINYIN_LENGTHS:
            return ()
        is_closed = bool(chunks[-1][1]) or written.endswith("'")
        ways = [self._ways(letters, may_break_off=False) for letters, _ in chunks[:-1]]
        ways.append(self._ways(chunks[-1][0], may_break_off=not is_closed))
        tones = [tone for _, tone in chunks]
        found = (_cut(way, tones) for way in islice(product(*ways), _MOST_CUTS))
        return tuple(dict.fromkeys(cut for full in found for cut in (full, _without_particle(full)) if cut.sounds))

    def _ways(self, letters: str, *, may_break_off: bool) -> list[tuple[str, ...]]:
        """The first few ways to cut letters into syllables, those with long ones first."""

        @cache
        def ways(start: int) -> list[tuple[str, ...]]:
            found: list[tuple[str, ...]] = []
            for stop in range(min(len(letters), start + self._longest), start, -1):
                sound = letters[start:stop]
                if stop == len(letters):
                    if sound in self._known or (may_break_off and sound in self._beginnings):
                        found.append((sound,))
                elif sound in self._known:
                    found.extend((sound, *rest) for rest in ways(stop))
            return found[:_MOST_CUTS]

        return ways(0)


def read_query(text: str, name: str, syllables: Syllables) -> Query:
    """`name` is the key that the lexicon gives the text."""
    said = tag_text(text)
    letters = said.replace(" ", "").replace("'", "")
    may_be_initials = letters.isascii() and letters.isalnum() and len(letters) in _PINYIN_LENGTHS
    return Query(
        text=said,
        name="" if said.isascii() else "".join(name.split()),
        cuts=syllables.cuts(said),
        initials=letters if may_be_initials else "",
    )


def _chunks(text: str) -> list[tuple[str, str]]:
    """Letters that belong together, each with the tone behind them, or ""; none if anything else is there too."""
    chunks: list[tuple[str, str]] = []
    for word in text.replace("'", " ").split():
        found = list(_CHUNK.finditer(word))
        if "".join(chunk[0] for chunk in found) != word:
            return []
        chunks.extend((chunk[1], chunk[2]) for chunk in found)
    return chunks


def _cut(way: Sequence[Sequence[str]], tones: Sequence[str]) -> Cut:
    """`way` has the syllables of each chunk, `tones` the tone behind it."""
    is_toned = all(len(sounds) == 1 for sounds in way) and any(tones) and all(tones[:-1])
    toned = (f"{sound}{tone}" for (sound, *_), tone in zip(way, tones, strict=True))
    return Cut(tuple(toned if is_toned else chain.from_iterable(way)), is_toned)


def _without_particle(cut: Cut) -> Cut:
    return Cut(tuple(sound for sound in cut.sounds if sound not in _PARTICLES), cut.is_toned)
