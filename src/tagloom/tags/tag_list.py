"""A list of tags that the user has brought: their kinds, how many pictures bear them, aliases, Chinese names."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

TagKind: TypeAlias = Literal["general", "artist", "copyright", "character", "meta"]

KINDS: Final = MappingProxyType[int, TagKind]({0: "general", 1: "artist", 3: "copyright", 4: "character", 5: "meta"})
"""By Danbooru's numbers."""

SEPARATOR: Final = ","
"""Between the aliases of a tag, and between its names."""

_HEADER: Final = "# tagloom tag list 1: tag, kind, count, aliases, names"
_COLUMNS: Final = 5
_NUMBERS: Final = MappingProxyType[str, TagKind | None]({"": None, **{str(number): kind for number, kind in KINDS.items()}})
_CODES: Final = MappingProxyType[TagKind | None, str]({kind: number for number, kind in _NUMBERS.items()})


@dataclass(frozen=True, slots=True)
class TagList:
    """Columns of equal length, for there may be 150,000 tags; tags and aliases as `tag_text` writes them.

    kinds: None where nobody said. aliases, names: SEPARATOR stands between several.
    """

    tags: tuple[str, ...]
    kinds: tuple[TagKind | None, ...]
    counts: tuple[int, ...]
    aliases: tuple[str, ...]
    names: tuple[str, ...]

    def to_text(self) -> str:
        """The list as a file of ours holds it: a header, and a line for each tag with tabs between its columns."""
        columns = zip(self.tags, self.kinds, self.counts, self.aliases, self.names, strict=True)
        lines = (f"{tag}\t{_CODES[kind]}\t{count or ''}\t{aliases}\t{names}" for tag, kind, count, aliases, names in columns)
        return "\n".join((_HEADER, *lines, ""))

    def named(self, names: Mapping[str, str]) -> "TagList":
        """The list with names for its tags, and with the tags that only have names."""
        known = frozenset(self.tags)
        more = tuple(tag for tag in names if tag not in known)
        empty = ("",) * len(more)
        return TagList(
            self.tags + more,
            self.kinds + (None,) * len(more),
            self.counts + (0,) * len(more),
            self.aliases + empty,
            tuple(names.get(tag, name) for tag, name in zip(self.tags, self.names, strict=True))
            + tuple(names[tag] for tag in more),
        )


EMPTY_LIST: Final = TagList((), (), (), (), ())


def read_tag_list(text: str) -> TagList:
    """A file of ours, as `TagList.to_text` writes it.

    Raises:
        ValueError: it is none; the message names the line.
    """
    lines = text.split("\n")
    if lines[0] != _HEADER or lines[-1]:
        raise ValueError("line 1: no tag list of tagloom's" if lines[0] != _HEADER else "the end is missing")
    rows = [line.split("\t") for line in lines[1:-1]]
    return TagList(*_columns(rows))


def _columns(
    rows: Iterable[list[str]],
) -> tuple[tuple[str, ...], tuple[TagKind | None, ...], tuple[int, ...], tuple[str, ...], tuple[str, ...]]:
    tags: list[str] = []
    kinds: list[TagKind | None] = []
    counts: list[int] = []
    aliases: list[str] = []
    names: list[str] = []
    for number, row in enumerate(rows, 2):
        try:
            tag, kind, count, alias, name = row
            kinds.append(_NUMBERS[kind])
            counts.append(int(count or 0))
        except (ValueError, KeyError) as error:
            raise ValueError(f"line {number}: not {_COLUMNS} columns as they must be") from error
        tags.append(tag)
        aliases.append(alias)
        names.append(name)
    return tuple(tags), tuple(kinds), tuple(counts), tuple(aliases), tuple(names)
