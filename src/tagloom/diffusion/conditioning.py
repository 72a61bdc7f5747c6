"""Two plans -> what the network is conditioned on at every step: weighted parts, and the negative prompt."""

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from tagloom.choices import Tiling
from tagloom.diffusion.emphasis import Embeddings
from tagloom.diffusion.extras import NO_EXTRAS, Extras
from tagloom.diffusion.reading import Reading
from tagloom.diffusion.runtime.protocol import Adapters, Condition, Runtime
from tagloom.diffusion.text_contexts import Equipment, Pieces, TextContexts
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

    def __init__(self, runtime: Runtime, tokenizer: Tokenizer, reading: Reading) -> None:
        self._runtime = runtime
        self._reading = reading
        self._encoders = tuple(
            TextContexts(runtime, tokenizer, encoder=encoder, padding=padding, least_clip_skip=reading.least_clip_skip)
            for encoder, padding in enumerate(reading.paddings)
        )

    def condition(self, plan: Plan, negative_plan: Plan, request: Request, extras: Extras = NO_EXTRAS) -> Conditioning:
        """Encode every text of both plans with the LoRAs of its moment, and pair them moment by moment."""
        positive = [tuple(part.pieces for part in stage.parts) for stage in plan.stages]
        # AND means nothing in a negative prompt: its parts are read as one text.
        negative = [(tuple(chain.from_iterable(part.pieces for part in stage.parts)),) for stage in negative_plan.stages]
        starts = sorted({stage.start for stage in chain(plan.stages, negative_plan.stages)})
        here_there = [(plan.index_at(start), negative_plan.index_at(start)) for start in starts]
        adapters = [extras.active(here).text_encoders for here, _ in here_there]
        heres, theres = ([pair[side] for pair in here_there] for side in (0, 1))
        positive_texts = self._texts(positive, zip(adapters, heres, strict=True), request, extras)
        negative_texts = self._texts(negative, zip(adapters, theres, strict=True), request, extras)
        join = _pad_with_last_vector if request.compat == "a1111" else _repeat_to_common_length
        joined: dict[tuple[object, ...], tuple[Condition, ...]] = {}
        moments = []
        for start, here, there, text_adapters in zip(starts, heres, theres, adapters, strict=True):
            active = extras.active(here)
            key = (active, positive[here], negative[there])
            if key not in joined:
                (negative_text,) = negative_texts[text_adapters, there]
                texts = [*positive_texts[text_adapters, here], self._negative(negative_text, negative[there][0], extras)]
                rows = join([text.context for text in texts[:-1]], texts[-1].context)
                pairs = zip(rows, texts, strict=True)
                joined[key] = tuple(self._condition(row, text.added, active.unet, request.tiling) for row, text in pairs)
            *conditions, last = joined[key]
            weights = (part.weight for part in plan.stages[here].parts)
            moments.append(Moment(start=start, parts=tuple(zip(conditions, weights, strict=True)), negative=last))
        return Conditioning(moments=tuple(moments), counts_calls=plan.counted == "calls")

    def _texts(
        self,
        stages: Sequence[Sequence[Pieces]],
        needed: Iterable[tuple[Adapters, int]],
        request: Request,
        extras: Extras,
    ) -> dict[tuple[Adapters, int], list[_Text]]:
        """Every part of the stages that are needed, by LoRAs and index, read by all encoders."""
        by_adapters: dict[Adapters, list[int]] = {}
        for adapters, index in dict.fromkeys(needed):
            by_adapters.setdefault(adapters, []).append(index)
        return {
            (adapters, index): texts
            for adapters, indices in by_adapters.items()
            for index, texts in zip(
                indices, self._read([stages[i] for i in indices], request, extras.equipment(adapters)), strict=True
            )
        }

    def _read(self, stages: Sequence[Sequence[Pieces]], request: Request, equipment: Equipment) -> list[list[_Text]]:
        """Every part of every stage, read by all encoders."""
        by_encoder = [encoder.contexts(stages, request, equipment) for encoder in self._encoders]
        return [
            [
                _Text(
                    context=np.concatenate([contexts[index][part] for contexts in by_encoder], axis=1),
                    added=self._reading.added(self._pooled(pieces, equipment), request),
                )
                for part, pieces in enumerate(stage)
            ]
            for index, stage in enumerate(stages)
        ]

    def _pooled(self, pieces: Pieces, equipment: Equipment) -> Embeddings:
        return self._encoders[-1].pooled(pieces, equipment) if self._reading.pooled_width else np.empty(0, np.float32)

    def _negative(self, text: _Text, pieces: Pieces, extras: Extras) -> _Text:
        """The text of a negative stage; where an empty one is zeros, only the sizes are left of it."""
        is_empty = not any(part.slots for part in self._encoders[0].chunks(pieces, extras.equipment(())))
        if not (is_empty and self._reading.zeroes_empty_negative):
            return text
        width = self._reading.pooled_width
        zeros = np.zeros(width, np.float32)
        return _Text(context=np.zeros_like(text.context), added=np.concatenate([zeros, text.added[width:]]))

    def _condition(self, context: Embeddings, added: Embeddings, adapters: Adapters, tiling: Tiling) -> Condition:
        return Condition(
            context=self._runtime.from_numpy(context),
            added=self._runtime.from_numpy(added),
            adapters=adapters,
            tiling=tiling,
        )


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
