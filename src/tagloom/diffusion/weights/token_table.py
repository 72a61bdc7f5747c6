"""A token table of which only the trained rows are stored, and the whole one that CLIP's 49,408 ids look up.

Row 0 of a stored table is that of every token that was not trained; row 1 + k is that of the k-th of the trained ids, which
lie beside it in ascending order. A model whose captions use a few hundred tokens is a third of its size that way.
"""

from pathlib import Path
from typing import Final

import torch
from torch import Tensor

from tagloom.catalog import TAKE_AGAIN
from tagloom.errors import ModelDamagedError

TABLE: Final = "embeddings.token_embedding.weight"
TRAINED_IDS: Final = "embeddings.token_embedding.trained_ids"


def compacted(table: Tensor, trained_ids: Tensor, untrained_id: int) -> dict[str, Tensor]:
    """The two tensors to store of a whole table (V, C); `untrained_id` is any id that was not trained."""
    return {TABLE: torch.cat([table[untrained_id : untrained_id + 1], table[trained_ids]]), TRAINED_IDS: trained_ids}


def expanded(tensors: dict[str, Tensor], vocabulary: int, folder: Path) -> dict[str, Tensor]:
    """A text encoder's tensors with the whole table (vocabulary, C); those of a model that stores it whole are given back.

    Raises:
        ModelDamagedError: the ids do not fit the rows or the vocabulary.
    """
    if TRAINED_IDS not in tensors:
        return tensors
    rest = {name: tensor for name, tensor in tensors.items() if name != TRAINED_IDS}
    ids, rows = tensors[TRAINED_IDS], rest.get(TABLE)
    if rows is None or ids.ndim != 1 or rows.ndim != 2 or len(rows) != len(ids) + 1:
        raise ModelDamagedError(f"{folder}: '{TRAINED_IDS}' does not fit '{TABLE}'", hint=TAKE_AGAIN)
    if ids.is_floating_point() or bool(((ids < 0) | (ids >= vocabulary)).any()):
        raise ModelDamagedError(f"{folder}: '{TRAINED_IDS}' holds no token ids below {vocabulary}", hint=TAKE_AGAIN)
    whole = rows[:1].repeat(vocabulary, 1)
    whole[ids.long()] = rows[1:]
    return rest | {TABLE: whole}
