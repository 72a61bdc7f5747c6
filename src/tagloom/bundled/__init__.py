"""Models that come with tagloom, each a diffusers folder with a MODEL_CARD.md and a manifest.json."""

from pathlib import Path

__all__ = ["FOLDER"]

FOLDER = Path(__file__).parent
