"""A request made ready: what stays the same for a picture at every step."""

from dataclasses import dataclass

from tagloom.diffusion.conditioning import Conditioning
from tagloom.engine import Request, UsedNetwork
from tagloom.sampling import OWN, NoiseSource, Sampler, Stochasticity


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """The way from noise to a picture.

    `sigmas` are the steps + 1 noise levels, descending, the last 0 (Karras et al. 2022's sigma: data variance is not
    scaled). `noise` gives the picture's own randomness, addressed by step; `stochasticity` is how much of it the sampler
    adds. `notices` say in the user's words what of the request has no effect here. `networks` are the LoRAs and textual
    inversions that it uses.
    """

    request: Request
    sampler: Sampler
    sigmas: tuple[float, ...]
    conditioning: Conditioning
    noise: NoiseSource
    notices: tuple[str, ...]
    networks: tuple[UsedNetwork, ...] = ()
    stochasticity: Stochasticity = OWN
