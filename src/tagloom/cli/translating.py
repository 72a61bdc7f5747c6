"""A request with Chinese in its prompts -> the same in English, and what there is to say about it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from tagloom.engine import Request
from tagloom.tags.han import has_chinese
from tagloom.tags.translation import Piece

if TYPE_CHECKING:
    from tagloom.translation import TranslatedPrompt


def translated(request: Request) -> tuple[Request, tuple[str, ...]]:
    """The request with its prompts in English, which is what is stored; the notices say what became of them."""
    if not has_chinese(request.prompt) and not has_chinese(request.negative_prompt):
        return request, ()
    from tagloom.translation import translate_prompt  # a lexicon, which an English prompt does not wait for

    prompt, negative = translate_prompt(request.prompt, "en"), translate_prompt(request.negative_prompt, "en")
    notices = (*_notices("prompt", request.prompt, prompt), *_notices("negative prompt", request.negative_prompt, negative))
    return replace(request, prompt=prompt.text, negative_prompt=negative.text), notices


def _notices(name: str, source: str, translation: "TranslatedPrompt") -> Iterator[str]:
    if translation.text != source:
        yield f"notice: the {name} was translated: {translation.text}"
    if translation.untranslated:
        yield f"notice: no translation for {', '.join(translation.untranslated)} in the {name}; painted as it stands"


def told(piece: Piece) -> str:
    """Where a piece of a translation comes from, in a line."""
    if piece.origin == "untranslated":
        return f"{piece.source}: not translated"
    note = f"; {piece.note}" if piece.note else ""
    return f"{piece.source} -> {piece.target} ({piece.origin}{note})"
