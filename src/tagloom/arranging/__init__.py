"""What needs a prompt's tree and the lexicon both: tags in order, advice on them, and styles around a prompt."""

from tagloom.arranging.advice import canonical, claims, lexicon_hooks
from tagloom.arranging.order import Grouped, complete_order, group_places, grouped_tags, sorted_prompt
from tagloom.arranging.styling import Styled, apply, extract

__all__ = [
    "Grouped",
    "Styled",
    "apply",
    "canonical",
    "claims",
    "complete_order",
    "extract",
    "group_places",
    "grouped_tags",
    "lexicon_hooks",
    "sorted_prompt",
]
