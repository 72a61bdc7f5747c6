"""The noise levels a model was trained on, and how its output becomes a denoised picture."""

import math
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal, assert_never

import numpy as np

from tagloom.sampling.array import Array

BetaSchedule = Literal["linear", "scaled_linear", "squaredcos_cap_v2"]
PredictionType = Literal["epsilon", "v_prediction"]
_LEAST_ALPHA: Final = 2.0**-24


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseLevels:
    """sigma of every training timestep, ascending: x = x0 + sigma * noise (Karras et al. 2022, variance exploding)."""

    sigmas: tuple[float, ...]

    @property
    def low(self) -> float:
        """The smallest trained sigma."""
        return self.sigmas[0]

    @property
    def high(self) -> float:
        """The largest trained sigma."""
        return self.sigmas[-1]

    def sigma(self, timestep: float) -> float:
        """The sigma of a timestep 0 .. n-1; between two, log-linear (k-diffusion's `t_to_sigma`)."""
        below = min(max(math.floor(timestep), 0), len(self.sigmas) - 1)
        above = min(below + 1, len(self.sigmas) - 1)
        share = timestep - below
        return math.exp((1 - share) * math.log(self.sigmas[below]) + share * math.log(self.sigmas[above]))

    def timestep(self, sigma: float) -> float:
        """The timestep 0 .. n-1 of a sigma, the inverse of `sigma`; outside the trained range its nearest end."""
        return float(np.interp(math.log(sigma), np.log(self.sigmas), np.arange(len(self.sigmas))))


@cache
def noise_levels(
    beta_schedule: BetaSchedule, beta_start: float, beta_end: float, timesteps: int, *, zero_terminal_snr: bool = False
) -> NoiseLevels:
    """The sigmas of a discrete diffusion (DDPM, Ho et al. 2020): sigma^2 = (1 - a) / a, a = prod(1 - beta).

    With `zero_terminal_snr` sqrt(a) is stretched so that the last timestep is noise alone (Lin et al. 2023, algorithm 1);
    its a is 2**-24 instead of 0, as in diffusers, so that its sigma is finite (4096).
    """
    match beta_schedule:
        case "linear":
            betas = np.linspace(beta_start, beta_end, timesteps)
        case "scaled_linear":
            betas = np.linspace(math.sqrt(beta_start), math.sqrt(beta_end), timesteps) ** 2
        case "squaredcos_cap_v2":  # Nichol and Dhariwal 2021
            ends = np.arange(timesteps + 1) / timesteps
            alpha_bars = np.cos((ends + 0.008) / 1.008 * math.pi / 2) ** 2
            betas = np.minimum(1 - alpha_bars[1:] / alpha_bars[:-1], 0.999)
        case _:
            assert_never(beta_schedule)
    alphas = np.cumprod(1 - betas)
    if zero_terminal_snr:
        roots = np.sqrt(alphas)
        alphas = ((roots - roots[-1]) * roots[0] / (roots[0] - roots[-1])) ** 2
        alphas[-1] = _LEAST_ALPHA
    return NoiseLevels(sigmas=tuple(np.sqrt((1 - alphas) / alphas).tolist()))


def input_scale(sigma: float) -> float:
    """What the network's input is multiplied with: 1 / sqrt(sigma^2 + 1), its training's variance-preserving form."""
    return 1 / math.sqrt(sigma**2 + 1)


def to_denoised(prediction_type: PredictionType, x: Array, output: Array, sigma: float) -> Array:
    """The network's output as a denoised x0, for x = x0 + sigma * noise.

    epsilon: the output is the noise (Ho et al. 2020). v_prediction: it is v = a * noise - s * x0 with a^2 + s^2 = 1
    (Salimans and Ho 2022).
    """
    match prediction_type:
        case "epsilon":
            return x - output * sigma
        case "v_prediction":
            return x * (1 / (sigma**2 + 1)) - output * (sigma / math.sqrt(sigma**2 + 1))
        case _:
            assert_never(prediction_type)
