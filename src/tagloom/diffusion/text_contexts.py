"""Prompts -> what one text encoder makes of them: contexts (T, C), and the whole text in one vector.

Every distinct chunk of text is encoded once, alone, so that an embedding never depends on what else is being encoded.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, zip_longest
from typing import Final

import numpy as np

from tagloom.diffusion.chunks import Chunk, chunk
from tagloom.diffusion.emphasis import Embeddings, emphasise, restore_mean
from tagloom.diffusion.runtime.protocol import Adapters, EncodedText, Replacement, Runtime
from tagloom.engine import Request
from tagloom.prompt import Piece
from tagloom.tokenizer import Tokenizer

_CACHED_CHUNKS: Final = 32
_EMPTY: Final = Chunk(slots=())

Pieces = tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Inversion:
    """A textual inversion: its vectors (k, C) for each text encoder, and the hash of the file that they come from."""

    hash: str
    vectors: tuple[Embeddings, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    """What the text encoders have beside their own weights: LoRAs, and textual inversions by name."""

    adapters: Adapters = ()
    inversions: Mapping[str, Inversion] = field(default_factory=dict)


PLAIN: Final = Equipment()


class TextContexts:
    """Reads with one text encoder of a model; keeps what it made of the chunks it encoded last."""

    def __init__(
        self,
        runtime: Runtime,
        tokenizer: Tokenizer,
        *,
        encoder: int,
        padding: int,
        least_clip_skip: float,
    ) -> None:
        """`padding` fills a chunk up behind its EOS. A CLIP skip below the least is the least."""
        self._runtime = runtime
        self._tokenizer = tokenizer
        self._encoder = encoder
        self._padding = padding
        self._least_clip_skip = least_clip_skip
        self._encoded: OrderedDict[tuple[object, ...], EncodedText] = OrderedDict()

    def contexts(self, stages: Sequence[Sequence[Pieces]], request: Request, equipment: Equipment) -> list[list[Embeddings]]:
        """The context (T, C) of every part of every stage."""
        distinct = {pieces: self.chunks(pieces, equipment) for pieces in chain.from_iterable(stages)}
        reader = _Reader(lambda part: self._encode(part, equipment), request, self._least_clip_skip)
        if request.compat == "a1111":
            return reader.contexts_as_a1111([[distinct[pieces] for pieces in stage] for stage in stages])
        contexts = {pieces: reader.context(chunks) for pieces, chunks in distinct.items()}
        return [[contexts[pieces] for pieces in stage] for stage in stages]

    def pooled(self, pieces: Pieces, equipment: Equipment) -> Embeddings:
        """The first chunk of a text in one vector (P,), as A1111 and ComfyUI take it."""
        return self._encode(self.chunks(pieces, equipment)[0], equipment).pooled

    def chunks(self, pieces: Pieces, equipment: Equipment) -> tuple[Chunk, ...]:
        """The text cut into chunks; there is always one."""
        inversions = equipment.inversions.items()
        return chunk(pieces, self._tokenizer, {name: len(one.vectors[self._encoder]) for name, one in inversions})

    def _encode(self, part: Chunk, equipment: Equipment) -> EncodedText:
        ids = part.token_ids(self._padding)
        placed = [(position, equipment.inversions[name], index) for position, name, index in part.vectors()]
        key = (ids, tuple((position, one.hash, index) for position, one, index in placed), equipment.adapters)
        if key not in self._encoded:
            replacements = [
                Replacement(position=position, vector=one.vectors[self._encoder][index]) for position, one, index in placed
            ]
            self._encoded[key] = self._runtime.encode_text(ids, replacements, self._encoder, equipment.adapters)
            if len(self._encoded) > _CACHED_CHUNKS:
                self._encoded.popitem(last=False)
        self._encoded.move_to_end(key)
        return self._encoded[key]


class _Reader:
    """Makes contexts of what an encoder makes of chunks, as one request wants them."""

    def __init__(self, encode: Callable[[Chunk], EncodedText], request: Request, least_clip_skip: float) -> None:
        self._encode = encode
        self._emphasis = request.emphasis
        self._clip_skip = max(request.clip_skip, least_clip_skip)

    def context(self, chunks: Sequence[Chunk]) -> Embeddings:
        """The context (T, C) of one text."""
        (empty,) = self._layers([_EMPTY])
        emphasised = emphasise(self._emphasis, self._layers(chunks), _weights(chunks), empty)
        context: Embeddings = emphasised.reshape(-1, emphasised.shape[-1])
        return context

    def _layers(self, chunks: Sequence[Chunk]) -> Embeddings:
        return np.stack([clip_layer(self._encode(part).states, self._clip_skip) for part in chunks])

    def contexts_as_a1111(self, stages: Sequence[Sequence[tuple[Chunk, ...]]]) -> list[list[Embeddings]]:
        """A1111 encodes all schedule entries of one AND part as one batch, padded with empty chunks to the longest.

        Its "original" emphasis restores the mean over that whole batch, so one entry's weights change another's context.
        """
        by_part = [self._batch_as_a1111([c for c in entries if c is not None]) for entries in zip_longest(*stages)]
        cursors = [iter(batch) for batch in by_part]
        return [[next(cursors[index]) for index in range(len(stage))] for stage in stages]

    def _batch_as_a1111(self, entries: Sequence[tuple[Chunk, ...]]) -> list[Embeddings]:
        count = max(map(len, entries))
        padded = [entry + (_EMPTY,) * (count - len(entry)) for entry in entries]
        if self._emphasis != "original":
            return [self.context(entry) for entry in padded]
        layers = np.stack([self._layers(entry) for entry in padded])  # (entries, count, 77, C)
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
