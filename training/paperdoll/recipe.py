"""The whole recipe, top to bottom: pictures, autoencoder, text tower, U-Net, export. Cut anywhere, it goes on from there.

Usage: python -m training.paperdoll.recipe PROFILE.toml RUN_FOLDER [--begin-from FOLDER] [--until STAGE] [--export-only]
"""

import argparse
from dataclasses import replace
from pathlib import Path

import torch

from tagloom.diffusion.networks import Autoencoder, UNet
from training.paperdoll.data import TRAINING, all_captions, pictures
from training.paperdoll.export import export
from training.paperdoll.history import history_json
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
    parser.add_argument("--until", choices=("autoencoder", "text_encoder"), help="the last stage to train")
    parser.add_argument("--export-only", action="store_true", help="export the latest checkpoints as they are")
    arguments = parser.parse_args()
    profile = read_profile(arguments.profile)
    run(profile, arguments.folder, arguments.begin_from, until=arguments.until, exports_only=arguments.export_only)


def run(profile: Profile, folder: Path, begin_from: Path | None, *, until: str | None, exports_only: bool) -> None:
    """All stages; a finished one only loads its result."""
    folder.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(profile.threads)
    drawn = pictures(folder, profile.scenes, profile.size, profile.threads)
    trained = train_autoencoder(profile, drawn, folder, begin_from)
    if until == "autoencoder":
        return
    latents, scaling_factor = encode_all(trained.to(profile.device), drawn, folder, profile.device)
    autoencoder = Autoencoder(replace(trained.config, scaling_factor=scaling_factor)).eval()
    autoencoder.load_state_dict(trained.cpu().state_dict())
    tower = train_text_encoder(profile, folder)
    if until == "text_encoder":
        return
    encoded = encode_captions(tower, all_captions(folder, profile.scenes, profile.captions), folder, profile.device)
    if exports_only:
        unet = UNet(profile.unet_config())
        load_average(folder, "denoiser", unet)
    else:
        sheet = Sheet(tower, autoencoder, profile.size // profile.factor, folder)
        examples = Examples(latents=latents * scaling_factor, contexts=encoded)
        unet = train_denoiser(profile, examples, sheet, folder, begin_from)
    export(folder / "export", (tower, caption_vocabulary(TRAINING, NAMED)), unet, autoencoder, scaling_factor, profile.size)
    (folder / "export" / "training.json").write_text(history_json(folder / "log.jsonl"), encoding="utf-8")


if __name__ == "__main__":
    main()
