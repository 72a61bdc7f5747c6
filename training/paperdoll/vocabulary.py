"""The few hundred tokens that captions are made of, out of CLIP's 49,408: only their embeddings are trained and stored.

All other tokens share one embedding, that of a word nobody knows: fillers in the captions teach the tower to pass over it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from tagloom.diffusion.networks import TextEncoder
from tagloom.tokenizer import BEGIN_OF_TEXT, END_OF_TEXT, load_tokenizer
from training.paperdoll.captions import FILLER, pieces
from training.paperdoll.data import scene

_WHOLE = 49408


@dataclass(frozen=True, slots=True)
class CompactVocabulary:
    """`ids` are CLIP's token ids in ascending order; their row is 1 + their place. Row 0 is every other token's."""

    ids: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.ids) + 1

    @property
    def untrained_id(self) -> int:
        """Some token that is not among them."""
        known = set(self.ids)
        return next(number for number in range(_WHOLE) if number not in known)

    def rows(self, token_ids: Tensor) -> Tensor:
        """CLIP's token ids, of any shape, to rows of the compact table."""
        table = torch.zeros(_WHOLE, dtype=torch.long)
        table[list(self.ids)] = torch.arange(1, len(self))
        return table[token_ids]

    def expanded(self, tower: TextEncoder) -> TextEncoder:
        """A tower over this vocabulary as one over the whole of CLIP's."""
        whole = TextEncoder(replace(tower.config, vocabulary=_WHOLE))
        weights = tower.state_dict()
        name = "embeddings.token_embedding.weight"
        weights[name] = weights[name][self.rows(torch.arange(_WHOLE))]
        whole.load_state_dict(weights)
        return whole.eval()


def caption_vocabulary(split: int, scenes: int) -> CompactVocabulary:
    """The tokens of all captions of a split's first scenes, fillers left out."""
    written = (piece for number in range(scenes) for piece in pieces(scene(split, number), np.random.default_rng(number)))
    return CompactVocabulary(tuple(sorted({BEGIN_OF_TEXT, END_OF_TEXT, *_ids(written)})))


def _ids(written: Iterable[tuple[str, str]]) -> set[int]:
    words = {text for tag, text in written if tag != FILLER}
    tokenizer = load_tokenizer()
    return {
        number for text in words for spelled in (text, text.replace(" ", "_")) for number in tokenizer.encode_ids(spelled)
    }
