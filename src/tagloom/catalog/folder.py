"""A diffusers folder -> ModelFacts, from its JSON files; no tensor is read."""

from dataclasses import replace
from pathlib import Path
from typing import Final, cast, get_args

from tagloom.catalog.config_file import TAKE_AGAIN, ConfigFile, read_config
from tagloom.catalog.family import OTHER_INPUTS, refuse_kind
from tagloom.engine import ModelFacts
from tagloom.engine.model import BetaSchedule, PredictionType
from tagloom.errors import ModelDamagedError

_FACTOR: Final = 8
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


def read_folder(folder: Path, name: str, *, has_other_vae: bool = False) -> ModelFacts:
    """The facts of a diffusers folder, under a name, without its hash; with another autoencoder its own may be missing.

    Raises:
        ModelDamagedError: a file is missing or not what it must be; it is named.
        ModelUnsupportedError: it is of a kind that we do not paint with, or its noise levels are its own.
    """
    unet = read_config(folder / "unet" / "config.json")
    _refuse_other_kinds(folder, unet)
    channels, factor = _latents(folder / "vae" / "config.json", unet, is_needed=not has_other_vae)
    text_encoder = read_config(folder / "text_encoder" / "config.json")
    scheduler = read_config(folder / "scheduler" / "scheduler_config.json")
    side = factor * unet.integer("sample_size", least=-(-_LEAST_SIDE // factor), most=_MOST_SIDE // factor)
    beta_start, beta_end, timesteps = _betas(scheduler)
    facts = ModelFacts(
        name=name,
        path=str(folder),
        hash="",
        family="sd2" if text_encoder.text("hidden_act", "quick_gelu") == "gelu" else "sd1",
        prediction_type=cast(PredictionType, _choice(scheduler, "prediction_type", "epsilon", _PREDICTIONS)),
        width=side,
        height=side,
        size_multiple=factor,
        latent_channels=channels,
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


def _latents(path: Path, unet: ConfigFile, *, is_needed: bool) -> tuple[int, int]:
    """The channels of the latents, and the pixels along one cell: of every family's autoencoder where there is none."""
    if not path.is_file():
        if is_needed:
            raise ModelDamagedError(f"{path} is missing", hint=f"name another autoencoder with --vae, or {TAKE_AGAIN}")
        return unet.integer("in_channels", 4), _FACTOR
    vae = read_config(path)
    return vae.integer("latent_channels", 4), 2 ** (len(vae.integers("block_out_channels", longest=MOST_LEVELS)) - 1)


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
