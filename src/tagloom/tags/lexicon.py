"""The lexicon: entries, found by any English wording or any Chinese name in either script.

`entry_lines` describes its files. `characters.tsv` says which Simplified character a Traditional one folds to.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property
from typing import Final

from tagloom.tags.entry import Entry
from tagloom.tags.entry_lines import SEPARATOR, EntryLines, items
from tagloom.tags.shipped import shipped_text

FILES: Final = (
    "animals",
    "clothing_accessories",
    "clothing_garments",
    "other",
    "person_acts",
    "person_looks",
    "picture",
    "scene",
)
"""Of the folder `lexicon`, without their `.tsv`."""

_PARTICLE: Final = "的"
_LATIN: Final = re.compile("[0-9A-Za-z]")


class Lexicon:
    """Entries, and the ways to find one. A wording belongs to one entry only, which the tests hold the files to.

    What finds an entry is laid out when it is first needed: a few English tags do not wait for the Chinese names.
    """

    def __init__(self, entries: Iterable[Entry] | EntryLines, characters: Mapping[str, str]) -> None:
        """`characters` are single characters, Traditional to Simplified."""
        self._source = entries if isinstance(entries, EntryLines) else tuple(entries)
        self._fold = str.maketrans(dict(characters))

    @cached_property
    def entries(self) -> Sequence[Entry]:
        """All of them, in the order of the files."""
        return tuple(self._source)

    def english(self, text: str) -> Entry | None:
        """The entry of an English tag or alias, in any case, with spaces or underscores."""
        place = self._english.get(english_key(text))
        return None if place is None else self._source[place]

    def chinese(self, text: str) -> Entry | None:
        """The entry of a Chinese name in either script; 的 within it counts for nothing."""
        key = self.key(text)
        place = (self._latin_names if key.isascii() else self._chinese).get(key)
        return None if place is None else self._source[place]

    def find(self, text: str) -> Entry | None:
        """The entry of a wording in either language."""
        return self.english(text) or self.chinese(text)

    def folded(self, text: str) -> str:
        """A text in Simplified characters, each in its place."""
        return text.translate(self._fold)

    def key(self, name: str) -> str:
        """What a Chinese name is found by: Simplified, in lower case, without 的."""
        return self.folded(name).lower().replace(_PARTICLE, "") or name

    def chinese_keys(self) -> Mapping[str, Entry]:
        """Every key of a Chinese name."""
        return _Found(self._chinese, self._source)

    @cached_property
    def _english(self) -> dict[str, int]:
        """Where the entry of every tag and alias is; a tag comes before another one's alias."""
        places = {tag: place for place, tag in enumerate(self._tags())}
        for place, (_, aliases) in enumerate(self._columns()):
            for alias in items(aliases):
                places.setdefault(alias, place)
        return places

    @cached_property
    def _chinese(self) -> dict[str, int]:
        """Where the entry of every Chinese name is."""
        places: dict[str, int] = {}
        for place, (names, _) in enumerate(self._columns()):
            for key in self._keys(names):
                places.setdefault(key, place)
        return places

    @cached_property
    def _latin_names(self) -> dict[str, int]:
        """The same of the names that have no Chinese letter, as COS and 4K: few, and all that an English tag can be."""
        places: dict[str, int] = {}
        for place, (names, _) in enumerate(self._columns()):
            if _LATIN.search(names):
                for key in self._keys(names):
                    places.setdefault(key, place)
        return {key: place for key, place in places.items() if key.isascii()}

    def _keys(self, names: str) -> Iterable[str]:
        """The keys of a column of names."""
        keys = self.folded(names).lower().replace(_PARTICLE, "").split(SEPARATOR)
        return keys if "" not in keys else map(self.key, items(names))

    def _tags(self) -> Iterable[str]:
        source = self._source
        return source.tags() if isinstance(source, EntryLines) else (entry.tag for entry in source)

    def _columns(self) -> Iterable[tuple[str, str]]:
        source = self._source
        if isinstance(source, EntryLines):
            return source.columns()
        return ((SEPARATOR.join((*entry.hans, *entry.hant)), SEPARATOR.join(entry.aliases)) for entry in source)


class _Found(Mapping[str, Entry]):
    """Entries by what finds them, each made when it is asked for."""

    def __init__(self, places: Mapping[str, int], source: EntryLines | tuple[Entry, ...]) -> None:
        self._places = places
        self._source = source

    def __getitem__(self, key: str) -> Entry:
        return self._source[self._places[key]]

    def __contains__(self, key: object) -> bool:
        return key in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


def english_key(text: str) -> str:
    """What an English wording is found by: lower case, one space between words."""
    return " ".join(text.lower().replace("_", " ").split())


@cache
def load_lexicon() -> Lexicon:
    """The lexicon that comes with tagloom, read once."""
    files = ((f"{name}.tsv", shipped_text(f"lexicon/{name}.tsv")) for name in FILES)
    return Lexicon(EntryLines(files), read_characters())


def read_characters() -> dict[str, str]:
    """Traditional characters, each with the Simplified one that it folds to."""
    rows = (line.split("\t") for line in shipped_text("characters.tsv").splitlines() if line and not line.startswith("#"))
    return {traditional: simplified for simplified, forms in rows for traditional in forms}
