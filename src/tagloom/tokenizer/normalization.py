"""Text -> the text that is cut into words, with the way back: every character knows where it comes from.

Two normalisations are in use. "nfc" is transformers': canonical composition and lower case. "ftfy" is OpenAI's and A1111's:
what the library ftfy repairs, HTML references decoded twice, lower case. Of ftfy's work one part is left out and two are
bounded: text that was decoded with the wrong encoding stays, for a prompt is typed, not scraped; eight rounds of repair do;
a character with more than 511 marks is composed in parts. White space needs no folding: words never contain any.
"""

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html.entities import html5
from typing import Final, Literal

Normalization = Literal["ftfy", "nfc"]
_Edit = tuple[int, int, str]  # half-open characters, and what replaces them

_ROUNDS: Final = 8
_LONGEST_CLUSTER: Final = 512  # characters; Python composes a run of marks in time quadratic in its length
_QUICKLY_CHECKED: Final = 4096  # characters
_ENTITY: Final = re.compile("&#?[0-9A-Za-z]{1,24};")  # ftfy's: beyond doubt
_REFERENCE: Final = re.compile("&(?:#[0-9]{1,600}|#[xX][0-9A-Fa-f]+|[0-9A-Za-z]{1,32});?")  # HTML's: `&amp` too
_SURROGATE: Final = re.compile("[\ud800-\udbff][\udc00-\udfff]|[\ud800-\udfff]")
_UNCOMMON: Final = re.compile("[\x80-\x9fĲĳŉǄ-ǌǱ-ǳʼ‘-‟\u3000ﬀ-ﬆ\uff01-\uffef]")
_CONTROL: Final = re.compile("\x1b\\[[0-9;]*[a-zA-Z]|[\x00-\x08\x0b\x0e-\x1f\x7f\u206a-\u206f\ufeff\ufff9-\ufffc]")
_DOTTED_I: Final = re.compile("İ")  # the one character whose lower case is longer
_LIGATURES: Final = {
    "Ĳ": "IJ",
    "ĳ": "ij",
    "ŉ": "'n",
    "ﬅ": "ſt",
    "Ǆ": "DŽ",
    "ǅ": "Dž",
    "ǆ": "dž",
    "Ǉ": "LJ",
    "ǈ": "Lj",
    "ǉ": "lj",
    "Ǌ": "NJ",
    "ǋ": "Nj",
    "ǌ": "nj",
    "Ǳ": "DZ",
    "ǲ": "Dz",
    "ǳ": "dz",
}


@dataclass(frozen=True, slots=True)
class Normalized:
    """`text`, and where in the original each of its characters starts and ends (half-open, in code points)."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]


def normalize(text: str, how: Normalization) -> Normalized:
    """Normalise a text. A surrogate pair becomes its character, a lone surrogate the replacement character."""
    source = Normalized(text, range(len(text)), range(1, len(text) + 1))
    source = _replace(source, _joined_surrogates(text))
    if how == "nfc":
        return _lower(_compose(source), in_context=False)
    source = _repair(source, first_markup_line=_first_markup_line(text))
    for _ in range(2):
        source = _replace(source, _decoded_references(source.text))
    return _lower(source, in_context=True)


def _replace(source: Normalized, edits: Iterable[_Edit]) -> Normalized:
    """Apply edits, which are in order. What changes its length stands for all that it replaces."""
    texts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    position = 0
    for begin, end, text in edits:
        is_one_to_one = len(text) == end - begin
        kept = end if is_one_to_one else begin
        texts += source.text[position:begin], text
        starts += source.starts[position:kept]
        ends += source.ends[position:kept]
        if not is_one_to_one:
            starts += [source.starts[begin]] * len(text)
            ends += [source.ends[end - 1]] * len(text)
        position = end
    if not texts:
        return source
    texts.append(source.text[position:])
    return Normalized("".join(texts), [*starts, *source.starts[position:]], [*ends, *source.ends[position:]])


def _joined_surrogates(text: str) -> Iterator[_Edit]:
    for match in _SURROGATE.finditer(text):
        yield *match.span(), match[0].encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _first_markup_line(text: str) -> int:
    """Where the first line with a `<` starts: from there on ftfy takes entities for intended."""
    markup = text.find("<")
    return len(text) if markup < 0 else text.rfind("\n", 0, markup) + 1


def _repair(source: Normalized, *, first_markup_line: int) -> Normalized:
    """ftfy's `fix_text`, without the repair of encodings."""
    for _ in range(_ROUNDS):
        text = source.text
        source = _replace(source, _decoded_entities(source, first_markup_line))
        source = _replace(source, ((*match.span(), _plain(match[0])) for match in _UNCOMMON.finditer(source.text)))
        source = _replace(source, ((*match.span(), "") for match in _CONTROL.finditer(source.text)))
        source = _compose(source)
        if source.text == text:
            break
    return source


def _decoded_entities(source: Normalized, first_markup_line: int) -> Iterator[_Edit]:
    for match in _ENTITY.finditer(source.text):
        if source.starts[match.start()] < first_markup_line:
            yield *match.span(), _decode_entity(match[0])


def _decode_entity(entity: str) -> str:
    """As HTML does, but whole or not at all; a name all in capitals, where HTML knows none, is the capital character."""
    name = entity[1:]
    if name.startswith("#"):
        char = html.unescape(entity)
        return entity if ";" in char else char
    if name in html5:
        return html5[name]
    is_shouted = name == name.upper() and html.unescape(entity) == entity
    return html5.get(name.lower(), entity).upper() if is_shouted else entity


def _decoded_references(text: str) -> Iterator[_Edit]:
    """One pass of `html.unescape`, which would refuse a number of thousands of digits."""
    for match in _REFERENCE.finditer(text):
        yield *match.span(), html.unescape(match[0])


def _plain(char: str) -> str:
    """The common form of an uncommon character; control characters above ASCII were meant as Windows-1252."""
    if char <= "\x9f":
        char = char.encode("latin-1").decode("windows-1252", "replace").replace("\ufffd", char)
    if char in _LIGATURES:
        return _LIGATURES[char]
    if char == "ʼ" or "‘" <= char <= "‛":
        return "'"
    if "“" <= char <= "‟":
        return '"'
    return unicodedata.normalize("NFKC", char) if char >= "\u3000" else char


def _compose(source: Normalized) -> Normalized:
    """Canonical composition (NFC)."""
    text = source.text
    if text.isascii() or (len(text) <= _QUICKLY_CHECKED and unicodedata.is_normalized("NFC", text)):
        return source
    return _replace(source, _compositions(text))


def _compositions(text: str) -> Iterator[_Edit]:
    """Cluster by cluster: a character with what follows it and may become one with it."""
    begin = 0
    for end in range(1, len(text) + 1):
        if end < len(text) and _may_join(text[end]) and end - begin < _LONGEST_CLUSTER:
            continue
        cluster = text[begin:end]
        composed = unicodedata.normalize("NFC", cluster)
        if composed != cluster:
            yield begin, end, composed
        begin = end


def _may_join(char: str) -> bool:
    """A mark, a Korean vowel or final consonant, or the one such vowel sign that Unicode calls a letter."""
    return unicodedata.category(char).startswith("M") or "\u1161" <= char <= "\u11c2" or char == "\U00016d67"


def _lower(source: Normalized, *, in_context: bool) -> Normalized:
    """Lower case: as Python does it, with the final sigma of its context, or one by one, as transformers does."""
    source = _replace(source, ((*match.span(), "i\u0307") for match in _DOTTED_I.finditer(source.text)))
    text = source.text if in_context else source.text.replace("Σ", "σ")
    return Normalized(text.lower(), source.starts, source.ends)
