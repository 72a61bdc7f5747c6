"""Whole prompts in another language: the tags of their trees translated, their syntax kept. Offline, unless told otherwise.

It needs the standard library only. A public name is imported when it is first asked for: few prompts need a service.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tagloom.translation.dictionary import load_dictionary
    from tagloom.translation.prompt import TranslatedPrompt, translate_prompt
    from tagloom.translation.providers import Answer, ChatProvider, LocalProvider, Provider

__all__ = [
    "Answer",
    "ChatProvider",
    "LocalProvider",
    "Provider",
    "TranslatedPrompt",
    "load_dictionary",
    "translate_prompt",
]

_HOMES = {
    "Answer": "providers",
    "ChatProvider": "providers",
    "LocalProvider": "providers",
    "Provider": "providers",
    "TranslatedPrompt": "prompt",
    "load_dictionary": "dictionary",
    "translate_prompt": "prompt",
}


def __getattr__(name: str) -> object:
    """Import a public name from the module it lives in (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'tagloom.translation' has no attribute '{name}'")
    return getattr(import_module(f"tagloom.translation.{_HOMES[name]}"), name)
