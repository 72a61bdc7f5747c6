"""Weights on disk -> networks in memory."""

from tagloom.diffusion.weights.export import export_folder
from tagloom.diffusion.weights.folder import Networks, load_folder
from tagloom.diffusion.weights.token_table import TABLE, compacted

__all__ = ["TABLE", "Networks", "compacted", "export_folder", "load_folder"]
