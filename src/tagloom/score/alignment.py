"""A text and a picture -> how well they fit: the cosine of their directions in a space that contrastive training made."""

import json
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import torch
from PIL import Image
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn
from torch.nn import functional

from tagloom.diffusion.networks import TextEncoder
from tagloom.engine import Picture
from tagloom.errors import ModelDamagedError
from tagloom.score.network import FEATURES, SIDE, PictureEncoder
from tagloom.tokenizer import BEGIN_OF_TEXT, END_OF_TEXT, load_tokenizer

DIRECTIONS: Final = 128
_TOKENS: Final = 77


@dataclass(frozen=True, slots=True)
class Score:
    """`cosine` is -1 .. 1. `rank` is the share of unrelated pairs of text and picture that fit less well, 0 .. 1."""

    cosine: float
    rank: float


class Alignment(nn.Module):
    """The picture tower, and the two projections into the shared space. The text tower is a model's own."""

    def __init__(self, text_width: int) -> None:
        super().__init__()
        self.encoder = PictureEncoder()
        self.picture_projection = nn.Linear(FEATURES, DIRECTIONS, bias=False)
        self.text_projection = nn.Linear(text_width, DIRECTIONS, bias=False)
        self.logit_scale = nn.Parameter(torch.tensor(2.66))  # ln(1 / 0.07), as in CLIP

    def pictures(self, pixels: Tensor) -> Tensor:
        """Pixels (B, 3, 128, 128) in [-1, 1] to unit directions (B, 128)."""
        return functional.normalize(self.picture_projection(self.encoder(pixels)), dim=1)

    def texts(self, pooled: Tensor) -> Tensor:
        """Pooled text states (B, C) to unit directions (B, 128)."""
        return functional.normalize(self.text_projection(pooled), dim=1)


class AlignmentScorer:
    """Scores pairs of text and picture."""

    def __init__(self, alignment: Alignment, tower: TextEncoder, unrelated: Sequence[float]) -> None:
        """`unrelated` are the ascending cosines of unrelated pairs, evenly spaced quantiles of them."""
        self._alignment = alignment.eval()
        self._tower = tower
        self._unrelated = unrelated

    def score(self, texts: Sequence[str], pictures: Sequence[Picture]) -> list[Score]:
        """A score for each pair; a text is plain, and counts up to its 75th token."""
        with torch.inference_mode():
            theirs = self._alignment.pictures(torch.stack([picture_pixels(picture) for picture in pictures]))
            ours = self._alignment.texts(pooled(self._tower, texts))
            cosines: list[float] = (theirs * ours).sum(dim=1).tolist()
        return [Score(cosine, bisect_left(self._unrelated, cosine) / len(self._unrelated)) for cosine in cosines]


def pooled(tower: TextEncoder, texts: Sequence[str]) -> Tensor:
    """The tower's normalised state at each text's EOS (B, C)."""
    encoded = [load_tokenizer().encode_ids(text)[: _TOKENS - 2] for text in texts]
    rows = [[BEGIN_OF_TEXT, *ids, *[END_OF_TEXT] * (_TOKENS - 1 - len(ids))] for ids in encoded]
    weight = tower.final_layer_norm.weight
    states = tower(tower.embed(torch.tensor(rows, device=weight.device)).to(weight.dtype))[-1]
    ends = torch.tensor([len(ids) + 1 for ids in encoded])
    result: Tensor = tower.final_layer_norm(states[torch.arange(len(ends)), ends])
    return result


def picture_pixels(picture: Picture) -> Tensor:
    """A picture of any size to pixels (3, 128, 128) in [-1, 1]; what is not square is squeezed."""
    whole = Image.frombytes("RGB", (picture.width, picture.height), picture.pixels)
    small = whole if whole.size == (SIDE, SIDE) else whole.resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    flat = torch.frombuffer(bytearray(small.tobytes()), dtype=torch.uint8)
    return flat.view(SIDE, SIDE, 3).permute(2, 0, 1).float() / 127.5 - 1


def load_scorer(file: Path, tower: TextEncoder) -> AlignmentScorer:
    """The scorer in a file, over the text tower that it was trained with.

    Raises:
        ModelDamagedError: the file is not what it must be, or belongs to another tower.
    """
    alignment = Alignment(tower.config.width)
    try:
        with safe_open(file, "pt") as opened:
            tensors = {name: opened.get_tensor(name).float() for name in opened.keys()}  # noqa: SIM118  # no dictionary
            unrelated = json.loads(opened.metadata()["unrelated"])
        alignment.load_state_dict(tensors)
    except (SafetensorError, OSError, KeyError, TypeError, ValueError, RuntimeError) as error:
        raise ModelDamagedError(f"{file} is no alignment model: {error}", hint="install tagloom again") from error
    return AlignmentScorer(alignment, tower.float(), unrelated)
