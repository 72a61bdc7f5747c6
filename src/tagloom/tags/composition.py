"""Chinese words -> the English of a tag: what the lexicon has as it stands, else what the grammar makes of its words."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from tagloom.tags.clauses import read_clauses, read_conjunctions
from tagloom.tags.coverbs import read_coverbs, read_states
from tagloom.tags.han import HAN
from tagloom.tags.noun_phrases import part_english, read_nouns
from tagloom.tags.phrases import Action, Mark, Noun, Part, Quality
from tagloom.tags.places import read_places
from tagloom.tags.reading import read_parts
from tagloom.tags.segmentation import Dictionary, Fallback, Token, segment
from tagloom.tags.translation import Origin, Piece, Translation
from tagloom.tags.verbs import read_verbs

_WIDE: Final = "\uff10-\uff19\uff21-\uff3a\uff41-\uff5a"
_LATIN: Final = f"A-Za-z0-9{_WIDE}"
_STRETCH: Final = re.compile(
    rf"(?:(?<![{_LATIN}_'+.\-])(?:[0-9]+[ ]+|[{_LATIN}][{_LATIN}_'+.\-]*))?"
    rf"[{HAN}]"
    rf"(?:[{HAN}]+|\s+(?=[{HAN}])|[{_LATIN}](?:[{_LATIN}_'+.\- ]*[{_LATIN}])?(?=[{HAN}])|[{_LATIN}]+)*"
)
"""Chinese, with the English in it that touches it."""

_WHOLE: Final = 1.0
_PHRASE: Final = 0.9
_CLAUSE: Final = 0.75
_FOREIGN: Final = 0.5
"""Confidence in a tag of the lexicon; qualities and a noun; a clause; what has a word of the user's dictionary in it."""


def compose(text: str, dictionary: Dictionary, fallback: Fallback | None = None) -> Translation:
    """Translate one tag into English; English words, white space around and marks stay byte for byte."""
    written: list[str] = []
    pieces: list[Piece] = []
    position = 0
    for match in _STRETCH.finditer(text):
        start, end = match.span()
        said, found = _stretch(match[0], start, dictionary, fallback)
        written += [text[position:start], said]
        pieces += found
        position = end
    return Translation(text="".join([*written, text[position:]]), pieces=tuple(pieces))


def _stretch(source: str, start: int, dictionary: Dictionary, fallback: Fallback | None) -> tuple[str, list[Piece]]:
    """The English of a stretch of Chinese, and its pieces."""
    entry = dictionary.lexicon.chinese(source)
    if entry is not None:
        end = start + len(source)
        whole = Piece(start=start, end=end, source=source, target=entry.tag, origin="lexicon", confidence=_WHOLE)
        return entry.tag, [whole]
    tokens = segment(source, start, dictionary, fallback)
    parts = read_clause(tokens, dictionary)
    said = [_wording(part, dictionary) for part in parts]
    pieces = [
        piece for part, wording in zip(parts, said, strict=True) for piece in _pieces(part, wording, tokens, source, start)
    ]
    return _joined(parts, said) or source, pieces


def read_clause(tokens: Sequence[Token], dictionary: Dictionary) -> list[Part]:
    """The words of a stretch as the things that it says."""
    grammar = dictionary.grammar
    parts = read_nouns(read_states(read_parts(tokens, dictionary), grammar), grammar)
    parts = read_coverbs(read_places(read_conjunctions(parts, grammar), grammar), grammar)
    return read_clauses(read_verbs(parts, grammar), grammar)


def _wording(part: Part, dictionary: Dictionary) -> str:
    """The words of a part: those of the lexicon's tag, where it has one."""
    said = part_english(part, dictionary.grammar)
    entry = dictionary.lexicon.english(said)
    return entry.tag if entry and _is_spelling(entry.tag, said) else said


def _is_spelling(tag: str, alias: str) -> bool:
    """Whether an alias is the tag spelt otherwise; what merely means the same may say less."""
    words, others = tag.split(), alias.split()
    return len(words) == len(others) and all(map(_is_variant, words, others))


def _is_variant(word: str, other: str) -> bool:
    """Whether two words are one: cat and cats, grey and gray."""
    is_near = len(word) == len(other) and sum(map(str.__ne__, word, other)) == 1
    return word == other or is_near or word.startswith(other) or other.startswith(word)


def _joined(parts: Sequence[Part], said: Sequence[str]) -> str:
    """Tags side by side; words that join stay words."""
    text = ""
    for place, (part, wording) in enumerate(zip(parts, said, strict=True)):
        if not wording:
            continue
        is_loose = isinstance(part, Mark) or (place > 0 and isinstance(parts[place - 1], Mark))
        text += wording if not text else f" {wording}" if is_loose else f", {wording}"
    return text


def _pieces(part: Part, said: str, tokens: Sequence[Token], source: str, offset: int) -> Iterator[Piece]:
    """The pieces of a part: one, or where nobody knows a word, one for each run of known words and of others."""
    own = tokens[part.extent.first : part.extent.last]
    runs = [list(run) for _, run in groupby(own, key=lambda token: token.origin == "untranslated")]
    for run in runs:
        start, end = run[0].start, run[-1].end
        written = source[start - offset : end - offset]
        target = said if len(runs) == 1 else " ".join(filter(None, map(_gloss, run)))
        origin, confidence = _origin(part, run, written if run[0].origin == "untranslated" else said)
        note = part.note if isinstance(part, Action) else ""
        yield Piece(start=start, end=end, source=written, target=target, origin=origin, confidence=confidence, note=note)


def _gloss(token: Token) -> str:
    """What a word means by itself."""
    return token.entry.tag if token.entry else token.words[0].english if token.words else token.english


def _origin(part: Part, tokens: Sequence[Token], said: str) -> tuple[Origin, float]:
    """Who knew these words of a part, and how sure it is."""
    if tokens[0].origin == "untranslated":
        return "untranslated", 0.0
    if any(token.origin == "dictionary" for token in tokens):
        return "dictionary", _FOREIGN
    if len(tokens) == 1 and tokens[0].entry and tokens[0].entry.tag == said:
        return "lexicon", _WHOLE
    is_phrase = isinstance(part, Quality) or (isinstance(part, Noun) and not part.after)
    return "grammar", _PHRASE if is_phrase else _CLAUSE
