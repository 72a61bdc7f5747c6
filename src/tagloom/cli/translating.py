"""A request with Chinese in its prompts -> the same in English, and what there is to say about it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from tagloom.engine import Request, passes
from tagloom.tags.han import has_chinese
from tagloom.tags.translation import Piece

if TYPE_CHECKING:
    from tagloom.translation import TranslatedPrompt


def translated(request: Request) -> tuple[Request, tuple[str, ...]]:
    """The request with its prompts in English, which is what is stored; the notices say what became of them."""
    if not any(has_chinese(one.request.prompt + one.request.negative_prompt) for one in passes(request)):
        return request, ()
    from tagloom.translation import translate_prompt  # a lexicon, which an English prompt does not wait for

    prompt, negative = translate_prompt(request.prompt, "en"), translate_prompt(request.negative_prompt, "en")
    notices = [*_notices("prompt", request.prompt, prompt), *_notices("negative prompt", request.negative_prompt, negative)]
    second = request.second_pass
    if second is not None:
        again, less = translate_prompt(second.prompt, "en"), translate_prompt(second.negative_prompt, "en")
        if second.prompt != request.prompt:
            notices += _notices("prompt of the second pass", second.prompt, again)
        if second.negative_prompt != request.negative_prompt:
            notices += _notices("negative prompt of the second pass", second.negative_prompt, less)
        second = replace(second, prompt=again.text, negative_prompt=less.text)
    return replace(request, prompt=prompt.text, negative_prompt=negative.text, second_pass=second), tuple(notices)


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
