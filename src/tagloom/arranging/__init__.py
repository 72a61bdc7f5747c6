"""What needs a prompt's tree and the lexicon both: tags in order, advice on them, and styles around a prompt.

A public name is imported when it is first asked for, so that what needs one does not pay for the rest.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tagloom.arranging.advice import canonical, claims, lexicon_hooks
    from tagloom.arranging.order import Grouped, complete_order, grouped_tags, sorted_prompt
    from tagloom.arranging.places import group_places
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

_HOMES = {
    "Grouped": "order",
    "Styled": "styling",
    "apply": "styling",
    "canonical": "advice",
    "claims": "advice",
    "complete_order": "order",
    "extract": "styling",
    "group_places": "places",
    "grouped_tags": "order",
    "lexicon_hooks": "advice",
    "sorted_prompt": "order",
}


def __getattr__(name: str) -> object:
    """Import a public name from the module it lives in (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'tagloom.arranging' has no attribute '{name}'")
    return getattr(import_module(f"tagloom.arranging.{_HOMES[name]}"), name)
