"""What a translation is: a text, and where each piece of it came from."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Origin: TypeAlias = Literal["lexicon", "grammar", "dictionary", "provider", "untranslated"]
"""Who knew it: the lexicon as a tag; the grammar, which puts tags together; the user's dictionary or service; nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of the source in one language, and what it became.

    start, end: code points of the source (half-open). confidence: 0 (nobody knew it) to 1 (the lexicon has it as it
    stands). note: what is implied without being said, such as that "red skirt" is worn.
    """

    start: int
    end: int
    source: str
    target: str
    origin: Origin
    confidence: float
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """The translated text, and the pieces of the source that were to be translated, in order.

    What stands between the pieces is in the target language already, and stays byte for byte.
    """

    text: str
    pieces: tuple[Piece, ...]
