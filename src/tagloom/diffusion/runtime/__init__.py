"""What runs the networks. Importing this package imports no framework: see `protocol` and `torch_runtime`."""

from tagloom.diffusion.runtime.protocol import Adapter, Adapters, Condition, EncodedText, Replacement, Runtime, RuntimeFacts

__all__ = ["Adapter", "Adapters", "Condition", "EncodedText", "Replacement", "Runtime", "RuntimeFacts"]
