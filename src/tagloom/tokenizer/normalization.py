"""Text -> the text that is cut into words, with the way back: every character knows where it comes from.

Two normalisations are in use. "nfc" is transformers': canonical composition and lower case. "ftfy" is OpenAI's and A1111's:
HTML entities decoded, curly quotes straightened, full-width forms made plain, ligatures taken apart, control characters
removed, then the same. (The library ftfy also repairs text that was decoded with the wrong encoding; that is left out, for
a prompt is typed, not scraped.) White space needs no folding: words never contain any.
"""

import html
import re
import unicodedata
from dataclasses import dataclass
from typing import Final, Literal

Normalization = Literal["ftfy", "nfc"]

_ENTITY: Final = re.compile(r"&#?[0-9A-Za-z]{1,32};?")
_REMOVED: Final = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\u206a-\u206f\ufeff\ufff9-\ufffc]")
_QUOTES: Final = dict.fromkeys("ʼ‘’‚‛", "'") | dict.fromkeys("“”„‟", '"')
_LIGATURES: Final = {"ĳ": "ij", "Ĳ": "IJ", "ŉ": "'n", "Ǳ": "DZ", "ǲ": "Dz", "ǳ": "dz", "Ǆ": "DŽ", "ǅ": "Dž", "ǆ": "dž"}
_JAMO: Final = ("\u1160", "\u11ff")


@dataclass(frozen=True, slots=True)
class Normalized:
    """`text`, and for every character of it the half-open span of the original it comes from; None if one to one."""

    text: str
    spans: tuple[tuple[int, int], ...] | None

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Where the characters start .. end come from."""
        if self.spans is None:
            return start, end
        return self.spans[start][0], self.spans[end - 1][1]


_Characters = list[tuple[str, int, int]]


def normalize(text: str, how: Normalization) -> Normalized:
    """Normalise a text. A lone surrogate, which no encoding has, becomes a replacement character."""
    if text.isascii() and (how == "nfc" or not ("&" in text or _REMOVED.search(text))):
        return Normalized(text.lower(), None)
    characters = [("�" if "\ud800" <= char <= "\udfff" else char, i, i + 1) for i, char in enumerate(text)]
    if how == "ftfy":
        characters = _decode_entities(_decode_entities(_plain(characters)))
    characters = _lower(_compose(characters), in_context=how == "ftfy")
    return Normalized("".join(char for char, _, _ in characters), tuple((start, end) for _, start, end in characters))


def _plain(characters: _Characters) -> _Characters:
    """ftfy's `fix_text` without the repair of encodings, character by character."""
    return [
        (plain, start, end) for char, start, end in characters if not _REMOVED.match(char) for plain in _plain_form(char)
    ]


def _plain_form(char: str) -> str:
    if char.isascii():
        return char
    if "\x80" <= char <= "\x9f":  # control characters that were meant as Windows-1252
        meant = char.encode("latin-1").decode("windows-1252", "replace").replace("�", char)
        return _QUOTES.get(meant, meant)
    if "\uff01" <= char <= "\uffef" or "\ufb00" <= char <= "\ufb06" or char == "\u3000":
        return unicodedata.normalize("NFKC", char)
    return _QUOTES.get(char) or _LIGATURES.get(char, char)


def _decode_entities(characters: _Characters) -> _Characters:
    """One pass of `html.unescape`."""
    text = "".join(char for char, _, _ in characters)
    decoded: _Characters = []
    position = 0
    for match in _ENTITY.finditer(text):
        start, end = match.span()
        decoded += characters[position:start]
        origin = characters[start][1], characters[end - 1][2]
        decoded += [(char, *origin) for char in html.unescape(match[0])]
        position = end
    return decoded + characters[position:]


def _compose(characters: _Characters) -> _Characters:
    """Canonical composition (NFC), cluster by cluster: a character with the marks that follow it."""
    composed: _Characters = []
    cluster: _Characters = []
    for character in [*characters, ("", 0, 0)]:
        char = character[0]
        continues = char and (unicodedata.combining(char) or _JAMO[0] <= char <= _JAMO[1])
        if cluster and not continues:
            whole = unicodedata.normalize("NFC", "".join(part for part, _, _ in cluster))
            is_same = len(whole) == len(cluster)
            origin = cluster[0][1], cluster[-1][2]
            composed += [(char, *(cluster[i][1:] if is_same else origin)) for i, char in enumerate(whole)]
            cluster = []
        cluster.append(character)
    return composed


def _lower(characters: _Characters, *, in_context: bool) -> _Characters:
    """Lower case: as Python does it, with the final sigma of its context, or one by one, as transformers does."""
    text = "".join(char for char, _, _ in characters)
    lowered = text.lower()
    if in_context and len(lowered) == len(text):
        return [(char, start, end) for char, (_, start, end) in zip(lowered, characters, strict=True)]
    return [(low, start, end) for char, start, end in characters for low in char.lower()]
