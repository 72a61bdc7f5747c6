"""The options of a picture's noise: variations of a seed, and how much of it samplers add."""

from dataclasses import dataclass, replace
from typing import Annotated, Final

from cyclopts import Parameter

from tagloom.cli.number import MaybeWholeNumber, RealNumber
from tagloom.cli.services import Services
from tagloom.cli.size import parse_size
from tagloom.engine import RequestInput

_NOISE: Final = "Noise"


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseOptions:
    """What `paint` takes."""

    variation_seed: Annotated[
        MaybeWholeNumber, Parameter(group=_NOISE, help="A seed to vary towards; by chance if not given.")
    ] = None
    variation_strength: Annotated[
        RealNumber, Parameter(group=_NOISE, help="0 to 1: how far. With -n the variation seeds count up, not the seed.")
    ] = 0.0
    seed_from: Annotated[
        str, Parameter(group=_NOISE, help="WIDTHxHEIGHT for which the seed was chosen: a similar picture in another size.")
    ] = ""
    eta: Annotated[RealNumber, Parameter(group=_NOISE, help="0 to 1: noise of ancestral and SDE samplers.")] = 1.0
    eta_ddim: Annotated[RealNumber, Parameter(group=_NOISE, help="0 to 1: noise of DDIM.")] = 0.0
    s_churn: Annotated[RealNumber, Parameter(group=_NOISE, help="Noise that Euler, Heun and DPM2 add.")] = 0.0
    s_tmin: Annotated[RealNumber, Parameter(group=_NOISE, help="The lowest noise level with churn.")] = 0.0
    s_tmax: Annotated[RealNumber, Parameter(group=_NOISE, help="The highest noise level with churn; 0 is no limit.")] = 0.0
    s_noise: Annotated[RealNumber, Parameter(group=_NOISE, help="The deviation of all noise that samplers add.")] = 1.0

    def added_to(self, said: RequestInput, services: Services) -> RequestInput:
        """What was said, with these options too.

        Raises:
            RequestError: --seed-from is no size.
        """
        width, height = parse_size(self.seed_from, "seed from")
        if self.variation_seed is not None and not self.variation_strength:
            services.say("notice: the variation seed has no effect without --variation-strength")
        by_chance = self.variation_strength and self.variation_seed is None
        return replace(
            said,
            variation_seed=services.random_seed() if by_chance else self.variation_seed,
            variation_strength=self.variation_strength,
            seed_width=width,
            seed_height=height,
            eta=self.eta,
            eta_ddim=self.eta_ddim,
            s_churn=self.s_churn,
            s_tmin=self.s_tmin,
            s_tmax=self.s_tmax,
            s_noise=self.s_noise,
        )


UNVARIED: Final = NoiseOptions()


def numbered_variation(said: RequestInput, number: int) -> RequestInput:
    """What is said of picture `number` of several, from 0: the next seed or, where pictures vary, the next variation seed
    of the same seed, as A1111 counts."""
    if said.variation_strength and said.variation_seed is not None:
        return replace(said, variation_seed=said.variation_seed + number)
    return replace(said, seed=(said.seed or 0) + number)
