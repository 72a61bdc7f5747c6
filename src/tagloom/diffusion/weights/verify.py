"""A model on disk -> what is wrong with its tensors: presence, shape, type, and numbers that are none; one at a time."""

from collections.abc import Iterator
from typing import Final

import torch

from tagloom.diffusion.weights.networks import Networks, check_together, check_told, model_parts
from tagloom.diffusion.weights.part import Network, Part
from tagloom.diffusion.weights.source import problems_of
from tagloom.engine import ModelFacts

_SLICE: Final = 1 << 22  # numbers looked at in one go


def verify(model: ModelFacts) -> Iterator[str]:
    """Yield a line for every problem of every tensor that painting needs; none means that the model is sound.

    Raises:
        ModelDamagedError: the files cannot be read at all.
        ModelUnsupportedError: it is something else than a model we paint with, or its networks are not of one model.
    """
    parts = model_parts(model)
    networks = Networks(
        text_encoders=tuple(part.empty() for part in parts.text_encoders),
        unet=parts.unet.empty(),
        autoencoder=parts.autoencoder.empty(),
    )
    check_together(networks, parts)
    check_told(networks, parts, model)
    for part in parts.text_encoders:
        yield from _of_part(part)
    yield from _of_part(parts.unet)
    yield from _of_part(parts.autoencoder)


def _of_part(part: Part[Network]) -> Iterator[str]:
    network = part.empty()
    sources = part.sources(network)
    problems = problems_of(network, part.tensors, sources)
    problems += part.unknown(sources)
    yield from (f"{part.tensors.origin} {problem}" for problem in problems)
    for key in dict.fromkeys(source.key for source in sources.values()):
        if key in part.tensors.infos and (count := _not_finite(part, key)):
            yield f"{part.tensors.origin} has tensor '{key}' with {count} numbers that are NaN or infinite"


def _not_finite(part: Part[Network], key: str) -> int:
    tensor = part.tensors.get(key)
    if not tensor.is_floating_point():
        return 0
    flat = tensor.reshape(-1)
    slices = (flat[start : start + _SLICE] for start in range(0, len(flat), _SLICE))
    return sum(int((~torch.isfinite(piece.float())).sum()) for piece in slices)
