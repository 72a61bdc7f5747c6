"""The engine: conditioning, trajectories, the stepper, and what runs the networks. Importing it imports no torch."""

from tagloom.diffusion.open import open_engine
from tagloom.diffusion.pipeline import DiffusionEngine, vocabulary
from tagloom.diffusion.route import Route
from tagloom.diffusion.stepper import Stepper
from tagloom.diffusion.trajectory import Trajectory, fork, load_trajectory, save_trajectory

__all__ = [
    "DiffusionEngine",
    "Route",
    "Stepper",
    "Trajectory",
    "fork",
    "load_trajectory",
    "open_engine",
    "save_trajectory",
    "vocabulary",
]
