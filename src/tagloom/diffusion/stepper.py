"""Trajectories -> trajectories one step further: what all of them want denoised goes into one call of the network."""

import math
from collections.abc import Sequence

from tagloom.diffusion.conditioning import Moment
from tagloom.diffusion.route import Route
from tagloom.diffusion.runtime.protocol import Runtime
from tagloom.diffusion.trajectory import Trajectory
from tagloom.sampling import Denoising, NoiseLevels, guide, needs_negative, to_denoised
from tagloom.sampling.array import Array
