"""How well a picture fits a text: a number for any pair, from a small CLIP of our own (Radford et al. 2021)."""
