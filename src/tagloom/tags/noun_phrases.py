"""Counts, qualities and nouns that stand side by side -> noun phrases, and their English."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final, Literal, TypeAlias

from tagloom.tags.inflection import number_word, plural, singular
from tagloom.tags.phrases import Action, Count, Mark, Noun, Part, Place, Quality, Verb
from tagloom.tags.reading import COLOUR
from tagloom.tags.vocabulary import CLASSES, Grammar

Relation: TypeAlias = Literal["with", "wearing", "compound", "split"]
"""What two nouns side by side are: long hair of a girl, a skirt on her, one noun, or two tags."""

PEOPLE: Final = frozenset({"person", "role"})
BEINGS: Final = PEOPLE | {"animal"}
BODY: Final = frozenset({"hair", "eyes", "feature"})
WORN: Final = frozenset({"garment", "footwear", "headgear", "eyewear", "trousers", "part", "state"})
_APART: Final = frozenset({"camera", "quality", "background"})
_TIMES: Final = frozenset({"time", "season", "weather", "light", "at", "in the"})
_COUNTED: Final = frozenset({"girl", "boy"})
_MASS: Final = ("cup of", "bowl of", "bottle of", "plate of", "pot of", "slice of")
_MANY: Final = 6


def read_nouns(parts: Sequence[Part], grammar: Grammar) -> list[Part]:
    """The same parts, each run of counts, qualities and nouns made into noun phrases."""
    found: list[Part] = []
    run: list[Count | Quality | Noun] = []
    for part in parts:
        if isinstance(part, Count | Quality | Noun):
            run.append(part)
            continue
        if run:
            found += _Run(grammar, _verb_before(found)).read(run)
            run = []
        found.append(part)
    if run:
        found += _Run(grammar, _verb_before(found)).read(run)
    return found


def _verb_before(parts: Sequence[Part]) -> str:
    """The kind of the verb whose object a run of nouns begins with, "" for none."""
    last = parts[-1] if parts else None
    return last.kind if isinstance(last, Verb) else ""


class _Run:
    """Noun phrases in the making."""

    def __init__(self, grammar: Grammar, verb: str) -> None:
        self.grammar = grammar
        self.verb = verb
        self.found: list[Part] = []
        self.waiting: list[Count | Quality] = []  # for their noun
        self.noun: Noun | None = None
        self.joints: list[bool] = []  # which qualities of the noun 的 follows

    def read(self, run: Sequence[Count | Quality | Noun]) -> list[Part]:
        """The phrases of a run."""
        for place, part in enumerate(run):
            if isinstance(part, Noun):
                self.take(part)
            elif self.noun and isinstance(part, Quality) and self.is_predicate(part, run[place + 1 :]):
                qualities = (*self.noun.qualities, (part.rank, _bare_degree(part)))
                self.noun = replace(self.noun, extent=self.noun.extent.to(part.extent), qualities=qualities)
            else:
                self.close()
                self.waiting.append(part)
        self.close()
        self.found += self.left_over()
        return self.found

    def is_predicate(self, quality: Quality, rest: Sequence[Part]) -> bool:
        """Whether a quality behind a noun speaks of it: 头发很长."""
        if self.noun is None or self.noun.extent.joint or self.noun.extent.gap:
            return False
        if quality.extent.joint and rest:  # 头发凌乱的女孩
            return isinstance(rest[0], Noun) and (self.noun.kind in BODY or _is_passing(quality, self.noun))
        return (quality.is_degree and not quality.extent.joint) or (not rest and not quality.is_noun)

    def take(self, noun: Noun) -> None:
        """Add a noun to the phrase, or begin another."""
        first = self.noun
        if first is None:
            self.begin(noun)
            return
        if first.extent.joint or first.extent.gap:
            self.close()
            self.verb = ""
            self.begin(noun)
            return
        match relation(first, noun, self.verb):
            case "with" | "wearing" as link:
                self.noun = self.belongings(first, noun, link)
            case "compound":
                self.noun = self.compound(first, noun)
            case "split":
                self.close()
                self.verb = ""
                self.begin(noun)

    def begin(self, noun: Noun) -> None:
        """Start a phrase with what waited for its noun."""
        counts = [part for part in self.waiting if isinstance(part, Count)]
        qualities = [(part.rank, part.english) for part in self.waiting if isinstance(part, Quality)]
        extent = self.waiting[0].extent.to(noun.extent) if self.waiting else noun.extent
        self.noun = replace(
            noun, extent=extent, count=counts[-1] if counts else noun.count, qualities=(*qualities, *noun.qualities)
        )
        self.joints = [part.extent.joint for part in self.waiting if isinstance(part, Quality)]
        self.waiting = []

    def belongings(self, own: Noun, owner: Noun, link: Relation) -> Noun:
        """Somebody with hair, or in clothes; a count, and an opinion that 的 sets apart, are of the person."""
        pairs = list(zip(own.qualities, [*self.joints, *([False] * len(own.qualities))], strict=False))
        moved = tuple(quality for quality, joint in pairs if joint and CLASSES[quality[0]] in {"opinion", "age"})
        own_rest = tuple(quality for quality, joint in pairs if quality not in moved)
        held = english(replace(own, count=None, qualities=own_rest), self.grammar)
        extent = own.extent
        while isinstance(more := self.found[-1] if self.found else None, Noun) and belongs_too(more, own):
            self.found.pop()
            extent, held = more.extent, f"{english(more, self.grammar)} and {held}"
        return replace(
            owner,
            extent=extent.to(owner.extent),
            count=own.count or owner.count,
            qualities=(*moved, *owner.qualities),
            after=f" {without(held) or f'{link} {held}'}{owner.after}",
        )

    def compound(self, first: Noun, head: Noun) -> Noun:
        """Two nouns as one, the last being what it is."""
        words = first.head if first.kind in {"style", "unknown"} else singular(first.head, self.grammar)
        joined = head.head if head.head == "style" and words.endswith(" style") else f"{words} {head.head}"
        joined = words if words.endswith(f" {head.head}") else joined
        return replace(
            head,
            extent=first.extent.to(head.extent),
            head=joined,
            count=first.count or head.count,
            qualities=(*first.qualities, *head.qualities),
        )

    def close(self) -> None:
        """End the phrase."""
        if self.noun:
            self.found += [*self.left_over(), self.noun]
        self.noun = None

    def left_over(self) -> Iterator[Part]:
        """What waited in vain: the last quality can be the noun, such as glass."""
        if not self.waiting:
            return
        *before, last = self.waiting
        self.waiting = []
        if isinstance(last, Quality) and last.is_noun and not last.extent.joint:
            self.waiting = before
            self.begin(Noun(last.extent, last.tag or last.english, CLASSES[last.rank]))
            assert self.noun
            yield self.noun
            self.noun = None
            return
        yield from (*before, last)


def _is_passing(quality: Quality, noun: Noun) -> bool:
    """Whether a quality can be what a thing does: 樱花盛开."""
    return CLASSES[quality.rank] == "state" and noun.kind not in BEINGS


def without(held: str) -> str:
    """What somebody lacks, where a tag says so: without gloves, for no gloves; "" else."""
    return f"without {held[3:]}" if held.startswith("no ") else ""


def belongs_too(more: Noun, own: Noun) -> bool:
    """Whether two things side by side are of the same person: 黑发红眼."""
    is_near = not more.extent.joint and not more.extent.gap and more.extent.last == own.extent.first
    return is_near and (more.kind in BODY) == (own.kind in BODY) and (more.kind in WORN) == (own.kind in WORN)


def relation(first: Noun, second: Noun, verb: str) -> Relation:
    """What two nouns side by side are, `verb` being the kind of the verb before them."""
    if second.kind in PEOPLE and first.kind not in BEINGS and verb in {"wear", "have"}:
        return "split"
    if second.kind in PEOPLE and first.kind not in BEINGS | BODY and verb in {"hold", "object"}:
        return "split"
    if second.kind in BEINGS and (first.kind in BODY or first.kind in WORN):
        return "with" if first.kind in BODY else "wearing"
    return "split" if _stand_apart(first.kind, second.kind) else "compound"


def _stand_apart(first: str, second: str) -> bool:
    """Whether two kinds of nouns are two tags where they meet."""
    if second == "background":
        return False
    if first in _APART or second in {"camera", "quality"}:
        return not (first in BODY and second == "camera")
    if first in BODY:
        return second in BODY or (first == "eyes" and second in WORN)
    if first in WORN:
        return second in WORN or second in BODY
    if first in PEOPLE:
        return second in BODY or second in WORN or second == "animal" or (first == second == "person")
    if first in _TIMES and second in PEOPLE:
        return True
    return first == second and first in {"animal", "weather", "flower", "sky"}


def _bare_degree(quality: Quality) -> str:
    """很 before a predicate says little: 头发很长 is long hair."""
    return quality.english.removeprefix("very ")


def english(noun: Noun, grammar: Grammar) -> str:
    """The words of a noun phrase: how many, what like, what, and what follows."""
    head, qualities = _with_qualities(noun, grammar)
    written = " ".join([*qualities, head])
    counted = _counted(noun.count, written, bool(qualities), grammar) if noun.count else written
    return counted + noun.after


def _with_qualities(noun: Noun, grammar: Grammar) -> tuple[str, list[str]]:
    """The noun and what stands before it in English order, nothing twice."""
    head = noun.head
    found: list[tuple[int, str]] = []
    for rank, said in noun.qualities:
        wording = grammar.wordings.get((noun.kind, said), said)
        if (rank, wording) not in found and not head.startswith(f"{wording} "):
            found.append((rank, wording))
    if not found:
        return head, []
    last = max(rank for rank, _ in found)
    while (pulled := _leading(head, grammar)) and pulled[0] < last:
        if pulled not in found:
            found.append(pulled)
        head = head[len(pulled[1]) + 1 :]
    return head, [said for _, said in sorted(found, key=lambda one: one[0])]


def _leading(head: str, grammar: Grammar) -> tuple[int, str] | None:
    """The adjective that a tag begins with, which others may come behind: long hair, long red hair."""
    first, _, rest = head.partition(" ")
    kind = grammar.classes.get(first)
    if not rest or kind is None or any(head.endswith(fixed) for fixed in grammar.fixed):
        return None
    return (COLOUR if kind == "colour" else CLASSES.index(kind)), first


def _counted(count: Count, written: str, is_qualified: bool, grammar: Grammar) -> str:
    """A noun and how many of it there are, as Danbooru counts girls and boys, and English all else."""
    number = count.number
    if written in _COUNTED and not is_qualified and count.of in {"", "group of"}:
        if number is None or count.of:
            return f"multiple {written}s"
        return f"1{written}" if number == 1 else f"{number}{written}s" if number < _MANY else f"6+{written}s"
    if count.of:
        measured = written if count.of in _MASS else plural(written, grammar)
        if number is None and count.english:
            return f"{count.english} {_units(count.of, grammar)} {measured}"
        if number is None or number == 1:
            return f"{count.of} {measured}"
        return f"{number_word(number)} {_units(count.of, grammar)} {measured}"
    if number is not None:
        return written if number == 1 else f"{number_word(number)} {plural(written, grammar)}"
    if not count.english or count.english == "half":
        return f"{count.english} {written}".strip()
    return f"{count.english} {plural(written, grammar)}"


def _units(of: str, grammar: Grammar) -> str:
    """cups of, for cup of."""
    unit, _, _ = of.partition(" ")
    return f"{plural(unit, grammar)} of"


def part_english(part: Part, grammar: Grammar) -> str:
    """The words of any part."""
    match part:
        case Noun():
            return english(part, grammar)
        case Quality(english=said, tag=tag):
            return tag or said
        case Count(number=number, english=said):
            return said or (number_word(number) if number is not None else "")
        case Action(english=said, worn=worn):
            return worn or said
        case Verb(bare=bare):
            return bare
        case Place() | Mark():
            return part.english
