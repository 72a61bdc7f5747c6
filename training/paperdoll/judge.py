"""The judge: a picture -> its attributes, each with a confidence, and no verdict where it is unsure.

It was trained on rendered scenes alone, of splits that no training picture and no evaluation prompt comes from.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from tagloom.score.network import FEATURES, PictureEncoder
from training.paperdoll.visible import ATTRIBUTES

WEIGHTS: Final = Path(__file__).with_name("judge.safetensors")
_READ_AT_ONCE: Final = 64


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the judge takes an attribute for. `confidence` is calibrated: of verdicts at 0.9 nine in ten are right."""

    value: str
    confidence: float
    is_sure: bool


@dataclass(frozen=True, slots=True)
class Calibration:
    """An attribute's temperature, which makes its confidences honest, and the confidence from which the judge is sure."""

    temperature: float = 1.0
    sure_from: float = 0.5


class AttributeReader(nn.Module):
    """The picture encoder with one linear layer for all attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = PictureEncoder()
        self.heads = nn.Linear(FEATURES, sum(len(values) for values in ATTRIBUTES.values()))

    def forward(self, pixels: Tensor) -> dict[str, Tensor]:
        """Pixels (B, 3, 128, 128) in [-1, 1] to the logits (B, values) of every attribute."""
        told = self.heads(self.encoder(pixels)).split([len(values) for values in ATTRIBUTES.values()], dim=1)
        return dict(zip(ATTRIBUTES, told, strict=True))


class Judge:
    """Reads pictures."""

    def __init__(self, reader: AttributeReader, calibrations: Mapping[str, Calibration]) -> None:
        self._reader = reader.eval()
        self._calibrations = calibrations

    def read(self, pictures: NDArray[np.uint8]) -> list[dict[str, Verdict]]:
        """Pictures (n, 128, 128, 3) to a verdict on every attribute of each."""
        read: list[dict[str, Verdict]] = []
        for start in range(0, len(pictures), _READ_AT_ONCE):
            with torch.inference_mode():
                told = self._reader(to_pixels(pictures[start : start + _READ_AT_ONCE]))
            columns = {name: self._verdicts(name, logits) for name, logits in told.items()}
            read += [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
        return read

    def _verdicts(self, name: str, logits: Tensor) -> list[Verdict]:
        calibration = self._calibrations[name]
        confidences, places = (logits / calibration.temperature).softmax(dim=1).max(dim=1)
        values = ATTRIBUTES[name]
        return [
            Verdict(values[place], confidence, confidence >= calibration.sure_from)
            for confidence, place in zip(confidences.tolist(), places.tolist(), strict=True)
        ]


def to_pixels(pictures: NDArray[np.uint8]) -> Tensor:
    """(n, H, W, 3) bytes to (n, 3, H, W) in [-1, 1]."""
    return torch.from_numpy(np.array(pictures)).permute(0, 3, 1, 2).float() / 127.5 - 1


def save_judge(path: Path, reader: AttributeReader, calibrations: Mapping[str, Calibration]) -> None:
    """Write a judge in half precision, with its calibration."""
    tensors = {name: tensor.to(torch.float16).contiguous() for name, tensor in reader.state_dict().items()}
    said = {name: [one.temperature, one.sure_from] for name, one in calibrations.items()}
    save_file(tensors, path, metadata={"calibration": json.dumps(said)})


def load_judge(path: Path = WEIGHTS) -> Judge:
    """The judge that ships with the development files."""
    with safe_open(path, "pt") as file:
        said = json.loads(file.metadata()["calibration"])
    return Judge(load_reader(path), {name: Calibration(*values) for name, values in said.items()})


def load_reader(path: Path = WEIGHTS) -> AttributeReader:
    """Its network alone."""
    reader = AttributeReader()
    with safe_open(path, "pt") as file:
        reader.load_state_dict({name: file.get_tensor(name).float() for name in file.keys()})  # noqa: SIM118  # no dictionary
    return reader
