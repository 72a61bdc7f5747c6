"""Which noise levels a run of n steps visits: each schedule gives n sigmas, descending, and a last 0.

Names and definitions are those of A1111's web UI (k-diffusion's where it has them).
"""

import math
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import numpy as np

from tagloom.sampling.beta_quantile import beta_quantile
from tagloom.sampling.noise_levels import NoiseLevels

Schedule = Callable[[NoiseLevels, int], tuple[float, ...]]

_ALIGNED_STEPS: Final = (14.615, 6.475, 3.861, 2.697, 1.886, 1.396, 0.963, 0.652, 0.399, 0.152, 0.029)


def normal(levels: NoiseLevels, steps: int) -> tuple[float, ...]:
    """Timesteps spaced evenly from the last to the first (k-diffusion's `get_sigmas`)."""
    return _at_timesteps(levels, np.linspace(len(levels.sigmas) - 1, 0, steps).tolist())


def karras(levels: NoiseLevels, steps: int) -> tuple[float, ...]:
    """sigma^(1/7) spaced evenly: Karras et al. 2022, equation 5, with rho = 7."""
    return (*(np.linspace(levels.high ** (1 / 7), levels.low ** (1 / 7), steps) ** 7).tolist(), 0.0)


def exponential(levels: NoiseLevels, steps: int) -> tuple[float, ...]:
    """log sigma spaced evenly."""
    return polyexponential(levels, steps, rho=1.0)


def polyexponential(levels: NoiseLevels, steps: int, rho: float = 1.0) -> tuple[float, ...]:
    """log sigma spaced as a power `rho` of even spacing; at A1111's default of 1 this is the exponential schedule."""
    ramp = np.linspace(1, 0, steps) ** rho
    low, high = math.log(levels.low), math.log(levels.high)
    return (*np.exp(ramp * (high - low) + low).tolist(), 0.0)


def sgm_uniform(levels: NoiseLevels, steps: int) -> tuple[float, ...]:
    """Timesteps spaced evenly, the first one left out, as in Stability AI's generative-models."""
    return _at_timesteps(levels, np.linspace(len(levels.sigmas) - 1, 0, steps + 1)[:-1].tolist())


def simple(levels: NoiseLevels, steps: int) -> tuple[float, ...]:
    """Every (n / steps)-th trained sigma, from the largest (ComfyUI's "simple")."""
    stride = len(levels.sigmas) / steps
    return (*(levels.sigmas[-1 - int(step * stride)] for step in range(steps)), 0.0)


def ddim(levels: NoiseLevels, steps: int) -> tuple[float, ...]:
    """Timesteps 1, 1 + n // steps, ... ("leading" spacing with offset 1: Song et al. 2021, as Stable Diffusion uses it)."""
    stride = len(levels.sigmas) // steps
    return (*(levels.sigmas[min(1 + step * stride, len(levels.sigmas) - 1)] for step in reversed(range(steps))), 0.0)


def beta(levels: NoiseLevels, steps: int) -> tuple[float, ...]:
    """Quantiles of the beta distribution (0.6, 0.6): dense at both ends (Lee et al. 2024, in A1111's form)."""
    shares = (beta_quantile(share, 0.6, 0.6) for share in np.linspace(1, 0, steps).tolist())
    return (*(levels.low + share * (levels.high - levels.low) for share in shares), 0.0)


def align_your_steps(levels: NoiseLevels, steps: int) -> tuple[float, ...]:
    """The levels that Sabour et al. 2024 optimised for SD 1.5, interpolated log-linearly to any number of steps.

    A model with other noise levels than Stable Diffusion's gets them stretched to its own range.
    """
    known = np.log(_ALIGNED_STEPS)
    shares = (known - known[-1]) / (known[0] - known[-1])
    places = np.linspace(0, len(known) - 1, steps)
    wanted = np.interp(places, np.arange(len(known)), shares)
    if math.isclose(levels.high, _ALIGNED_STEPS[0], rel_tol=0.01):
        return (*np.exp(wanted * (known[0] - known[-1]) + known[-1]).tolist(), 0.0)
    low, high = math.log(levels.low), math.log(levels.high)
    return (*np.exp(wanted * (high - low) + low).tolist(), 0.0)


def _at_timesteps(levels: NoiseLevels, timesteps: Sequence[float]) -> tuple[float, ...]:
    return (*(levels.sigma(timestep) for timestep in timesteps), 0.0)


AUTOMATIC: Final = "Automatic"
SCHEDULES: Final[Mapping[str, Schedule]] = MappingProxyType(
    {
        "Normal": normal,
        "Karras": karras,
        "Exponential": exponential,
        "Polyexponential": polyexponential,
        "SGM Uniform": sgm_uniform,
        "Simple": simple,
        "DDIM": ddim,
        "Beta": beta,
        "Align Your Steps": align_your_steps,
    }
)
