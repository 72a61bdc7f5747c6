"""The lexicon and imported lists -> all tags there are, each once, in the order in which equal matches rank."""

from array import array
from collections.abc import Iterable, Sequence
from itertools import chain

from tagloom.tags.entry import Entry
from tagloom.tags.lexicon import Lexicon
from tagloom.tags.tag import Tag
from tagloom.tags.tag_list import SEPARATOR, TagKind, TagList
from tagloom.tags.wordings import Wordings


class Stock:
    """Tags by number: those that more pictures bear come first, then the shorter ones, then by the alphabet.

    It holds columns, for there may be 150,000; `tag` makes a value of one. aliases: their other English wordings. keys: the
    keys of their Chinese names.
    """

    def __init__(self, lexicon: Lexicon, lists: Iterable[TagList]) -> None:
        merged = _Merged(lexicon.entries)
        for each in lists:
            merged.add(each)
        order = merged.order()
        self.texts: Sequence[str] = [merged.texts[place] for place in order]
        self._numbers = {text: number for number, text in enumerate(self.texts)}
        self._kinds = [merged.kinds[place] for place in order]
        self._counts = array("Q", [merged.counts[place] for place in order])
        self._entries = {self._numbers[tag]: entry for tag, entry in merged.entries.items()}
        self._names = {self._numbers[tag]: names for tag, names in merged.names.items()}
        self.aliases = _split(merged.aliases[place] for place in order)
        self.keys = self._all_keys(lexicon)

    def number(self, text: str) -> int | None:
        """The number of a tag as it is spelled."""
        return self._numbers.get(text)

    def tag(self, number: int) -> Tag:
        """Everything about a tag."""
        return Tag(
            text=self.texts[number],
            entry=self._entries.get(number),
            kind=self._kinds[number],
            count=self._counts[number],
            aliases=tuple(dict.fromkeys(self.aliases.of(number))),
            translations=tuple(self._names[number].split(SEPARATOR)) if number in self._names else (),
        )

    def is_sensitive(self, number: int) -> bool:
        """Whether a tag is shown only when asked for."""
        entry = self._entries.get(number)
        return entry is not None and entry.is_sensitive

    def _all_keys(self, lexicon: Lexicon) -> Wordings:
        known = lexicon.chinese_keys()
        keys, numbers = list(known), [self._numbers[entry.tag] for entry in known.values()]
        for number, names in self._names.items():
            more = dict.fromkeys(lexicon.key(name) for name in names.split(SEPARATOR))
            keys.extend(more)
            numbers.extend([number] * len(more))
        order = sorted(range(len(keys)), key=numbers.__getitem__)
        return Wordings([keys[place] for place in order], array("I", [numbers[place] for place in order]))


def _split(columns: Iterable[str]) -> Wordings:
    lines: list[str] = []
    owners = array("I")
    for number, column in enumerate(columns):
        if column:
            wordings = column.split(SEPARATOR)
            lines += wordings
            owners.extend([number] * len(wordings))
    return Wordings(lines, owners)


class _Merged:
    """Columns that grow list by list; a tag that is there already takes what it lacks, and the greatest count."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries: dict[str, Entry] = {}
        for entry in entries:
            self.entries.setdefault(entry.tag, entry)
        self.texts = list(self.entries)
        self.kinds: list[TagKind | None] = [None] * len(self.texts)
        self.counts = [0] * len(self.texts)
        self.aliases = [SEPARATOR.join(entry.aliases) for entry in self.entries.values()]
        self.names: dict[str, str] = {}
        self._places = {text: place for place, text in enumerate(self.texts)}

    def add(self, each: TagList) -> None:
        """Take in a list."""
        for text, kind, count, aliases, names in zip(
            each.tags, each.kinds, each.counts, each.aliases, each.names, strict=True
        ):
            if names:
                self.names[text] = _joined(self.names.get(text, ""), names)
            place = self._places.setdefault(text, len(self.texts))
            if place == len(self.texts):
                self.texts.append(text)
                self.kinds.append(kind)
                self.counts.append(count)
                self.aliases.append(aliases)
                continue
            self.kinds[place] = self.kinds[place] or kind
            self.counts[place] = max(self.counts[place], count)
            self.aliases[place] = _joined(self.aliases[place], aliases)

    def order(self) -> list[int]:
        """The places of the tags as they rank."""
        lengths = list(map(len, self.texts))
        places = sorted(range(len(self.texts)), key=self.texts.__getitem__)
        places.sort(key=lengths.__getitem__)
        places.sort(key=self.counts.__getitem__, reverse=True)
        return places


def _joined(one: str, other: str) -> str:
    return SEPARATOR.join(dict.fromkeys(chain.from_iterable(text.split(SEPARATOR) for text in (one, other) if text)))
