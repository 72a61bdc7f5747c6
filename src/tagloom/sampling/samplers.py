"""The table of samplers, and how a sampler or schedule is found by any of its names."""

import difflib
import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from tagloom.errors import RequestError
from tagloom.sampling import dpmpp, euler
from tagloom.sampling.noise_levels import NoiseLevels
from tagloom.sampling.sampler import Sampler, Setting
from tagloom.sampling.schedules import AUTOMATIC, SCHEDULES
from tagloom.sampling.unipc import unipc

_ETA: Final[tuple[Setting, ...]] = ("eta", "s_noise")
_CHURN: Final[tuple[Setting, ...]] = ("s_churn", "s_tmin", "s_tmax", "s_noise")
_ALL: Final = (
    Sampler(name="Euler", step=euler.euler, aliases=("EulerDiscreteScheduler",), settings=_CHURN),
    Sampler(
        name="Euler a",
        step=euler.euler_ancestral,
        is_stochastic=True,
        aliases=("Euler ancestral", "EulerAncestralDiscreteScheduler"),
        settings=_ETA,
    ),
    Sampler(name="Heun", step=euler.heun, calls=2, aliases=("HeunDiscreteScheduler",), settings=_CHURN),
    Sampler(
        name="DPM2",
        step=euler.dpm2,
        schedule="Karras",
        calls=2,
        drops_penultimate=True,
        aliases=("DPM 2", "KDPM2DiscreteScheduler"),
        settings=_CHURN,
    ),
    Sampler(
        name="DPM2 a",
        step=euler.dpm2_ancestral,
        schedule="Karras",
        is_stochastic=True,
        calls=2,
        drops_penultimate=True,
        aliases=("DPM2 ancestral", "DPM 2 ancestral", "DPM 2 a", "KDPM2AncestralDiscreteScheduler"),
        settings=_ETA,
    ),
    Sampler(
        name="DPM++ 2S a",
        step=dpmpp.dpmpp_2s_ancestral,
        schedule="Karras",
        is_stochastic=True,
        calls=2,
        aliases=("DPM++ 2S ancestral",),
        settings=_ETA,
    ),
    Sampler(name="DPM++ 2M", step=dpmpp.dpmpp_2m, schedule="Karras", aliases=("DPMSolverMultistepScheduler",)),
    Sampler(name="DPM++ SDE", step=dpmpp.dpmpp_sde, schedule="Karras", is_stochastic=True, calls=2, settings=_ETA),
    Sampler(name="DPM++ 2M SDE", step=dpmpp.dpmpp_2m_sde, schedule="Exponential", is_stochastic=True, settings=_ETA),
    Sampler(
        name="DPM++ 3M SDE",
        step=dpmpp.dpmpp_3m_sde,
        schedule="Exponential",
        is_stochastic=True,
        drops_penultimate=True,
        settings=_ETA,
    ),
    Sampler(name="LMS", step=euler.linear_multistep, aliases=("LMSDiscreteScheduler",)),
    Sampler(
        name="DDIM",
        step=euler.ddim,
        schedule="DDIM",
        starts_variance_preserving=True,
        aliases=("DDIMScheduler",),
        settings=("eta_ddim", "s_noise"),
    ),
    Sampler(
        name="UniPC",
        step=unipc,
        starts_variance_preserving=True,
        aliases=("Uni PC", "UniPC BH2", "UniPCMultistepScheduler"),
    ),
    Sampler(name="LCM", step=euler.lcm, schedule="SGM Uniform", is_stochastic=True, aliases=("LCMScheduler",)),
)

SAMPLERS: Final[Mapping[str, Sampler]] = MappingProxyType({sampler.name: sampler for sampler in _ALL})


def find_sampler(name: str) -> tuple[str, str | None]:
    """(sampler, schedule) by any spelling: "euler_a", "k_dpmpp_2m", "DPM++ 2M Karras", a diffusers class name.

    Case, spaces, `_` and `-` do not matter, `pp` is `++`, a leading `k_` or `sample_` is dropped. The schedule is None
    unless the name ends in one, as A1111's did before it had schedules.

    Raises:
        RequestError: nothing is called that; the nearest name is the hint.
    """
    samplers = {_key(spelling): sampler.name for sampler in _ALL for spelling in (sampler.name, *sampler.aliases)}
    key = _key(name)
    if key in samplers:
        return samplers[key], None
    for schedule in SCHEDULES:
        if key.endswith(_key(schedule)) and (stem := key.removesuffix(_key(schedule))) in samplers:
            return samplers[stem], schedule
    raise _unknown("sampler", name, SAMPLERS)


def find_schedule(name: str) -> str:
    """A schedule's name by any spelling: "sgm_uniform", "karras", "automatic".

    Raises:
        RequestError: nothing is called that; the nearest name is the hint.
    """
    schedules = {_key(known): known for known in (AUTOMATIC, *SCHEDULES)} | {"ays": "Align Your Steps"}
    if _key(name) not in schedules:
        raise _unknown("schedule", name, (AUTOMATIC, *SCHEDULES))
    return schedules[_key(name)]


def run_sigmas(sampler: Sampler, schedule: str, levels: NoiseLevels, steps: int) -> tuple[float, ...]:
    """The steps + 1 sigmas of a run, from the largest to 0. `schedule` is a name, "Automatic" the sampler's own."""
    spaced = SCHEDULES[sampler.schedule if schedule == AUTOMATIC else schedule]
    if not sampler.drops_penultimate:
        return spaced(levels, steps)
    sigmas = spaced(levels, steps + 1)
    return (*sigmas[:-2], sigmas[-1])


def _key(name: str) -> str:
    compact = re.sub(r"[\s_\-]+", "", name.lower()).replace("++", "pp")
    return re.sub(r"^(sample|k(?=euler|heun|dpm|lms))", "", compact)


def _unknown(field: str, name: str, known: Iterable[str]) -> RequestError:
    by_key = {_key(spelling): spelling for spelling in known}
    close = difflib.get_close_matches(_key(name), by_key, 1, 0.5)
    hint = f"did you mean '{by_key[close[0]]}'?" if close else f"known: {', '.join(by_key.values())}"
    return RequestError(f"there is no {field} '{name}'", field=field, hint=hint)
