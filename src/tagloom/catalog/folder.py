"""A diffusers folder -> ModelFacts, from its JSON files; no tensor is read."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final, cast, get_args

from tagloom.catalog.config_file import ConfigFile, read_config
from tagloom.catalog.family import OTHER_INPUTS, refuse_kind
from tagloom.catalog.hashes import SHORT, sha256
from tagloom.engine import ModelFacts
from tagloom.engine.model import BetaSchedule, PredictionType

MANIFEST: Final = "manifest.json"
MOST_LEVELS: Final = 8  # of resolution in a network; Stable Diffusion's have 3 and 4
_PREDICTIONS: Final = get_args(PredictionType)
_SCHEDULES: Final = get_args(BetaSchedule)
_LEAST_SIDE: Final = 16  # pixels of a picture that a model was trained on
_MOST_SIDE: Final = 2048
_LEAST_TIMESTEPS: Final = 200  # more than a picture has steps: every step needs a noise level of its own
_MOST_TIMESTEPS: Final = 100_000
_LEAST_BETA: Final = 1e-6
_MOST_BETA: Final = 0.5
_MOST_BETAS: Final = 64.0  # all betas together; e to the minus that is about what is left of a picture's variance


def is_diffusers_folder(folder: Path) -> bool:
    """It holds what the engine needs to look like a model."""
    return (folder / "unet" / "config.json").is_file()


def read_folder(folder: Path, name: str, hash_of: Callable[[Path], str] = sha256) -> ModelFacts:
    """The facts of a diffusers folder, under a name.

    The hash is the manifest's where there is one, else it is made of those that `hash_of` gives the weight files (SHA-256,
    or "" where that is not known: then the hash is "" too).

    Raises:
        ModelDamagedError: a file is missing or not what it must be; it is named.
        ModelUnsupportedError: it is of a kind that we do not paint with, or its noise levels are its own.
    """
    unet = read_config(folder / "unet" / "config.json")
    _refuse_other_kinds(folder, unet)
    vae = read_config(folder / "vae" / "config.json")
    text_encoder = read_config(folder / "text_encoder" / "config.json")
    scheduler = read_config(folder / "scheduler" / "scheduler_config.json")
    factor = 2 ** (len(vae.integers("block_out_channels", longest=MOST_LEVELS)) - 1)
    side = factor * unet.integer("sample_size", least=-(-_LEAST_SIDE // factor), most=_MOST_SIDE // factor)
    beta_start, beta_end, timesteps = _betas(scheduler)
    facts = ModelFacts(
        name=name,
        path=str(folder),
        hash=known_hash(folder) or _weights_hash(folder, hash_of),
        family="sd2" if text_encoder.text("hidden_act", "quick_gelu") == "gelu" else "sd1",
        prediction_type=cast(PredictionType, _choice(scheduler, "prediction_type", "epsilon", _PREDICTIONS)),
        width=side,
        height=side,
        size_multiple=factor,
        latent_channels=vae.integer("latent_channels", 4),
        latent_factor=factor,
        text_encoder_layers=text_encoder.integer("num_hidden_layers"),
        context_width=unet.integer("cross_attention_dim"),
        beta_start=beta_start,
        beta_end=beta_end,
        beta_schedule=cast(BetaSchedule, _choice(scheduler, "beta_schedule", "scaled_linear", _SCHEDULES)),
        train_timesteps=timesteps,
        zero_terminal_snr=scheduler.flag("rescale_betas_zero_snr", False),
    )
    return _as_sdxl(facts, folder, unet) if unet.values.get("addition_embed_type") == "text_time" else facts


def _betas(scheduler: ConfigFile) -> tuple[float, float, int]:
    """The first and the last beta, and how many there are: noise that grows, and leaves something of the picture."""
    scheduler.require("trained_betas", (None,))
    scheduler.require("timestep_type", ("discrete",))
    first = scheduler.number("beta_start", least=_LEAST_BETA, most=_MOST_BETA)
    last = scheduler.number("beta_end", least=_LEAST_BETA, most=_MOST_BETA)
    if last < first:
        raise scheduler.refuse("beta_end", f"a number from 'beta_start', {first:g},")
    timesteps = scheduler.integer("num_train_timesteps", least=_LEAST_TIMESTEPS, most=_MOST_TIMESTEPS)
    if (first + last) / 2 * timesteps > _MOST_BETAS:
        expected = (
            f"at most {int(2 * _MOST_BETAS / (first + last))}, so that betas of {first:g} to {last:g} leave a picture,"
        )
        raise scheduler.refuse("num_train_timesteps", expected)
    return first, last, timesteps


def _as_sdxl(facts: ModelFacts, folder: Path, unet: ConfigFile) -> ModelFacts:
    """The facts of a folder whose U-Net is told pooled text and sizes."""
    second = read_config(folder / "text_encoder_2" / "config.json")
    index = folder / "model_index.json"
    zeroes = read_config(index).flag("force_zeros_for_empty_prompt", True) if index.is_file() else True
    return replace(
        facts,
        family="sdxl",
        text_encoder_layers=min(facts.text_encoder_layers, second.integer("num_hidden_layers")),
        pooled_width=second.integer("projection_dim"),
        size_width=unet.integer("addition_time_embed_dim"),
        zeroes_empty_negative=zeroes,
    )


def _refuse_other_kinds(folder: Path, unet: ConfigFile) -> None:
    """Name the kinds of folders that hold a U-Net, but not one that paints from text alone."""
    channels = unet.integer("in_channels", 4)
    if channels in OTHER_INPUTS:
        raise refuse_kind(folder, OTHER_INPUTS[channels])
    if not (folder / "text_encoder").is_dir() and (folder / "text_encoder_2").is_dir():
        raise refuse_kind(folder, "an SDXL refiner, which goes on where a base model stopped")


def _choice(file: ConfigFile, name: str, default: str, choices: tuple[str, ...]) -> str:
    value = file.text(name, default)
    if value not in choices:
        *rest, last = (f"'{choice}'" for choice in choices)
        raise file.refuse(name, f"{', '.join(rest)} or {last}")
    return value


def _weights_hash(folder: Path, hash_of: Callable[[Path], str]) -> str:
    hashes = {path.relative_to(folder).as_posix(): hash_of(path) for path in folder.glob("*/*.safetensors")}
    return model_hash(hashes) if all(hashes.values()) else ""


def file_hashes(folder: Path) -> dict[str, str]:
    """The SHA-256 of every configuration and weight file, by its path in the folder."""
    paths = (path for pattern in ("*/*.safetensors", "*/*.json", "*.json") for path in folder.glob(pattern))
    return {path.relative_to(folder).as_posix(): sha256(path) for path in sorted(paths) if path.name != MANIFEST}


def model_hash(hashes: Mapping[str, str]) -> str:
    """Ten digits that name a model: of the hashes of its weight files, in order of their paths."""
    weights = "".join(hashes[path] for path in sorted(hashes) if path.endswith(".safetensors"))
    return hashlib.sha256(weights.encode("ascii")).hexdigest()[:SHORT]


def known_hash(folder: Path) -> str | None:
    """The hash in a folder's manifest, if it has one."""
    manifest = folder / MANIFEST
    return read_config(manifest).text("hash") if manifest.is_file() else None
