"""Drive a sampler by hand: the loop that the stepper is, for one picture and any denoiser."""

from collections.abc import Callable, Sequence
from functools import partial

from tagloom.sampling import OWN, Array, Memory, Noise, Sampler, Stochasticity

Denoiser = Callable[[Array, float], Array]


def take_step(
    sampler: Sampler,
    x: Array,
    i: int,
    sigmas: Sequence[float],
    memory: Memory,
    noise: Noise,
    denoise: Denoiser,
    *,
    stochasticity: Stochasticity = OWN,
) -> tuple[Array, Memory]:
    """One step."""
    denoising = sampler.step(x, i, sigmas, memory, noise, stochasticity)
    wanted = next(denoising)
    while True:
        try:
            wanted = denoising.send(denoise(*wanted))
        except StopIteration as stop:
            x_next: Array = stop.value[0]
            remembered: Memory = stop.value[1]
            return x_next, remembered


def run(
    sampler: Sampler,
    x: Array,
    sigmas: Sequence[float],
    noise: Callable[[int, int], Array],
    denoise: Denoiser,
    *,
    stochasticity: Stochasticity = OWN,
) -> Array:
    """All steps; `noise(step, index)`."""
    memory = Memory()
    for i in range(len(sigmas) - 1):
        x, memory = take_step(sampler, x, i, sigmas, memory, partial(noise, i), denoise, stochasticity=stochasticity)
    return x
