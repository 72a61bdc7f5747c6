"""What runs the networks. Importing this package imports no framework: see `protocol` and `torch_runtime`."""

from tagloom.diffusion.runtime.protocol import Replacement, Runtime, RuntimeFacts

__all__ = ["Replacement", "Runtime", "RuntimeFacts"]
