"""How well a picture fits a text: a number for any pair, from a small CLIP of our own (Radford et al. 2021)."""

from tagloom.score.alignment import Alignment, AlignmentScorer, Score, load_scorer, pooled

__all__ = ["Alignment", "AlignmentScorer", "Score", "load_scorer", "pooled"]
