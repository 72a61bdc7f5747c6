"""What the rest of tagloom must know of a model without opening its weights."""

from dataclasses import dataclass
from typing import Literal

Family = Literal["sd1", "sd2", "sdxl"]
PredictionType = Literal["epsilon", "v_prediction"]
BetaSchedule = Literal["linear", "scaled_linear", "squaredcos_cap_v2"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFacts:
    """A model, as its configuration files and its tensors' headers describe it.

    `hash` is the first ten hexadecimal digits of a SHA-256 over the weights (infotext's "Model hash"). `width` and
    `height` are the pixels of a picture when the user names no size; both sides of any picture must be multiples of
    `size_multiple`. `latent_factor` is the number of pixels along one latent cell. The training noise schedule
    is `train_timesteps` betas from `beta_start` to `beta_end`, spaced as `beta_schedule` says (DDPM, Ho et al. 2020).
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
