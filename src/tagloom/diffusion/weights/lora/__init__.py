"""LoRA files -> what they change in a model's networks, merged into them and taken out again."""

from tagloom.diffusion.weights.lora.adapted import AdaptedNetworks

__all__ = ["AdaptedNetworks"]
