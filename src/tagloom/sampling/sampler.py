"""What a sampler is: one step of one picture, as a generator that asks for what it wants denoised."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from tagloom.sampling.array import Array


@dataclass(frozen=True, slots=True)
class Memory:
    """What a sampler keeps between steps: plain values, so that a picture in progress can be saved."""

    arrays: tuple[Array, ...] = ()
    numbers: tuple[float, ...] = ()


Noise = Callable[[int], Array]
"""The `index`-th standard normal noise of this step, from 0."""

Denoising = Generator[tuple[Array, float], Array, tuple[Array, Memory]]
"""Yields (x, sigma), is sent the denoised x0, returns the next x and the memory."""

Setting = Literal["eta", "eta_ddim", "s_churn", "s_tmin", "s_tmax", "s_noise"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stochasticity:
    """How much noise a sampler adds on its way.

    eta: 0 .. 1, the share of an ancestral or SDE sampler's own noise; 0 makes it deterministic. eta_ddim: 0 .. 1, DDIM's
    eta (Song et al. 2021, equation 16), which is 0 unless said, as in every tool. churn: S_churn of Karras et al. 2022,
    algorithm 2, the noise that a deterministic sampler adds over all its steps, at levels within lowest .. highest (S_tmin,
    S_tmax). noise_scale: the deviation of all noise added (S_noise).
    """

    eta: float = 1.0
    eta_ddim: float = 0.0
    churn: float = 0.0
    lowest: float = 0.0
    highest: float = float("inf")
    noise_scale: float = 1.0


OWN: Final = Stochasticity()
"""What a sampler does if nothing is said."""


class Step(Protocol):
    """Step i, from x at sigmas[i] to x at sigmas[i + 1]; x = x0 + sigma * noise (Karras et al. 2022)."""

    def __call__(
        self, x: Array, i: int, sigmas: Sequence[float], memory: Memory, noise: Noise, stochasticity: Stochasticity = OWN, /
    ) -> Denoising:
        """The step, as a generator."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampler:
    """A sampler under the name people know.

    schedule: what "Automatic" stands for. is_stochastic: it adds noise in its steps. calls: of the network, a step.
    drops_penultimate: it visits the sigmas of one step more, without the last but one (A1111's
    `discard_next_to_last_sigma`). starts_variance_preserving: pure noise is scaled by sqrt(sigma^2 + 1), as samplers
    defined on the variance-preserving process do; else by sigma. aliases: other spellings, see `find_sampler`.
    settings: what of its noise can be set, as a request calls it.
    """

    name: str
    step: Step
    schedule: str = "Normal"
    is_stochastic: bool = False
    calls: int = 1
    drops_penultimate: bool = False
    starts_variance_preserving: bool = False
    aliases: tuple[str, ...] = ()
    settings: tuple[Setting, ...] = ()

    def initial_scale(self, sigma: float) -> float:
        """What standard normal noise is multiplied with to be the picture's start at `sigma`."""
        return float((sigma**2 + 1) ** 0.5) if self.starts_variance_preserving else sigma
