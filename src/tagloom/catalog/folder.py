"""A diffusers folder -> ModelFacts, from its JSON files; no tensor is read."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Final, cast

from tagloom.catalog.config_file import read_config
from tagloom.engine import ModelFacts
from tagloom.engine.model import BetaSchedule, Family, PredictionType

MANIFEST: Final = "manifest.json"
_HASH_LENGTH: Final = 10
_CHUNK: Final = 1 << 20
_FAMILIES: Final[Mapping[int, Family]] = {768: "sd1", 1024: "sd2", 2048: "sdxl"}


def is_diffusers_folder(folder: Path) -> bool:
    """It holds what the engine needs to look like a model."""
    return (folder / "unet" / "config.json").is_file()


def read_folder(folder: Path, name: str) -> ModelFacts:
    """The facts of a diffusers folder, under a name.

    The hash is the manifest's where there is one, else it is computed from the weights, which reads them once.

    Raises:
        ModelDamagedError: a file is missing or not what it must be; it is named.
    """
    unet = read_config(folder / "unet" / "config.json")
    vae = read_config(folder / "vae" / "config.json")
    text_encoder = read_config(folder / "text_encoder" / "config.json")
    scheduler = read_config(folder / "scheduler" / "scheduler_config.json")
    factor = 2 ** (len(vae.integers("block_out_channels")) - 1)
    side = unet.integer("sample_size") * factor
    width = unet.integer("cross_attention_dim")
    prediction = scheduler.text("prediction_type", "epsilon")
    schedule = scheduler.text("beta_schedule", "scaled_linear")
    if prediction not in {"epsilon", "v_prediction"}:
        raise scheduler.refuse("prediction_type", "'epsilon' or 'v_prediction'")
    if schedule not in {"linear", "scaled_linear", "squaredcos_cap_v2"}:
        raise scheduler.refuse("beta_schedule", "'linear', 'scaled_linear' or 'squaredcos_cap_v2'")
    return ModelFacts(
        name=name,
        path=str(folder),
        hash=_known_hash(folder) or model_hash(file_hashes(folder)),
        family=_FAMILIES.get(width, "sd1"),
        prediction_type=cast(PredictionType, prediction),
        width=side,
        height=side,
        size_multiple=factor,
        latent_channels=vae.integer("latent_channels"),
        latent_factor=factor,
        text_encoder_layers=text_encoder.integer("num_hidden_layers"),
        context_width=width,
        beta_start=scheduler.number("beta_start"),
        beta_end=scheduler.number("beta_end"),
        beta_schedule=cast(BetaSchedule, schedule),
        train_timesteps=scheduler.integer("num_train_timesteps"),
    )


def file_hashes(folder: Path) -> dict[str, str]:
    """The SHA-256 of every configuration and weight file, by its path in the folder."""
    paths = (path for pattern in ("*/*.safetensors", "*/*.json", "*.json") for path in folder.glob(pattern))
    return {path.relative_to(folder).as_posix(): _sha256(path) for path in sorted(paths) if path.name != MANIFEST}


def model_hash(hashes: Mapping[str, str]) -> str:
    """Ten digits that name a model: of the hashes of its weight files, in order of their paths."""
    weights = "".join(hashes[path] for path in sorted(hashes) if path.endswith(".safetensors"))
    return hashlib.sha256(weights.encode("ascii")).hexdigest()[:_HASH_LENGTH]


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _known_hash(folder: Path) -> str | None:
    manifest = folder / MANIFEST
    return read_config(manifest).text("hash") if manifest.is_file() else None
