"""Searching 150,000 tags: CPU milliseconds for each kind of query, beside a plain scan of all tags in the same run.

The tags are made from the lexicon's words in the way of Danbooru's: general ones, artists, works, characters with their work
in brackets; a quarter have aliases, half have Chinese names, and few are on many pictures.
"""

import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from itertools import islice
from types import MappingProxyType
from typing import Final

from tagloom.tags import Hit, Index, Lexicon, TagKind, TagList, load_lexicon, load_pinyin

TAGS: Final = 150_000
QUERIES: Final = 200
SCANS: Final = 5
SEED: Final = 7
SYLLABLES: Final = (
    "ka",
    "mi",
    "to",
    "sa",
    "ri",
    "na",
    "yu",
    "ko",
    "shi",
    "ha",
    "ru",
    "ki",
    "ai",
    "no",
    "chi",
    "ten",
    "suke",
)
LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
COLD: Final = """
import time
begin = time.process_time()
import tagloom.tags
package = time.process_time()
from tagloom.tags import Index, load_lexicon, load_pinyin
names = time.process_time()
lexicon, pinyin = load_lexicon(), load_pinyin()
loaded = time.process_time()
index = Index(lexicon, pinyin)
built = time.process_time()
index.search("pink hair")
print(package - begin, names - package, loaded - names, built - loaded, time.process_time() - built)
"""

Row = tuple[str, int, Sequence[str], Sequence[str]]


def make_list(lexicon: Lexicon, size: int, chance: random.Random) -> TagList:
    """A list of made-up tags, the lexicon's own among them."""
    words = sorted({word for entry in lexicon.entries for word in entry.tag.split(" ")})
    names = [name for entry in lexicon.entries for name in entry.hans]
    rows: dict[str, TagKind] = {entry.tag: "general" for entry in lexicon.entries}
    while len(rows) < size:
        tag, kind = make_tag(words, chance)
        rows.setdefault(tag, kind)
    tags = tuple(sorted(rows))
    return TagList(
        tags,
        tuple(rows[tag] for tag in tags),
        tuple(int(10 / (1.0 - chance.random()) ** 1.2) for _ in tags),
        tuple(make_alias(tag, words, chance) if chance.random() < 0.25 else "" for tag in tags),
        tuple("".join(chance.choices(names, k=chance.choice([1, 1, 2]))) if chance.random() < 0.5 else "" for _ in tags),
    )


def make_tag(words: Sequence[str], chance: random.Random) -> tuple[str, TagKind]:
    """One tag and its kind."""
    name = " ".join("".join(chance.choices(SYLLABLES, k=chance.randint(2, 4))) for _ in range(2))
    match chance.random():
        case share if share < 0.4:
            return " ".join(chance.choices(words, k=chance.randint(1, 3))), "general"
        case share if share < 0.6:
            return f"{name.replace(' ', '')}{chance.choice(['', '', str(chance.randint(1, 999))])}", "artist"
        case share if share < 0.7:
            return " ".join(chance.choices(words, k=chance.randint(2, 5))), "copyright"
        case _:
            return f"{name} ({chance.choice(words)} {chance.choice(words)})", "character"


def make_alias(tag: str, words: Sequence[str], chance: random.Random) -> str:
    """One or two other wordings of a tag."""
    return ",".join(dict.fromkeys((tag.replace(" ", "-"), f"{chance.choice(words)} {tag.partition(' ')[0]}")))


def with_typo(text: str, chance: random.Random) -> str:
    """The text after one edit."""
    place = chance.randrange(len(text) - 1)
    head, rest = text[:place], text[place:]
    letter = chance.choice(LETTERS)
    return head + chance.choice([rest[1:], letter + rest, letter + rest[1:], rest[1] + rest[0] + rest[2:]])


def make_queries(tags: TagList, chance: random.Random) -> dict[str, list[str]]:
    """Queries by what they are."""
    pinyin = load_pinyin()
    some = chance.sample(range(len(tags.tags)), QUERIES * 8)
    texts = [tags.tags[place] for place in some]
    names = [name for place in some if (name := tags.names[place])]
    readings = [[str(syllable) for syllable in pinyin.reading(name.lower())] for name in names]
    aliases = [alias for place in some if (alias := tags.aliases[place].split(",")[-1])]
    found: dict[str, list[str]] = {
        "prefix, 1 to 12 letters": [text[: chance.randint(1, 12)] for text in texts],
        "whole tag": texts,
        "start of a word": [text.split(" ")[-1].strip("(")[: chance.randint(2, 6)] for text in texts],
        "start of an alias": [alias[: chance.randint(4, 12)] for alias in aliases],
        "Chinese, start": [name[: chance.randint(1, 4)] for name in names],
        "Chinese, within": [name[2 : chance.randint(3, 6)] for name in names if len(name) > 4],
        "pinyin": ["".join(said)[: chance.randint(4, 16)] for said in toneless(readings)],
        "pinyin with tones": ["".join(said[: chance.randint(1, 4)]) for said in readings],
        "initials": ["".join(sound[0] for sound in said)[: chance.randint(2, 5)] for said in readings],
        "within a word": [text[2 : chance.randint(5, 9)] for text in texts if len(text) > 10],
        "one typo": [with_typo(text, chance) for text in texts if len(text) > 4],
        "in no tag": [f"{text[:3]}zqx{text[3:6]}" for text in texts],
    }
    return {kind: list(islice(filter(None, queries), QUERIES)) for kind, queries in found.items()}


def toneless(readings: Sequence[Sequence[str]]) -> list[list[str]]:
    """Readings without their tones."""
    return [[sound.rstrip("12345") for sound in said] for said in readings]


def scan(rows: Sequence[Row], query: str, limit: int = 20) -> list[str]:
    """The peer: look into every tag, alias and name; the tags that begin so come first, then those on more pictures."""
    fits = [
        (not text.startswith(query), -count, text)
        for text, count, aliases, names in rows
        if query in text or any(query in alias for alias in aliases) or any(query in name for name in names)
    ]
    return [text for _, _, text in sorted(fits)[:limit]]


def times_ms(work: Callable[[str], object], queries: Sequence[str]) -> list[float]:
    """How long each query takes."""
    taken = []
    for query in queries:
        begin = time.process_time()
        work(query)
        taken.append((time.process_time() - begin) * 1000)
    return sorted(taken)


def report(index: Index, rows: Sequence[Row], queries: MappingProxyType[str, list[str]]) -> None:
    """Print a row for each kind of query."""

    def search(query: str) -> tuple[Hit, ...]:
        return index.search(query, language="zh-Hans")

    search("fense")  # lays out the lanes of pinyin
    for kind, some in queries.items():
        taken = times_ms(search, some)
        peer = statistics.median(times_ms(lambda query: scan(rows, query), some[:SCANS]))
        p50, p95, p99 = (taken[min(len(taken) - 1, int(len(taken) * share))] for share in (0.5, 0.95, 0.99))
        ratio = peer / p50
        hits = statistics.mean(len(search(query)) for query in some)
        print(f"{kind:<24} p50 {p50:5.2f}  p95 {p95:5.2f}  p99 {p99:5.2f} ms  {hits:4.1f} hits  scan / p50: {ratio:5.0f}")


def main() -> None:
    """Measure and print."""
    chance = random.Random(SEED)  # noqa: S311  # the same tags in every run
    lexicon = load_lexicon()
    tags = make_list(lexicon, TAGS, chance)
    begin = time.process_time()
    index = Index(lexicon, load_pinyin(), [tags])
    print(f"{len(index)} tags: index in {(time.process_time() - begin) * 1000:.0f} ms")
    rows = [
        (tag, count, aliases.split(","), names.split(","))
        for tag, count, aliases, names in zip(tags.tags, tags.counts, tags.aliases, tags.names, strict=True)
    ]
    report(index, rows, MappingProxyType(make_queries(tags, chance)))
    cold = [subprocess.run([sys.executable, "-c", COLD], capture_output=True, text=True, check=True) for _ in range(5)]
    columns = zip(*([float(part) * 1000 for part in run.stdout.split()] for run in cold), strict=True)
    package, names, loading, building, searching = (statistics.median(column) for column in columns)
    print(
        f"from nothing: import tagloom.tags {package:.1f} ms, its names {names:.1f}, load {loading:.1f} "
        f"({len(lexicon.entries)} entries), index {building:.1f}, first search {searching:.1f}"
    )


if __name__ == "__main__":
    main()
