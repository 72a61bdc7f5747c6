"""Whole prompts in another language: the tags of their trees translated, their syntax kept. Offline, unless told otherwise.

It needs the standard library only.
"""

from tagloom.translation.dictionary import load_dictionary
from tagloom.translation.prompt import TranslatedPrompt, has_chinese, translate_prompt
from tagloom.translation.providers import Answer, ChatProvider, LocalProvider, Provider

__all__ = [
    "Answer",
    "ChatProvider",
    "LocalProvider",
    "Provider",
    "TranslatedPrompt",
    "has_chinese",
    "load_dictionary",
    "translate_prompt",
]
