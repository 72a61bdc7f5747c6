"""Weights on disk -> networks in memory."""

from tagloom.diffusion.weights.export import export_folder
from tagloom.diffusion.weights.lora import AdaptedNetworks
from tagloom.diffusion.weights.networks import Networks, load_folder, load_model
from tagloom.diffusion.weights.pickled import pickle_header
from tagloom.diffusion.weights.textual_inversion import read_inversion
from tagloom.diffusion.weights.token_table import TABLE, compacted
from tagloom.diffusion.weights.verify import verify

__all__ = [
    "TABLE",
    "AdaptedNetworks",
    "Networks",
    "compacted",
    "export_folder",
    "load_folder",
    "load_model",
    "pickle_header",
    "read_inversion",
    "verify",
]
