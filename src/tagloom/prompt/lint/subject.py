"""What is linted: a prompt with its tags, its negative prompt, and the settings it is painted with."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import assert_never

from tagloom.prompt.conjunction import conjuncts
from tagloom.prompt.lint.claims import Claim, plain_claims
from tagloom.prompt.nodes import (
    Alternation,
    And,
    Break,
    Choice,
    Comment,
    EmbeddingReference,
    Escape,
    NetworkReference,
    Node,
    Scheduled,
    Separator,
    Text,
    Tree,
    Weighted,
    Wildcard,
)
from tagloom.prompt.source import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """What stands between two separators.

    text: in lower case, underscores as spaces. chunk: how many BREAKs and ANDs stand before it. is_bare: no bracket begins
    or ends within it. is_timed: it stands in an edit, an alternation or a choice, so that it does not always hold.
    """

    text: str
    span: Span
    weight: float
    chunk: int
    is_bare: bool
    is_timed: bool


def _no_group(_tag: str) -> int | None:
    return None


def _no_starts(_text: str) -> Sequence[int]:
    return ()


def _itself(tag: str) -> str:
    return tag


def _no_translation(_text: str) -> str | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """What this package cannot know by itself.

    group_of: a tag's place in the recommended order (0 is first), None where it has none. chunk_starts: where in a prompt
    the second, third ... chunk of 75 tokens begins. canonical: the usual wording of a tag, by which two wordings of it are
    known to be one. claims: what a tag settles of which there is only one. translate: Chinese in English, None where nobody
    knows it.
    """

    group_of: Callable[[str], int | None] = _no_group
    chunk_starts: Callable[[str], Sequence[int]] = _no_starts
    canonical: Callable[[str], str] = _itself
    claims: Callable[[str], Sequence[Claim]] = plain_claims
    translate: Callable[[str], str | None] = _no_translation


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Everything that a rule may look at."""

    tree: Tree
    negative: Tree
    steps: int
    clip_skip: float
    tags: tuple[Tag, ...]
    negative_tags: tuple[Tag, ...]
    hooks: Hooks = field(default_factory=Hooks)


def tags_of(tree: Tree) -> tuple[Tag, ...]:
    """The tags of a prompt, in order; empty ones too. The `:n` that weighs one prompt of an AND is no tag's."""
    reader = _Tags(tree.text)
    borders = [node for node in tree.nodes if isinstance(node, And)]
    for place, prompt in enumerate(conjuncts(tree)):
        if place:
            reader.read([borders[place - 1]], 1.0, is_timed=False)
        reader.read(prompt.nodes, 1.0, is_timed=False)
    return tuple(reader.finish())


@dataclass(slots=True)
class _Piece:
    text: str
    span: Span
    weight: float


class _Tags:
    """The tags read so far, and the pieces of the one that is being read."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tags: list[Tag] = []
        self._pieces: list[_Piece] = []
        self._chunk = 0
        self._is_bare = True
        self._is_timed = False
        self._has_network = False

    def read(self, nodes: Sequence[Node], weight: float, *, is_timed: bool) -> None:
        """Go through nodes under a weight."""
        for node in nodes:
            match node:
                case Text(span=span) | Wildcard(span=span):
                    self._add(span.of(self._text), span, weight, is_timed=is_timed)
                case Escape(span=span, char=char):
                    self._add(char, span, weight, is_timed=is_timed)
                case EmbeddingReference(span=span, name=name):
                    self._add(name, span, weight, is_timed=is_timed)
                case Separator():
                    self._end(node.span)
                case Break() | And():
                    self._end(node.span)
                    self._chunk += 1
                case NetworkReference():
                    self._has_network = True
                case Comment():
                    pass
                case Weighted(body=body, factor=factor, sets=sets):
                    self._group([body], factor if sets else weight * factor, is_timed=is_timed)
                case Scheduled(before=before, after=after):
                    self._group([before, after], weight, is_timed=True)
                case Alternation(options=options) | Choice(options=options):
                    self._group(options, weight, is_timed=True)
                case _:
                    assert_never(node)

    def finish(self) -> Iterator[Tag]:
        """All tags."""
        self._end(Span(len(self._text), len(self._text)))
        yield from self._tags

    def _group(self, bodies: Sequence[Sequence[Node]], weight: float, *, is_timed: bool) -> None:
        self._is_bare = False
        for place, body in enumerate(bodies):
            if place:
                self._end(None)
            self.read(body, weight, is_timed=is_timed)
        self._is_bare = False

    def _add(self, text: str, span: Span, weight: float, *, is_timed: bool) -> None:
        self._pieces.append(_Piece(text, span, weight))
        self._is_timed = self._is_timed or is_timed

    def _end(self, mark: Span | None) -> None:
        """A tag is over; `mark` is what ended it, None between options."""
        text = "".join(piece.text for piece in self._pieces)
        stripped = text.strip()
        if self._pieces and stripped:
            first, last = self._pieces[0].span, self._pieces[-1].span
            start = first.start + len(text) - len(text.lstrip()) if len(self._pieces[0].text) == len(first) else first.start
            end = last.end - (len(text) - len(text.rstrip())) if len(self._pieces[-1].text) == len(last) else last.end
            heaviest = max((piece.weight for piece in self._pieces if piece.text.strip()), key=abs)
            name = " ".join(stripped.lower().replace("_", " ").split())
            self._keep(name, Span(start, max(start, end)), heaviest)
        elif (
            not self._has_network
            and mark is not None
            and self._text[mark.start : mark.end] != "\n"
            and mark.start < mark.end
        ):
            self._keep("", Span(mark.start, mark.start), 1.0)
        self._pieces, self._is_bare, self._is_timed, self._has_network = [], True, False, False

    def _keep(self, name: str, span: Span, weight: float) -> None:
        self._tags.append(
            Tag(
                text=name,
                span=span,
                weight=weight,
                chunk=self._chunk,
                is_bare=self._is_bare,
                is_timed=self._is_timed,
            )
        )
