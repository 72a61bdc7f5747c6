"""From noise to a picture in formulas: noise, sigma schedules, samplers and guidance over any arrays (numpy only)."""

from tagloom.sampling.array import Array
from tagloom.sampling.guidance import guide, negative_share
from tagloom.sampling.noise import NO_VARIATION, NoiseSource, Variation
from tagloom.sampling.noise_levels import NoiseLevels, input_scale, noise_levels, to_denoised
from tagloom.sampling.sampler import OWN, Denoising, Memory, Noise, Sampler, Stochasticity
from tagloom.sampling.samplers import SAMPLERS, find_sampler, find_schedule, run_sigmas
from tagloom.sampling.schedules import AUTOMATIC, SCHEDULES

__all__ = [
    "AUTOMATIC",
    "NO_VARIATION",
    "OWN",
    "SAMPLERS",
    "SCHEDULES",
    "Array",
    "Denoising",
    "Memory",
    "Noise",
    "NoiseLevels",
    "NoiseSource",
    "Sampler",
    "Stochasticity",
    "Variation",
    "find_sampler",
    "find_schedule",
    "guide",
    "input_scale",
    "negative_share",
    "noise_levels",
    "run_sigmas",
    "to_denoised",
]
