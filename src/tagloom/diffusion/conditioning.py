"""Two plans -> what the network is conditioned on at every step: weighted contexts, and the negative prompt's context.

Every distinct chunk of text is encoded once, alone, so that an embedding never depends on what else is being encoded.
"""

import math
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import Final

import numpy as np

from tagloom.diffusion.chunks import Chunk, chunk
from tagloom.diffusion.emphasis import Embeddings, emphasise, restore_mean
from tagloom.diffusion.runtime.protocol import Replacement, Runtime
from tagloom.engine import Request
from tagloom.prompt import Piece, Plan
from tagloom.sampling.array import Array
from tagloom.tokenizer import END_OF_TEXT, Tokenizer

_CACHED_CHUNKS: Final = 32
_EMPTY: Final = Chunk(slots=())

Pieces = tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What the network sees from step (or call) `start` on: weighted contexts (T, C), and the negative one (T, C)."""

    start: int
    parts: tuple[tuple[Array, float], ...]
    negative: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditioning:
    """Moments in order, the first at 0; they are counted in sampling steps, or in network calls."""

    moments: tuple[Moment, ...]
    counts_calls: bool

    def at(self, step: int, call: int) -> Moment:
        """The moment of a sampling step and of the network call that it makes, both from 0."""
        position = call if self.counts_calls else step
        return self.moments[bisect_right(self.moments, position, key=lambda moment: moment.start) - 1]


class Conditioner:
    """Conditions plans with one text encoder; keeps the hidden states of the chunks it encoded last."""

    def __init__(
        self,
        runtime: Runtime,
        tokenizer: Tokenizer,
        embeddings: Mapping[str, Embeddings],
        *,
        padding: int = END_OF_TEXT,
    ) -> None:
        """`embeddings` are the textual inversions by name, (k, C) each; `padding` fills a chunk up behind its EOS."""
        self._runtime = runtime
        self._padding = padding
        self._tokenizer = tokenizer
        self._embeddings = embeddings
        self._states: OrderedDict[tuple[object, ...], Embeddings] = OrderedDict()

    def condition(self, plan: Plan, negative_plan: Plan, request: Request) -> Conditioning:
        """Encode every text of both plans and pair them moment by moment."""
        positive = [[part.pieces for part in stage.parts] for stage in plan.stages]
        # AND means nothing in a negative prompt: its parts are read as one text.
        negative = [[tuple(chain.from_iterable(part.pieces for part in stage.parts))] for stage in negative_plan.stages]
        positive_contexts = self._contexts(positive, request)
        negative_contexts = self._contexts(negative, request)
        join = _pad_with_last_vector if request.compat == "a1111" else _repeat_to_common_length
        joined: dict[tuple[object, ...], tuple[Array, ...]] = {}
        moments = []
        for start in sorted({stage.start for stage in chain(plan.stages, negative_plan.stages)}):
            here, there = plan.index_at(start), negative_plan.index_at(start)
            key = (*positive[here], negative[there][0])
            if key not in joined:
                rows = join(positive_contexts[here], negative_contexts[there][0])
                joined[key] = tuple(self._runtime.from_numpy(row) for row in rows)
            *contexts, last = joined[key]
            weights = (part.weight for part in plan.stages[here].parts)
            moments.append(Moment(start=start, parts=tuple(zip(contexts, weights, strict=True)), negative=last))
        return Conditioning(moments=tuple(moments), counts_calls=plan.counted == "calls")

    def hidden_states(self, part: Chunk) -> Embeddings:
        """All layers' outputs for one chunk (L+1, 77, C), each through the final layer norm; row 0 is the input's."""
        ids = part.token_ids(self._padding)
        key = (ids, part.vectors())
        if key not in self._states:
            replacements = [
                Replacement(position=position, vector=self._embeddings[name][index])
                for position, name, index in part.vectors()
            ]
            self._states[key] = self._runtime.encode_text(ids, replacements)
            if len(self._states) > _CACHED_CHUNKS:
                self._states.popitem(last=False)
        self._states.move_to_end(key)
        return self._states[key]

    def _contexts(self, stages: Sequence[Sequence[Pieces]], request: Request) -> list[list[Embeddings]]:
        """The context (T, C) of every part of every stage."""
        distinct = {pieces: self._chunks(pieces) for pieces in chain.from_iterable(stages)}
        if request.compat == "a1111":
            return self._contexts_as_a1111([[distinct[pieces] for pieces in stage] for stage in stages], request)
        contexts = {pieces: self._context(chunks, request) for pieces, chunks in distinct.items()}
        return [[contexts[pieces] for pieces in stage] for stage in stages]

    def _chunks(self, pieces: Pieces) -> tuple[Chunk, ...]:
        return chunk(pieces, self._tokenizer, {name: len(vectors) for name, vectors in self._embeddings.items()})

    def _context(self, chunks: Sequence[Chunk], request: Request) -> Embeddings:
        layers = self._layers(chunks, request.clip_skip)
        empty = clip_layer(self.hidden_states(_EMPTY), request.clip_skip)
        emphasised = emphasise(request.emphasis, layers, _weights(chunks), empty)
        context: Embeddings = emphasised.reshape(-1, emphasised.shape[-1])
        return context

    def _layers(self, chunks: Sequence[Chunk], clip_skip: float) -> Embeddings:
        return np.stack([clip_layer(self.hidden_states(part), clip_skip) for part in chunks])

    def _contexts_as_a1111(self, stages: Sequence[Sequence[tuple[Chunk, ...]]], request: Request) -> list[list[Embeddings]]:
        """A1111 encodes all schedule entries of one AND part as one batch, padded with empty chunks to the longest.

        Its "original" emphasis restores the mean over that whole batch, so one entry's weights change another's context.
        """
        by_part = [self._batch_as_a1111([c for c in entries if c is not None], request) for entries in zip_longest(*stages)]
        cursors = [iter(batch) for batch in by_part]
        return [[next(cursors[index]) for index in range(len(stage))] for stage in stages]

    def _batch_as_a1111(self, entries: Sequence[tuple[Chunk, ...]], request: Request) -> list[Embeddings]:
        count = max(map(len, entries))
        padded = [entry + (_EMPTY,) * (count - len(entry)) for entry in entries]
        if request.emphasis != "original":
            return [self._context(entry, request) for entry in padded]
        layers = np.stack([self._layers(entry, request.clip_skip) for entry in padded])  # (entries, count, 77, C)
        weighted = layers * np.stack([_weights(entry) for entry in padded])[..., None]
        columns = [restore_mean(layers[:, i], weighted[:, i]) for i in range(count)]
        return list(np.stack(columns, axis=1).reshape(len(entries), -1, layers.shape[-1]))


def clip_layer(states: Embeddings, clip_skip: float) -> Embeddings:
    """The layer that CLIP skip n takes, `states[-n]` of (L+1, 77, C); a fractional n blends the two around it."""
    below, share = int(clip_skip), np.float32(clip_skip - int(clip_skip))
    layer: Embeddings = states[-below]
    return layer if share == 0 else layer * (1 - share) + states[-below - 1] * share


def _weights(chunks: Sequence[Chunk]) -> Embeddings:
    return np.array([part.weights() for part in chunks], dtype=np.float32)


def _repeat_to_common_length(parts: Sequence[Embeddings], negative: Embeddings) -> list[Embeddings]:
    """Repeat contexts to their least common multiple: attention over duplicated keys is unchanged, and one call serves all.

    Where that would more than double the longest they stay as they are, and the runtime makes a call for each length.
    """
    rows = [*parts, negative]
    common = math.lcm(*(len(row) for row in rows))
    if common > 2 * max(len(row) for row in rows):
        return rows
    return [np.tile(row, (common // len(row), 1)) for row in rows]


def _pad_with_last_vector(parts: Sequence[Embeddings], negative: Embeddings) -> list[Embeddings]:
    """What A1111 does with AND parts of unequal length; the negative prompt keeps its own."""
    longest = max(len(row) for row in parts)
    return [*(np.pad(row, ((0, longest - len(row)), (0, 0)), mode="edge") for row in parts), negative]
