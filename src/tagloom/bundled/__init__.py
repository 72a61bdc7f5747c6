"""Models that come with tagloom, each a diffusers folder with a MODEL_CARD.md and a manifest.json; and the alignment
score's own weights."""

from pathlib import Path

__all__ = ["ALIGNMENT", "FOLDER"]

FOLDER = Path(__file__).parent
ALIGNMENT = FOLDER / "alignment.safetensors"
