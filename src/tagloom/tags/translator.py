"""One piece of text without syntax, a tag or a run of words -> another language, offline."""

from typing import assert_never

from tagloom.tags.composition import compose
from tagloom.tags.groups import Language
from tagloom.tags.lexicon import Lexicon
from tagloom.tags.naming import name
from tagloom.tags.segmentation import Fallback, dictionary_of
from tagloom.tags.translation import Translation
from tagloom.tags.vocabulary import Grammar


def translate_words(
    text: str, lexicon: Lexicon, grammar: Grammar, *, to: Language, fallback: Fallback | None = None
) -> Translation:
    """Translate a tag, or words that may be several tags.

    Into English: what is Chinese in it, by the lexicon as a whole, else by the grammar; the rest stays byte for byte, and
    so does text without Chinese. Into Chinese: the whole tag. What nobody knows stays as it stands, in a piece of its own
    whose origin is "untranslated". `fallback` is asked for Chinese words that neither knows, and gives their English.
    """
    dictionary = dictionary_of(lexicon, grammar)
    match to:
        case "en":
            return compose(text, dictionary, fallback)
        case "zh-Hans" | "zh-Hant":
            return name(text, dictionary, to)
        case _:
            assert_never(to)
