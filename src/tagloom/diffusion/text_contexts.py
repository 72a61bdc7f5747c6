"""Prompts -> what one text encoder makes of them: contexts (T, C), and the whole text in one vector.

Every distinct chunk of text is encoded once, alone, so that an embedding never depends on what else is being encoded.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from itertools import chain, zip_longest
from typing import Final

import numpy as np

from tagloom.diffusion.chunks import Chunk, chunk
from tagloom.diffusion.emphasis import Embeddings, emphasise, restore_mean
from tagloom.diffusion.runtime.protocol import EncodedText, Replacement, Runtime
from tagloom.engine import Request
from tagloom.prompt import Piece
from tagloom.tokenizer import Tokenizer

_CACHED_CHUNKS: Final = 32
_EMPTY: Final = Chunk(slots=())

Pieces = tuple[Piece, ...]


class TextContexts:
    """Reads with one text encoder of a model; keeps what it made of the chunks it encoded last."""

    def __init__(
        self,
        runtime: Runtime,
        tokenizer: Tokenizer,
        embeddings: Mapping[str, Embeddings],
        *,
        encoder: int,
        padding: int,
        least_clip_skip: float,
    ) -> None:
        """`embeddings` are the textual inversions by name, (k, C) each; `padding` fills a chunk up behind its EOS.

        A CLIP skip below the least is the least.
        """
        self._runtime = runtime
        self._tokenizer = tokenizer
        self._embeddings = embeddings
        self._encoder = encoder
        self._padding = padding
        self._least_clip_skip = least_clip_skip
        self._encoded: OrderedDict[tuple[object, ...], EncodedText] = OrderedDict()

    def contexts(self, stages: Sequence[Sequence[Pieces]], request: Request) -> list[list[Embeddings]]:
        """The context (T, C) of every part of every stage."""
        distinct = {pieces: self.chunks(pieces) for pieces in chain.from_iterable(stages)}
        if request.compat == "a1111":
            return self._contexts_as_a1111([[distinct[pieces] for pieces in stage] for stage in stages], request)
        contexts = {pieces: self._context(chunks, request) for pieces, chunks in distinct.items()}
        return [[contexts[pieces] for pieces in stage] for stage in stages]

    def pooled(self, pieces: Pieces) -> Embeddings:
        """The first chunk of a text in one vector (P,), as A1111 and ComfyUI take it."""
        return self._encode(self.chunks(pieces)[0]).pooled

    def chunks(self, pieces: Pieces) -> tuple[Chunk, ...]:
        """The text cut into chunks; there is always one."""
        return chunk(pieces, self._tokenizer, {name: len(vectors) for name, vectors in self._embeddings.items()})

    def _encode(self, part: Chunk) -> EncodedText:
        ids = part.token_ids(self._padding)
        key = (ids, part.vectors())
        if key not in self._encoded:
            replacements = [
                Replacement(position=position, vector=self._embeddings[name][index])
                for position, name, index in part.vectors()
            ]
            self._encoded[key] = self._runtime.encode_text(ids, replacements, self._encoder)
            if len(self._encoded) > _CACHED_CHUNKS:
                self._encoded.popitem(last=False)
        self._encoded.move_to_end(key)
        return self._encoded[key]

    def _context(self, chunks: Sequence[Chunk], request: Request) -> Embeddings:
        layers = self._layers(chunks, request.clip_skip)
        (empty,) = self._layers([_EMPTY], request.clip_skip)
        emphasised = emphasise(request.emphasis, layers, _weights(chunks), empty)
        context: Embeddings = emphasised.reshape(-1, emphasised.shape[-1])
        return context

    def _layers(self, chunks: Sequence[Chunk], clip_skip: float) -> Embeddings:
        skip = max(clip_skip, self._least_clip_skip)
        return np.stack([clip_layer(self._encode(part).states, skip) for part in chunks])

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
