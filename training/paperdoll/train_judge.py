"""Rendered scenes -> the judge, and how good it is on scenes it never saw.

Usage: python -m training.paperdoll.train_judge RUN_FOLDER [--scenes N] [--steps N] [--threads N]

RUN_FOLDER holds a trained autoencoder: half of the pictures go through it, with noise on their latents, since the pictures
that are to be judged were decoded by it. Shifts, light, colour casts and noise come on top.
"""

import argparse
import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from tagloom.diffusion.networks import Autoencoder
from training.paperdoll.data import JUDGE_CALIBRATION, JUDGE_EVALUATION, JUDGE_TRAINING, drawn, scene
from training.paperdoll.judge import WEIGHTS, AttributeReader, Calibration, Judge, save_judge, to_pixels
from training.paperdoll.loop import Training, load_average, train
from training.paperdoll.profile import Profile, Stage, read_profile
from training.paperdoll.visible import ATTRIBUTES, visible

SIDE: Final = 128
_BATCH: Final = 64
_HELD_OUT: Final = 2000
_SURE: Final = 0.995  # the share of sure verdicts that must be right
_ABSENT: Final = -100  # cross-entropy's own mark for "no label"


def main() -> None:
    """Train, calibrate, write the judge, and report."""
    parser = argparse.ArgumentParser(description="Train the judge.")
    parser.add_argument("folder", type=Path, help="a run of the recipe: its autoencoder is used, checkpoints go there")
    parser.add_argument("--profile", type=Path, default=Path(__file__).parent / "configs" / "cpu.toml")
    parser.add_argument("--scenes", type=int, default=14000)
    parser.add_argument("--steps", type=int, default=5000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--to", type=Path, default=WEIGHTS, help="where the judge is written")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    autoencoder = _autoencoder(read_profile(arguments.profile), arguments.folder)
    reader = _trained(arguments.folder, autoencoder, arguments.scenes, arguments.steps)
    read = partial(_logits_and_labels, reader, autoencoder)
    calibrations = _calibrations(*read(JUDGE_CALIBRATION))
    save_judge(arguments.to, reader, calibrations)
    report = json.dumps(_report(Judge(reader, calibrations), autoencoder), indent=1) + "\n"
    arguments.to.with_suffix(".json").write_text(report, encoding="utf-8")
    print(report)


def labels(numbers: range, split: int) -> dict[str, Tensor]:
    """Each attribute's place among its values, for scenes of a split; -100 where it is not to be seen."""
    seen = [visible(scene(split, number)) for number in numbers]
    return {
        name: torch.tensor([values.index(one[name]) if name in one else _ABSENT for one in seen])
        for name, values in ATTRIBUTES.items()
    }


def _autoencoder(profile: Profile, folder: Path) -> Autoencoder:
    autoencoder = Autoencoder(profile.autoencoder_config(1.0)).eval()
    load_average(folder, "autoencoder", autoencoder)
    return autoencoder


def _trained(folder: Path, autoencoder: Autoencoder, scenes: int, steps: int) -> AttributeReader:
    torch.manual_seed(0)
    reader = AttributeReader()
    pictures = _pictures(folder / "judge-pictures.npy", autoencoder, JUDGE_TRAINING, scenes)
    wanted = labels(range(scenes), JUDGE_TRAINING)

    def loss(step: int) -> Tensor:
        rng = np.random.default_rng((15, step))
        numbers = np.sort(rng.integers(scenes, size=_BATCH))
        told = reader(augmented(to_pixels(pictures[numbers]), rng))
        errors = [
            functional.cross_entropy(logits, wanted[name][numbers], label_smoothing=0.02, reduction="sum")
            for name, logits in told.items()
        ]
        return torch.stack(errors).sum() / _BATCH / len(errors)

    train(
        Training(
            name="judge",
            network=reader,
            stage=Stage(steps=steps, batch=_BATCH, learning_rate=1.5e-3),
            folder=folder,
            minutes_between_checkpoints=3,
            device="cpu",
            keeps_optimizer=True,
            loss=loss,
            show=lambda _step: None,
        )
    )
    return reader.eval()


def augmented(pixels: Tensor, rng: np.random.Generator) -> Tensor:
    """Shift, size, light, colour cast and noise, other ones for every picture of a batch (B, 3, H, W)."""
    count = len(pixels)

    def drawn_between(low: float, high: float, *shape: int) -> Tensor:
        return torch.from_numpy(rng.uniform(low, high, (count, *shape)).astype(np.float32))

    grid = torch.zeros(count, 2, 3)
    grid[:, 0, 0] = grid[:, 1, 1] = drawn_between(0.94, 1.06)
    grid[:, :, 2] = drawn_between(-0.08, 0.08, 2)
    moved = functional.grid_sample(
        pixels,
        functional.affine_grid(grid, list(pixels.shape), align_corners=False),
        padding_mode="border",
        align_corners=False,
    )
    light = moved * drawn_between(0.9, 1.08, 3, 1, 1) + drawn_between(-0.06, 0.06, 3, 1, 1)
    noise = torch.from_numpy(rng.standard_normal(pixels.shape, dtype=np.float32))
    return light + noise * drawn_between(0, 0.08, 1, 1, 1)


def _pictures(path: Path, autoencoder: Autoencoder, split: int, count: int) -> NDArray[np.uint8]:
    """Scenes of a split; every other one went through the autoencoder."""
    if not path.exists():
        pictures = drawn(split, range(count), SIDE)
        pictures[::2] = decoded(autoencoder, pictures[::2], np.random.default_rng((16, split)))
        half = path.with_suffix(".half.npy")
        np.save(half, pictures)
        half.replace(path)
    mapped: NDArray[np.uint8] = np.load(path, mmap_mode="r")
    return mapped


def decoded(autoencoder: Autoencoder, pictures: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Pictures as the autoencoder gives them back, with up to a quarter of a standard deviation of noise on the latents."""
    rebuilt = []
    with torch.inference_mode():
        for start in range(0, len(pictures), _BATCH):
            latents = autoencoder.encode(to_pixels(pictures[start : start + _BATCH]))
            spread = torch.from_numpy(rng.uniform(0, 0.25, (len(latents), 1, 1, 1)).astype(np.float32)) * latents.std()
            latents = latents + spread * torch.from_numpy(rng.standard_normal(latents.shape, dtype=np.float32))
            pixels = autoencoder.decode(latents).clamp(-1, 1) * 127.5 + 127.5
            rebuilt.append(pixels.round().to(torch.uint8).permute(0, 2, 3, 1).numpy())
    return np.concatenate(rebuilt)


def _logits_and_labels(
    reader: AttributeReader, autoencoder: Autoencoder, split: int
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    pictures = drawn(split, range(_HELD_OUT), SIDE)
    pictures[::2] = decoded(autoencoder, pictures[::2], np.random.default_rng((16, split)))
    with torch.inference_mode():
        batches = [reader(to_pixels(pictures[start : start + _BATCH])) for start in range(0, _HELD_OUT, _BATCH)]
    return {name: torch.cat([batch[name] for batch in batches]) for name in ATTRIBUTES}, labels(range(_HELD_OUT), split)


def _calibrations(told: Mapping[str, Tensor], wanted: Mapping[str, Tensor]) -> dict[str, Calibration]:
    return {name: calibrated(told[name][wanted[name] >= 0], wanted[name][wanted[name] >= 0]) for name in ATTRIBUTES}


def calibrated(logits: Tensor, wanted: Tensor) -> Calibration:
    """The temperature of the least cross-entropy (Guo et al. 2017), and the least confidence that is right often enough."""
    temperatures = np.geomspace(0.2, 5, 60).tolist()
    temperature = min(temperatures, key=lambda t: float(functional.cross_entropy(logits / t, wanted)))
    confidences, places = (logits / temperature).softmax(dim=1).max(dim=1)
    order = confidences.argsort(descending=True)
    shares = (places == wanted)[order].float().cumsum(0) / torch.arange(1, len(order) + 1)
    good = (shares >= _SURE).nonzero().flatten()
    sure_from = float(confidences[order[int(good[-1])]]) if len(good) else 1.0
    return Calibration(temperature, max(0.5, sure_from))


def _report(judge: Judge, autoencoder: Autoencoder) -> dict[str, dict[str, float]]:
    """On scenes of a third split: accuracy over all, accuracy where sure, and how often it is sure; drawn and decoded."""
    pictures = drawn(JUDGE_EVALUATION, range(_HELD_OUT), SIDE)
    wanted = [visible(scene(JUDGE_EVALUATION, number)) for number in range(_HELD_OUT)]
    found: dict[str, dict[str, float]] = {name: {} for name in ATTRIBUTES}
    rebuilt = decoded(autoencoder, pictures, np.random.default_rng((16, JUDGE_EVALUATION)))
    for kind, seen in (("drawn", pictures), ("decoded", rebuilt)):
        verdicts = judge.read(seen)
        for name in ATTRIBUTES:
            pairs = [(told[name], true[name]) for told, true in zip(verdicts, wanted, strict=True) if name in true]
            right = [told.value == true for told, true in pairs]
            sure = [told.value == true for told, true in pairs if told.is_sure]
            found[name] |= {
                f"{kind}: right": round(sum(right) / len(right), 4),
                f"{kind}: right where sure": round(sum(sure) / max(1, len(sure)), 4),
                f"{kind}: sure": round(len(sure) / len(pairs), 4),
            }
    return found


if __name__ == "__main__":
    main()
