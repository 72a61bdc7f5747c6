"""tagloom: a text-to-image engine that speaks the whole Stable Diffusion prompt language."""
