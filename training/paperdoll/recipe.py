"""The whole recipe, top to bottom: pictures, autoencoder, text tower, U-Net, export. Cut anywhere, it goes on from there.

Usage: python -m training.paperdoll.recipe PROFILE.toml RUN_FOLDER [--begin-from FOLDER [--keeps-towers]] [--steps N]
    [--until STAGE] [--export-only]

A run that has lost its folder goes on from what it exported: --begin-from EXPORT --keeps-towers trains the U-Net on, over
the very autoencoder and text tower that it knows.
"""

import argparse
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from tagloom.diffusion.networks import Autoencoder, TextEncoder, UNet
from tagloom.diffusion.weights import load_folder
from training.paperdoll.data import TRAINING, all_captions, pictures
from training.paperdoll.export import export
from training.paperdoll.history import HISTORY, history_json
from training.paperdoll.loop import load_average
from training.paperdoll.profile import Profile, read_profile
from training.paperdoll.train_autoencoder import encode_all, train_autoencoder
from training.paperdoll.train_denoiser import Examples, Sheet, train_denoiser
from training.paperdoll.train_text_encoder import NAMED, encode_captions, train_text_encoder
from training.paperdoll.vocabulary import caption_vocabulary


def main() -> None:
    """Read the command line and run what is left of the recipe."""
    parser = argparse.ArgumentParser(description="Train paperdoll.")
    parser.add_argument("profile", type=Path, help="one of training/paperdoll/configs/*.toml")
    parser.add_argument("folder", type=Path, help="where pictures, checkpoints, sheets and the export go")
    parser.add_argument("--begin-from", type=Path, help="a diffusers folder whose autoencoder and U-Net to start with")
    parser.add_argument("--keeps-towers", action="store_true", help="its autoencoder and text tower are finished: keep them")
    parser.add_argument("--steps", type=int, help="of the U-Net, instead of the profile's")
    parser.add_argument("--until", choices=("autoencoder", "text_encoder"), help="the last stage to train")
    parser.add_argument("--export-only", action="store_true", help="export the latest checkpoints as they are")
    arguments = parser.parse_args()
    if arguments.keeps_towers and arguments.begin_from is None:
        parser.error("--keeps-towers goes with --begin-from: it says whose")
    profile = read_profile(arguments.profile)
    if arguments.steps:
        profile = replace(profile, denoiser=replace(profile.denoiser, steps=arguments.steps))
    begin = Begin(arguments.begin_from, keeps_towers=arguments.keeps_towers)
    run(profile, arguments.folder, begin, until=arguments.until, exports_only=arguments.export_only)


@dataclass(frozen=True, slots=True)
class Begin:
    """What a run begins with: nothing, or an earlier export, whose autoencoder and text tower may be kept as they are."""

    folder: Path | None
    keeps_towers: bool = False


def run(profile: Profile, folder: Path, begin: Begin, *, until: str | None, exports_only: bool) -> None:
    """All stages; a finished one only loads its result."""
    folder.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(profile.threads)
    drawn = pictures(folder, profile.scenes, profile.size, profile.threads)
    trained = _autoencoder(profile, drawn, folder, begin)
    if until == "autoencoder":
        return
    latents, scaling_factor = encode_all(trained.to(profile.device), drawn, folder, profile.device)
    if begin.keeps_towers:
        scaling_factor = trained.config.scaling_factor  # the one that the U-Net knows
    autoencoder = Autoencoder(replace(trained.config, scaling_factor=scaling_factor)).eval()
    autoencoder.load_state_dict(trained.cpu().state_dict())
    tower = _tower(profile, folder, begin)
    if until == "text_encoder":
        return
    encoded = encode_captions(tower, all_captions(folder, profile.scenes, profile.captions), folder, profile.device)
    if exports_only:
        unet = UNet(profile.unet_config())
        load_average(folder, "denoiser", unet)
    else:
        sheet = Sheet(tower, autoencoder, profile.size // profile.factor, folder)
        examples = Examples(latents=latents * scaling_factor, contexts=encoded)
        unet = train_denoiser(profile, examples, sheet, folder, begin.folder)
    export(folder / "export", (tower, caption_vocabulary(TRAINING, NAMED)), unet, autoencoder, scaling_factor, profile.size)
    written = history_json(folder / "log.jsonl", begin.folder)
    (folder / "export" / HISTORY).write_text(written, encoding="utf-8")


def _autoencoder(profile: Profile, drawn: NDArray[np.uint8], folder: Path, begin: Begin) -> Autoencoder:
    if begin.folder is not None and begin.keeps_towers:
        return load_folder(begin.folder).autoencoder.float()
    return train_autoencoder(profile, drawn, folder, begin.folder)


def _tower(profile: Profile, folder: Path, begin: Begin) -> TextEncoder:
    if begin.folder is None or not begin.keeps_towers:
        return train_text_encoder(profile, folder)
    tower = load_folder(begin.folder).text_encoder.float()
    table, known = tower.embeddings.token_embedding.weight, caption_vocabulary(TRAINING, NAMED)
    others = torch.ones(len(table), dtype=torch.bool)
    others[list(known.ids)] = False
    if not torch.equal(table[others], table[known.untrained_id].expand(int(others.sum()), -1)):
        raise ValueError(f"{begin.folder} knows other words than the captions of today: train its text tower anew")
    return tower


if __name__ == "__main__":
    main()
