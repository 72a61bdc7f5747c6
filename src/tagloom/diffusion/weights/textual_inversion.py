"""A file of a textual inversion -> its vectors for each text encoder of a model.

Forms: A1111's and the original's `string_to_param` (a pickle) and `emb_params`, diffusers' one tensor under the token's
name, SDXL's pair `clip_l` and `clip_g` (or `text_encoders_0` and `text_encoders_1`).
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, cast

import torch
from torch import Tensor

from tagloom.catalog import TAKE_AGAIN
from tagloom.diffusion.runtime.protocol import Floats
from tagloom.diffusion.weights.pickled import unpickled
from tagloom.diffusion.weights.tensors import open_safetensors
from tagloom.errors import ModelDamagedError, ModelUnsupportedError

_SAFE: Final = ".safetensors"
_PAIRS: Final = (("clip_l", "clip_g"), ("text_encoders_0", "text_encoders_1"))
_HINT: Final = "take one that was trained for this family of models"
_MATRIX: Final = 2


def read_inversion(path: Path, widths: Sequence[int]) -> tuple[Floats, ...]:
    """The vectors (k, C) of a textual inversion for text encoders of these widths.

    Raises:
        ModelDamagedError: it cannot be read, or its numbers are none.
        ModelUnsupportedError: it is of other widths, or no textual inversion.
    """
    tensors = _in_order(path, _tensors(path))
    found = [_vectors(path, name, tensor) for name, tensor in tensors.items()]
    theirs = [vectors.shape[1] for vectors in found]
    if theirs != list(widths):
        message = f"{path} is a textual inversion of width {_and(theirs)}; this model's text takes {_and(widths)}"
        raise ModelUnsupportedError(message, hint=_HINT)
    if len({len(vectors) for vectors in found}) > 1:
        message = f"{path} has {_and([len(vectors) for vectors in found])} vectors for the two text encoders"
        raise ModelDamagedError(message, hint=TAKE_AGAIN)
    return tuple(found)


def _tensors(path: Path) -> dict[str, Tensor]:
    """Every tensor of the file that may be the vectors, by name."""
    if path.suffix.lower() == _SAFE:
        opened = open_safetensors(path)
        return {name: opened.get(name) for name in opened.infos}
    content = unpickled(path)
    held = content.get("string_to_param", content)
    if not isinstance(held, Mapping):
        raise ModelUnsupportedError(f"{path} is no textual inversion: its 'string_to_param' holds no tensors")
    return {str(name): one for name, one in held.items() if isinstance(one, Tensor)}


def _in_order(path: Path, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The one tensor of a file, or the pair of SDXL, the first encoder's first."""
    for pair in _PAIRS:
        if set(pair) == tensors.keys():
            return {name: tensors[name] for name in pair}
    if "emb_params" in tensors:
        return {"emb_params": tensors["emb_params"]}
    if len(tensors) != 1:
        names = ", ".join(f"'{name}'" for name in list(tensors)[:4]) or "none"
        message = f"{path} is no textual inversion: it has {len(tensors)} tensors ({names}), not one"
        raise ModelUnsupportedError(message)
    return dict(tensors)


def _vectors(path: Path, name: str, tensor: Tensor) -> Floats:
    rows = tensor[None] if tensor.dim() == 1 else tensor
    if rows.dim() != _MATRIX or not rows.numel() or not rows.is_floating_point():
        raise ModelUnsupportedError(f"{path} is no textual inversion: '{name}' is {tuple(tensor.shape)} {tensor.dtype}")
    vectors = rows.detach().to(torch.float32)
    if not torch.isfinite(vectors).all():
        raise ModelDamagedError(f"{path}: '{name}' has numbers that are NaN or infinite", hint=TAKE_AGAIN)
    return cast(Floats, vectors.contiguous().numpy())


def _and(numbers: Sequence[int]) -> str:
    return " and ".join(map(str, numbers))
