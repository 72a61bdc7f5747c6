"""The engine: conditioning, trajectories, the stepper, and what runs the networks.

Importing this package imports neither torch nor numpy; a name is imported when it is first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tagloom.diffusion.open import open_engine
    from tagloom.diffusion.pipeline import DiffusionEngine, vocabulary
    from tagloom.diffusion.route import Route
    from tagloom.diffusion.stepper import Stepper
    from tagloom.diffusion.surroundings import Surroundings
    from tagloom.diffusion.trajectory import Trajectory, fork, load_trajectory, save_trajectory

__all__ = [
    "DiffusionEngine",
    "Route",
    "Stepper",
    "Surroundings",
    "Trajectory",
    "fork",
    "load_trajectory",
    "open_engine",
    "save_trajectory",
    "vocabulary",
]

_HOMES = {
    "DiffusionEngine": "pipeline",
    "Route": "route",
    "Stepper": "stepper",
    "Surroundings": "surroundings",
    "Trajectory": "trajectory",
    "fork": "trajectory",
    "load_trajectory": "trajectory",
    "open_engine": "open",
    "save_trajectory": "trajectory",
    "vocabulary": "pipeline",
}


def __getattr__(name: str) -> object:
    """Import a public name from the module it lives in (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'tagloom.diffusion' has no attribute '{name}'")
    return getattr(import_module(f"tagloom.diffusion.{_HOMES[name]}"), name)
