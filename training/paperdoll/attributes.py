"""What a text says of a scene so far, tag by tag: the classes that the text tower learns to tell."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from tagloom.tokenizer import Tokenizer
from training.paperdoll.captions import facts
from training.paperdoll.data import scene

UNSAID: Final = 0


def tag_classes(split: int, count: int) -> dict[str, int]:
    """Every tag that `count` scenes name, numbered."""
    tags = {fact.tag for number in range(count) for fact in facts(scene(split, number)) if fact.tag}
    return {tag: index for index, tag in enumerate(sorted(tags))}


def said_by_position(
    tokenizer: Tokenizer, pieces: list[tuple[str, str]], classes: dict[str, int], length: int
) -> tuple[list[int], NDArray[np.float32]]:
    """Token ids of a caption made of (tag, words) pieces, and for each position which tags were said up to it.

    The second is (length, classes) of 0 and 1; position 0 is BOS.
    """
    ids: list[int] = []
    said = np.zeros((length, len(classes)), dtype=np.float32)
    for tag, words in pieces:
        ids += tokenizer.encode_ids(words)
        if tag in classes and len(ids) < length:
            said[len(ids) :, classes[tag]] = 1
    return ids, said
