"""What the tests of the grammar say Chinese with: the lexicon and the grammar that come with tagloom."""

from collections.abc import Sequence

from tagloom.tags.lexicon import load_lexicon
from tagloom.tags.phrases import Part
from tagloom.tags.reading import read_parts
from tagloom.tags.segmentation import Dictionary, Token, dictionary_of, segment
from tagloom.tags.translator import translate_words
from tagloom.tags.vocabulary import load_grammar


def english(text: str) -> str:
    """The English of a tag."""
    return translate_words(text, load_lexicon(), load_grammar(), to="en").text


def dictionary() -> Dictionary:
    """The words of the language."""
    return dictionary_of(load_lexicon(), load_grammar())


def tokens(text: str) -> Sequence[Token]:
    """The words of a text."""
    return segment(text, 0, dictionary())


def parts(text: str) -> list[Part]:
    """The parts that a text is read into."""
    return read_parts(tokens(text), dictionary())
