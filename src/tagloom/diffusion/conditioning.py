"""Two plans -> what the network is conditioned on at every step: weighted parts, and the negative prompt."""

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from tagloom.diffusion.emphasis import Embeddings
from tagloom.diffusion.reading import Reading
from tagloom.diffusion.runtime.protocol import Condition, Runtime
from tagloom.diffusion.text_contexts import Pieces, TextContexts
from tagloom.engine import Request
from tagloom.prompt import Plan
from tagloom.tokenizer import Tokenizer


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What the network sees from step (or call) `start` on: weighted conditions, and the negative one."""

    start: int
    parts: tuple[tuple[Condition, float], ...]
    negative: Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditioning:
    """Moments in order, the first at 0; they are counted in sampling steps, or in network calls."""

    moments: tuple[Moment, ...]
    counts_calls: bool

    def at(self, step: int, call: int) -> Moment:
        """The moment of a sampling step and of the network call that it makes, both from 0."""
        position = call if self.counts_calls else step
        return self.moments[bisect_right(self.moments, position, key=lambda moment: moment.start) - 1]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Text:
    """One text, read by all encoders: its context (T, C) and what is added to the timestep (D,)."""

    context: Embeddings
    added: Embeddings


class Conditioner:
    """Conditions plans with the text encoders of one model."""

    def __init__(
        self, runtime: Runtime, tokenizer: Tokenizer, embeddings: Mapping[str, Sequence[Embeddings]], reading: Reading
    ) -> None:
        """`embeddings` are the textual inversions by name, (k, C) for each text encoder."""
        self._runtime = runtime
        self._reading = reading
        self._encoders = tuple(
            TextContexts(
                runtime,
                tokenizer,
                {name: vectors[encoder] for name, vectors in embeddings.items()},
                encoder=encoder,
                padding=padding,
                least_clip_skip=reading.least_clip_skip,
            )
            for encoder, padding in enumerate(reading.paddings)
        )

    def condition(self, plan: Plan, negative_plan: Plan, request: Request) -> Conditioning:
        """Encode every text of both plans and pair them moment by moment."""
        positive = [[part.pieces for part in stage.parts] for stage in plan.stages]
        # AND means nothing in a negative prompt: its parts are read as one text.
        negative = [[tuple(chain.from_iterable(part.pieces for part in stage.parts))] for stage in negative_plan.stages]
        positive_texts = self._texts(positive, request)
        negative_texts = [[self._negative(*stage)] for stage in zip(self._texts(negative, request), negative, strict=True)]
        join = _pad_with_last_vector if request.compat == "a1111" else _repeat_to_common_length
        joined: dict[tuple[object, ...], tuple[Condition, ...]] = {}
        moments = []
        for start in sorted({stage.start for stage in chain(plan.stages, negative_plan.stages)}):
            here, there = plan.index_at(start), negative_plan.index_at(start)
            key = (*positive[here], negative[there][0])
            if key not in joined:
                texts = [*positive_texts[here], *negative_texts[there]]
                rows = join([text.context for text in texts[:-1]], texts[-1].context)
                joined[key] = tuple(self._condition(row, text.added) for row, text in zip(rows, texts, strict=True))
            *conditions, last = joined[key]
            weights = (part.weight for part in plan.stages[here].parts)
            moments.append(Moment(start=start, parts=tuple(zip(conditions, weights, strict=True)), negative=last))
        return Conditioning(moments=tuple(moments), counts_calls=plan.counted == "calls")

    def _texts(self, stages: Sequence[Sequence[Pieces]], request: Request) -> list[list[_Text]]:
        """Every part of every stage, read by all encoders."""
        by_encoder = [encoder.contexts(stages, request) for encoder in self._encoders]
        return [
            [
                _Text(
                    context=np.concatenate([contexts[index][part] for contexts in by_encoder], axis=1),
                    added=self._reading.added(self._pooled(pieces), request),
                )
                for part, pieces in enumerate(stage)
            ]
            for index, stage in enumerate(stages)
        ]

    def _pooled(self, pieces: Pieces) -> Embeddings:
        return self._encoders[-1].pooled(pieces) if self._reading.pooled_width else np.empty(0, np.float32)

    def _negative(self, texts: Sequence[_Text], stage: Sequence[Pieces]) -> _Text:
        """The only text of a negative stage; where an empty one is zeros, only the sizes are left of it."""
        (text,), (pieces,) = texts, stage
        is_empty = not any(part.slots for part in self._encoders[0].chunks(pieces))
        if not (is_empty and self._reading.zeroes_empty_negative):
            return text
        width = self._reading.pooled_width
        zeros = np.zeros(width, np.float32)
        return _Text(context=np.zeros_like(text.context), added=np.concatenate([zeros, text.added[width:]]))

    def _condition(self, context: Embeddings, added: Embeddings) -> Condition:
        return Condition(context=self._runtime.from_numpy(context), added=self._runtime.from_numpy(added))


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
