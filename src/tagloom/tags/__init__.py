"""Tags: what there is to paint, in English and Chinese; the translation of one, and its search.

It needs the standard library only. A public name is imported when it is first asked for, so that what looks a tag up does
not pay for the rest.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tagloom.tags.entry import Entry
    from tagloom.tags.groups import GROUP_NAMES, GROUPS, Group, Language
    from tagloom.tags.lexicon import Lexicon, load_lexicon
    from tagloom.tags.pinyin import Pinyin, load_pinyin
    from tagloom.tags.search import Hit, Index
    from tagloom.tags.tag import Tag
    from tagloom.tags.tag_list import TagKind, TagList
    from tagloom.tags.tag_store import import_list, load_lists
    from tagloom.tags.tier import MatchKind
    from tagloom.tags.translation import Piece, Translation
    from tagloom.tags.translator import translate_words
    from tagloom.tags.usage import NO_USAGE, Usage, UsageReading, read_usage, write_usage
    from tagloom.tags.vocabulary import Grammar, load_grammar

__all__ = [
    "GROUPS",
    "GROUP_NAMES",
    "NO_USAGE",
    "Entry",
    "Grammar",
    "Group",
    "Hit",
    "Index",
    "Language",
    "Lexicon",
    "MatchKind",
    "Piece",
    "Pinyin",
    "Tag",
    "TagKind",
    "TagList",
    "Translation",
    "Usage",
    "UsageReading",
    "import_list",
    "load_grammar",
    "load_lexicon",
    "load_lists",
    "load_pinyin",
    "read_usage",
    "translate_words",
    "write_usage",
]

_HOMES = {
    "Entry": "entry",
    "GROUPS": "groups",
    "GROUP_NAMES": "groups",
    "Grammar": "vocabulary",
    "Group": "groups",
    "Hit": "search",
    "Index": "search",
    "Language": "groups",
    "Lexicon": "lexicon",
    "MatchKind": "tier",
    "NO_USAGE": "usage",
    "Piece": "translation",
    "Pinyin": "pinyin",
    "Tag": "tag",
    "TagKind": "tag_list",
    "TagList": "tag_list",
    "Translation": "translation",
    "Usage": "usage",
    "UsageReading": "usage",
    "import_list": "tag_store",
    "load_grammar": "vocabulary",
    "load_lexicon": "lexicon",
    "load_lists": "tag_store",
    "load_pinyin": "pinyin",
    "read_usage": "usage",
    "translate_words": "translator",
    "write_usage": "usage",
}


def __getattr__(name: str) -> object:
    """Import a public name from the module it lives in (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'tagloom.tags' has no attribute '{name}'")
    return getattr(import_module(f"tagloom.tags.{_HOMES[name]}"), name)
