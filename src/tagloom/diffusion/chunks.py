"""Pieces of a plan -> chunks of 75 slots, as the text encoder reads them (standard library only).

Long prompts are cut into chunks of BOS + 75 tokens + EOS that are encoded one by one and joined, an idea of NovelAI that
A1111's web UI made common. A chunk that fills up gives the tokens after its last comma to the next one, if those are at
most 20, so that a tag is not torn.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, assert_never

from tagloom.prompt import ChunkBreak, Embedding, Piece, Run, Span
from tagloom.tokenizer import BEGIN_OF_TEXT, END_OF_TEXT, Tokenizer

CHUNK_LENGTH: Final = 75
COMMA: Final = 267
COMMA_BACKTRACK: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One position of a chunk: a token, or one vector of a textual inversion.

    `token` is the token's id (0 where `vector` stands in for it), `weight` the emphasis, `span` where it comes from in
    the source of the plan. `vector` is (name, index) of a textual inversion's vector.
    """

    token: int
    weight: float
    span: Span
    vector: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """At most 75 slots; `token_ids` and `weights` add what stands before and behind them.

    `is_closed`: nothing may follow in this chunk, because it was full or BREAK closed it.
    """

    slots: tuple[Slot, ...]
    is_closed: bool = False

    def token_ids(self, padding: int = END_OF_TEXT) -> tuple[int, ...]:
        """The 77 ids BOS, slots, EOS, then `padding`: EOS for SD 1.x, 0 for OpenCLIP-style encoders."""
        rest = CHUNK_LENGTH - len(self.slots)
        return (BEGIN_OF_TEXT, *(slot.token for slot in self.slots), END_OF_TEXT, *[padding] * rest)

    def weights(self) -> tuple[float, ...]:
        """The 77 weights; BOS, EOS and padding weigh 1."""
        rest = CHUNK_LENGTH - len(self.slots)
        return (1.0, *(slot.weight for slot in self.slots), 1.0, *[1.0] * rest)

    def vectors(self) -> tuple[tuple[int, str, int], ...]:
        """Where a textual inversion's vector replaces a token's: (position 0..76, name, index of the vector)."""
        placed = ((position, slot.vector) for position, slot in enumerate(self.slots, start=1))
        return tuple((position, *vector) for position, vector in placed if vector is not None)


def chunk(pieces: Iterable[Piece], tokenizer: Tokenizer, embeddings: Mapping[str, int]) -> tuple[Chunk, ...]:
    """Cut the pieces of one prompt into chunks; there is always at least one.

    `embeddings` names the textual inversions that are known, with their numbers of vectors. Their names are found in
    plain text too, as whole tokens, the longest name first. An `<embedding:name>` that is not known contributes nothing.
    """
    names = _names_by_tokens(tokenizer, embeddings)
    chunks = _Chunks()
    for piece in pieces:
        match piece:
            case Run():
                _add_run(chunks, piece, tokenizer, names, embeddings)
            case Embedding(name=name, weight=weight, span=span):
                chunks.add_vectors(name, embeddings.get(name, 0), weight, span)
            case ChunkBreak():
                chunks.close()
            case _:
                assert_never(piece)
    return chunks.finished()


class _Chunks:
    """The chunks so far, and the one being filled."""

    def __init__(self) -> None:
        self._closed: list[Chunk] = []
        self._slots: list[Slot] = []
        self._last_comma: int | None = None

    def add_token(self, slot: Slot) -> None:
        if slot.token == COMMA:
            self._last_comma = len(self._slots)
        else:
            self._spare_the_tag()
        self._reserve(1)
        self._slots.append(slot)

    def add_vectors(self, name: str, count: int, weight: float, span: Span) -> None:
        """A textual inversion stays whole wherever a chunk can hold it at all."""
        self._spare_the_tag()
        self._reserve(min(count, CHUNK_LENGTH))
        for index in range(count):
            self._reserve(1)
            self._slots.append(Slot(token=0, weight=weight, span=span, vector=(name, index)))

    def close(self) -> None:
        self._closed.append(Chunk(slots=tuple(self._slots), is_closed=True))
        self._slots = []
        self._last_comma = None

    def finished(self) -> tuple[Chunk, ...]:
        is_open = self._slots or not self._closed
        return (*self._closed, Chunk(slots=tuple(self._slots))) if is_open else tuple(self._closed)

    def _spare_the_tag(self) -> None:
        """When the chunk is full, move what follows a near last comma to a new one."""
        comma = self._last_comma
        if comma is None or len(self._slots) < CHUNK_LENGTH or CHUNK_LENGTH - comma > COMMA_BACKTRACK:
            return
        tail = self._slots[comma + 1 :]
        del self._slots[comma + 1 :]
        self.close()
        self._slots = tail

    def _reserve(self, count: int) -> None:
        if len(self._slots) + count > CHUNK_LENGTH:
            self.close()


def _add_run(
    chunks: _Chunks,
    run: Run,
    tokenizer: Tokenizer,
    names: Mapping[int, Sequence[tuple[tuple[int, ...], str]]],
    embeddings: Mapping[str, int],
) -> None:
    """Append the tokens of one run, with the vectors of any textual inversion that it names."""
    tokens = tokenizer.encode(run.text)
    ids = tuple(token.id for token in tokens)
    position = 0
    while position < len(tokens):
        token = tokens[position]
        named = _name_at(ids, position, names)
        length = len(named[0]) if named else 1
        span = run.source(token.start, tokens[position + length - 1].end)
        if named:
            chunks.add_vectors(named[1], embeddings[named[1]], run.weight, span)
        else:
            chunks.add_token(Slot(token=token.id, weight=run.weight, span=span))
        position += length


def _names_by_tokens(tokenizer: Tokenizer, embeddings: Mapping[str, int]) -> dict[int, list[tuple[tuple[int, ...], str]]]:
    """First token -> (tokens of a name, name), longest first."""
    by_first: dict[int, list[tuple[tuple[int, ...], str]]] = {}
    spelled = ((tokenizer.encode_ids(name), name) for name in embeddings)
    for ids, name in sorted(spelled, key=lambda entry: -len(entry[0])):
        if ids:
            by_first.setdefault(ids[0], []).append((ids, name))
    return by_first


def _name_at(
    ids: tuple[int, ...], position: int, names: Mapping[int, Sequence[tuple[tuple[int, ...], str]]]
) -> tuple[tuple[int, ...], str] | None:
    candidates = names.get(ids[position], ())
    return next((entry for entry in candidates if ids[position : position + len(entry[0])] == entry[0]), None)


def token_count(chunks: Sequence[Chunk]) -> int:
    """How many slots a prompt uses up; a closed chunk counts as full."""
    return sum(CHUNK_LENGTH if part.is_closed else len(part.slots) for part in chunks)
