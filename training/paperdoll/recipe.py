"""The whole recipe, top to bottom: pictures, autoencoder, text tower, U-Net, export. Cut anywhere, it goes on from there.

Usage: python -m training.paperdoll.recipe PROFILE.toml RUN_FOLDER [--begin-from DIFFUSERS_FOLDER] [--export-only]
"""

import argparse
from dataclasses import replace
from pathlib import Path

import torch

from tagloom.diffusion.networks import Autoencoder, UNet
from training.paperdoll.data import all_captions, pictures
from training.paperdoll.export import export
from training.paperdoll.loop import load_average
from training.paperdoll.profile import Profile, read_profile
from training.paperdoll.train_autoencoder import encode_all, train_autoencoder
from training.paperdoll.train_denoiser import Sheet, train_denoiser
from training.paperdoll.train_text_encoder import encode_captions, train_text_encoder


def main() -> None:
    """Read the command line and run what is left of the recipe."""
    parser = argparse.ArgumentParser(description="Train paperdoll.")
    parser.add_argument("profile", type=Path, help="one of training/paperdoll/configs/*.toml")
    parser.add_argument("folder", type=Path, help="where pictures, checkpoints, sheets and the export go")
    parser.add_argument("--begin-from", type=Path, help="a diffusers folder whose autoencoder is the starting point")
    parser.add_argument("--export-only", action="store_true", help="export the latest checkpoints as they are")
    arguments = parser.parse_args()
    run(read_profile(arguments.profile), arguments.folder, arguments.begin_from, exports_only=arguments.export_only)


def run(profile: Profile, folder: Path, begin_from: Path | None, *, exports_only: bool) -> None:
    """All stages; a finished one only loads its result."""
    folder.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(profile.threads)
    drawn = pictures(folder, profile.scenes, profile.size, profile.threads)
    trained = train_autoencoder(profile, drawn, folder, begin_from)
    latents, scaling_factor = encode_all(trained, drawn, folder)
    autoencoder = Autoencoder(replace(trained.config, scaling_factor=scaling_factor)).eval()
    autoencoder.load_state_dict(trained.state_dict())
    tower = train_text_encoder(profile, folder)
    encoded = encode_captions(tower, all_captions(folder, profile.scenes, profile.captions), folder)
    if exports_only:
        unet = UNet(profile.unet_config())
        load_average(folder / "denoiser.safetensors", unet)
    else:
        sheet = Sheet(tower, autoencoder, profile.size // profile.factor, folder)
        unet = train_denoiser(profile, latents * scaling_factor, encoded, sheet, folder)
    export(folder / "export", tower, unet, autoencoder, scaling_factor, profile.size)


if __name__ == "__main__":
    main()
