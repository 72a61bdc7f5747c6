"""What a prompt says, apart from how it is written: equal meanings are encoded alike at every step."""

import re
from typing import Final, assert_never

from tagloom.prompt.compiler import compile
from tagloom.prompt.nodes import Tree
from tagloom.prompt.plan import ChunkBreak, Embedding, Part, Run

_STEPS: Final = 20
_WORD: Final = re.compile(r"[^\W\d_]+|\d|(?:[^\s\w]|_)+")  # as CLIP's tokenizer cuts words, near enough to compare
_DIGITS: Final = 9

Meaning = tuple[object, ...]


def meaning(tree: Tree) -> Meaning:
    """The words of every stage with their weights, in lower case and without white space, as the encoder sees them."""
    plan = compile(tree, steps=_STEPS)
    return tuple(
        (
            stage.start,
            tuple(_said(part) for part in stage.parts),
            tuple((n.kind, n.name, n.unet_weight, n.text_encoder_weight) for n in stage.networks),
        )
        for stage in plan.stages
    )


def _said(part: Part) -> Meaning:
    said: list[object] = []
    for piece in part.pieces:
        match piece:
            case Run(text=text, weight=weight):
                said += [(word.lower(), _rounded(weight)) for word in _WORD.findall(text)]
            case Embedding(name=name, weight=weight):
                said.append((f"<{name}>", _rounded(weight)))
            case ChunkBreak():
                said.append("BREAK")
            case _:
                assert_never(piece)
    return _rounded(part.weight), tuple(said)


def _rounded(weight: float) -> float:
    return float(f"{weight:.{_DIGITS}g}")
