"""What the rest of tagloom must know of a model without opening its weights."""

from dataclasses import dataclass
from typing import Final, Literal

Family = Literal["sd1", "sd2", "sdxl"]
PredictionType = Literal["epsilon", "v_prediction"]
BetaSchedule = Literal["linear", "scaled_linear", "squaredcos_cap_v2"]


OWN_VAE: Final = "own"


@dataclass(frozen=True, slots=True, kw_only=True)
class Overrides:
    """What the user wants otherwise than the model's files say; "" leaves it to them.

    `vae` is the name or path of another autoencoder, or `OWN_VAE`: not even the one that lies beside the model's file;
    `prediction_type` a `PredictionType`.
    """

    vae: str = ""
    prediction_type: str = ""


NO_OVERRIDES: Final = Overrides()


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFacts:
    """A model, as its configuration files and its tensors' headers describe it.

    `hash` is the first ten hexadecimal digits of a SHA-256 over the weights (infotext's "Model hash"); "" where it is not
    known yet, as it is computed beside the first painting and not before. `width` and `height` are the pixels of
    a picture when the user names no size; both sides of any picture must be multiples of `size_multiple`. `latent_factor`
    is the number of pixels along one latent cell. The training noise schedule is `train_timesteps` betas from `beta_start`
    to `beta_end`, spaced as `beta_schedule` says (DDPM, Ho et al. 2020); `zero_terminal_snr`: rescaled so that the last
    timestep is noise alone (Lin et al. 2023).

    `path` is a diffusers folder or a single file; `vae_path` the autoencoder that replaces its own, "" where none does.
    SDXL is told the text's `pooled_width` numbers and its sizes, each as a sinusoid of `size_width` numbers (both 0
    elsewhere); with `zeroes_empty_negative` an empty negative prompt is all zeros, as in its training. `assumptions` say in
    the user's words what the files do not tell, and what was taken unasked. `overrides` are what the user said.
    `may_unpickle`: the user allowed to read pickled weights.
    """

    name: str
    path: str
    hash: str
    family: Family
    prediction_type: PredictionType
    width: int
    height: int
    size_multiple: int
    latent_channels: int
    latent_factor: int
    text_encoder_layers: int
    context_width: int
    beta_start: float
    beta_end: float
    beta_schedule: BetaSchedule
    train_timesteps: int
    zero_terminal_snr: bool = False
    pooled_width: int = 0
    size_width: int = 0
    zeroes_empty_negative: bool = False
    vae_path: str = ""
    assumptions: tuple[str, ...] = ()
    overrides: Overrides = NO_OVERRIDES
    may_unpickle: bool = False
