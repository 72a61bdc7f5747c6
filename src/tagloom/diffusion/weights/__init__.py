"""Weights on disk -> networks in memory."""

from tagloom.diffusion.weights.folder import Networks, load_folder

__all__ = ["Networks", "load_folder"]
