"""Pictures and captions -> the alignment score: contrastive training of an image tower against the text tower.

Usage: python -m training.paperdoll.train_alignment RUN_FOLDER [--steps N] [--threads N] [--tunes-text] [--model FOLDER]

RUN_FOLDER is where the run's pictures and checkpoints go. The text tower is that of a diffusers folder (--model), the image
tower begins from the judge's picture encoder. --tunes-text trains the text tower on as well, to measure whether that is
better; nothing is written then.
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional

from tagloom.bundled import ALIGNMENT, FOLDER
from tagloom.diffusion.networks import TextEncoder
from tagloom.diffusion.weights import load_folder
from tagloom.score import Alignment, pooled
from training.paperdoll.captions import caption
from training.paperdoll.data import ALIGNMENT_EVALUATION, TRAINING, captions, drawn, pictures, scene
from training.paperdoll.judge import load_reader, to_pixels
from training.paperdoll.loop import Training, train
from training.paperdoll.profile import Stage, read_profile
from training.paperdoll.train_judge import augmented

_BATCH = 96
_HELD_OUT = 512


def main() -> None:
    """Train, write the scorer, and report how well it finds each picture's own caption."""
    parser = argparse.ArgumentParser(description="Train the alignment score.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", type=Path, default=FOLDER / "paperdoll", help="the diffusers folder that it is to score")
    parser.add_argument("--profile", type=Path, default=Path(__file__).parent / "configs" / "cpu.toml")
    parser.add_argument("--steps", type=int, default=1200)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--tunes-text", action="store_true")
    parser.add_argument("--to", type=Path, default=ALIGNMENT, help="where the scorer is written")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    profile = read_profile(arguments.profile)
    tower = load_folder(arguments.model).text_encoder.float()
    tower.requires_grad_(arguments.tunes_text)
    shown = pictures(arguments.folder, profile.scenes, profile.size, arguments.threads)
    alignment = _trained(arguments.folder, tower, shown, arguments.steps, tunes_text=arguments.tunes_text)
    cosines = _held_out(alignment, tower)
    found = (cosines.argmax(dim=1) == torch.arange(len(cosines))).float().mean()
    unrelated = cosines[~torch.eye(len(cosines), dtype=torch.bool)]
    print(f"finds the picture's own caption among {len(cosines)}: {100 * found:.1f} %")
    print(f"cosine of a pair {cosines.diag().mean():.3f}, of unrelated ones {unrelated.mean():.3f}")
    if not arguments.tunes_text:
        _save(arguments.to, alignment, unrelated)


class _Pair(torch.nn.Module):
    """The two towers side by side, so that one optimiser trains what is not frozen."""

    def __init__(self, alignment: Alignment, tower: TextEncoder) -> None:
        super().__init__()
        self.alignment, self.tower = alignment, tower


def _trained(folder: Path, tower: TextEncoder, shown: NDArray[np.uint8], steps: int, *, tunes_text: bool) -> Alignment:
    torch.manual_seed(0)
    alignment = Alignment(tower.config.width)
    alignment.encoder.load_state_dict(load_reader().encoder.state_dict())

    def loss(step: int) -> Tensor:
        rng = np.random.default_rng((17, step))
        numbers = np.sort(rng.choice(len(shown), size=_BATCH, replace=False))
        texts = [caption(scene(TRAINING, int(number)), rng) for number in numbers]
        with torch.set_grad_enabled(tunes_text):
            states = pooled(tower, texts)
        theirs = alignment.pictures(augmented(to_pixels(shown[numbers]), rng))
        logits = theirs @ alignment.texts(states).T * alignment.logit_scale.clamp(max=4.6).exp()
        own = torch.arange(_BATCH)
        return (functional.cross_entropy(logits, own) + functional.cross_entropy(logits.T, own)) / 2

    train(
        Training(
            name="alignment_tuned" if tunes_text else "alignment",
            network=_Pair(alignment, tower) if tunes_text else alignment,
            stage=Stage(steps=steps, batch=_BATCH, learning_rate=5e-4),
            folder=folder,
            minutes_between_checkpoints=3,
            device="cpu",
            keeps_optimizer=True,
            loss=loss,
            show=lambda _step: None,
        )
    )
    return alignment.eval()


def _held_out(alignment: Alignment, tower: TextEncoder) -> Tensor:
    """The cosines (n, n) of n pictures with n captions of scenes that nothing was trained on; pairs are on the diagonal."""
    texts = [captions(ALIGNMENT_EVALUATION, number, 1)[0] for number in range(_HELD_OUT)]
    with torch.inference_mode():
        theirs = alignment.pictures(to_pixels(drawn(ALIGNMENT_EVALUATION, range(_HELD_OUT), 128)))
        return theirs @ alignment.texts(pooled(tower, texts)).T


def _save(path: Path, alignment: Alignment, unrelated: Tensor) -> None:
    quantiles = torch.quantile(unrelated[:: max(1, len(unrelated) // 100_000)], torch.linspace(0, 1, 201)).tolist()
    tensors = {name: tensor.to(torch.float16).contiguous() for name, tensor in alignment.state_dict().items()}
    save_file(tensors, path, metadata={"unrelated": json.dumps([round(value, 4) for value in quantiles])})


if __name__ == "__main__":
    main()
