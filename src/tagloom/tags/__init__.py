"""Tags: what there is to paint, in English and Chinese, and the translation of one. It needs the standard library only.

A public name is imported when it is first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tagloom.tags.entry import Entry
    from tagloom.tags.groups import GROUP_NAMES, GROUPS, Group, Language
    from tagloom.tags.lexicon import Lexicon, load_lexicon
    from tagloom.tags.translation import Piece, Translation
    from tagloom.tags.translator import translate_words
    from tagloom.tags.vocabulary import Grammar, load_grammar

__all__ = [
    "GROUPS",
    "GROUP_NAMES",
    "Entry",
    "Grammar",
    "Group",
    "Language",
    "Lexicon",
    "Piece",
    "Translation",
    "load_grammar",
    "load_lexicon",
    "translate_words",
]

_HOMES = {
    "Entry": "entry",
    "GROUPS": "groups",
    "GROUP_NAMES": "groups",
    "Grammar": "vocabulary",
    "Group": "groups",
    "Language": "groups",
    "Lexicon": "lexicon",
    "Piece": "translation",
    "Translation": "translation",
    "load_grammar": "vocabulary",
    "load_lexicon": "lexicon",
    "translate_words": "translator",
}


def __getattr__(name: str) -> object:
    """Import a public name from the module it lives in (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'tagloom.tags' has no attribute '{name}'")
    return getattr(import_module(f"tagloom.tags.{_HOMES[name]}"), name)
