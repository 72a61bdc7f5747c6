"""A request made ready: what stays the same for a picture at every step."""

from dataclasses import dataclass

from tagloom.diffusion.conditioning import Conditioning
from tagloom.diffusion.prepared_image import PreparedImage
from tagloom.engine import Request, UsedNetwork
from tagloom.sampling import OWN, NoiseSource, Sampler, Stochasticity


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """The way from noise to a picture.

    `sigmas` are the steps + 1 noise levels, descending, the last 0 (Karras et al. 2022's sigma: data variance is not
    scaled). `noise` gives the picture's own randomness, addressed by step; `stochasticity` is how much of it the sampler
    adds. `notices` say in the user's words what of the request has no effect here. `networks` are the LoRAs and textual
    inversions that it uses.

    `image` is what image-to-image begins with. `second_pass` is the way of the second pass, a route of its own: its
    `request` is what that pass paints. With an image, or in a second pass, `sigmas` are the last of a longer schedule.
    """

    request: Request
    sampler: Sampler
    sigmas: tuple[float, ...]
    conditioning: Conditioning
    noise: NoiseSource
    notices: tuple[str, ...]
    networks: tuple[UsedNetwork, ...] = ()
    stochasticity: Stochasticity = OWN
    image: PreparedImage | None = None
    second_pass: "Route | None" = None

    @property
    def steps(self) -> int:
        """The steps of this pass."""
        return len(self.sigmas) - 1

    def at(self, step: int) -> "tuple[Route, int]":
        """The pass that a step of the whole picture belongs to, and which step of that pass it is, both from 0."""
        if self.second_pass is not None and step >= self.steps:
            return self.second_pass, step - self.steps
        return self, step
