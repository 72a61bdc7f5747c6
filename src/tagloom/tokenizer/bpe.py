"""Words -> token ids: byte-pair encoding (Sennrich et al. 2016) with CLIP's merges."""

import gzip
from functools import cache
from heapq import heapify, heappop, heappush
from importlib.resources import files
from typing import Final, NamedTuple

from tagloom.tokenizer.normalization import Normalization, normalize
from tagloom.tokenizer.words import WORD

BEGIN_OF_TEXT: Final = 49406
END_OF_TEXT: Final = 49407
_FIRST_MERGED: Final = 512  # before it: 256 bytes, then 256 bytes that end a word
_WORD_END: Final = "</w>"
_CACHED_WORDS: Final = 65536


class Token(NamedTuple):
    """A token's id, and the half-open code points of the original text that it stands for."""

    id: int
    start: int
    end: int


class Tokenizer:
    """CLIP's tokenizer. Ids equal OpenAI's; only a text that spells a special token is read as plain text."""

    def __init__(self, merges: tuple[str, ...], normalization: Normalization = "ftfy") -> None:
        """`merges` are "left right" lines, in order of rank."""
        self._merges = merges
        self._ranks = {line: rank for rank, line in enumerate(merges)}
        self._normalization: Normalization = normalization
        self._letters = _byte_letters()
        self._base_ids = {letter: index for index, letter in enumerate(sorted(self._letters, key=_letter_order))}
        self._words: dict[str, tuple[tuple[int, int], ...]] = {}

    def encode(self, text: str) -> tuple[Token, ...]:
        """The tokens of a text, without BOS and EOS. A token that holds part of a character spans the whole of it."""
        normalized = normalize(text, self._normalization)
        tokens: list[Token] = []
        for match in WORD.finditer(normalized.text):
            word, start = match[0], match.start()
            if word.isascii():
                for token_id, length in self._encode_word(word):
                    tokens.append(Token(token_id, *normalized.origin(start, start + length)))
                    start += length
                continue
            owners = [start + index for index, char in enumerate(word) for _ in char.encode("utf-8")]
            position = 0
            for token_id, length in self._encode_word(word):
                first, last = owners[position], owners[position + length - 1]
                tokens.append(Token(token_id, *normalized.origin(first, last + 1)))
                position += length
        return tuple(tokens)

    def encode_ids(self, text: str) -> tuple[int, ...]:
        """The ids alone."""
        words = WORD.finditer(normalize(text, self._normalization).text)
        return tuple(token_id for match in words for token_id, _ in self._encode_word(match[0]))

    def count(self, text: str) -> int:
        """How many tokens a text has."""
        return len(self.encode_ids(text))

    def decode(self, ids: tuple[int, ...]) -> str:
        """The text of some tokens, in lower case; a space follows each word. Special tokens are left out.

        Raises:
            IndexError: there is no such id.
        """
        letters = sorted(self._letters, key=_letter_order)
        table = [*letters, *(letter + _WORD_END for letter in letters)]
        pieces = []
        for token_id in ids:
            if token_id not in {BEGIN_OF_TEXT, END_OF_TEXT}:
                merged = token_id - _FIRST_MERGED
                pieces.append(table[token_id] if merged < 0 else self._merges[merged].replace(" ", ""))
        spelled = "".join(pieces).replace(_WORD_END, " ")
        byte_of = {letter: byte for byte, letter in enumerate(self._letters)} | {" ": 0x20}
        return bytes(byte_of[letter] for letter in spelled).decode("utf-8", "replace")

    def _encode_word(self, word: str) -> tuple[tuple[int, int], ...]:
        """(id, number of bytes) of each token of a word."""
        known = self._words.get(word)
        if known is None:
            if len(self._words) >= _CACHED_WORDS:
                self._words.clear()
            known = self._words[word] = self._merge([self._letters[byte] for byte in word.encode("utf-8")])
        return known

    def _merge(self, symbols: list[str]) -> tuple[tuple[int, int], ...]:
        """Merge the pair of lowest rank, leftmost first, until none is left.

        A heap of candidates over a linked list keeps this linear times a logarithm in the word's length.
        """
        count = len(symbols)
        lengths = [1] * count
        ids = [self._base_ids[symbol] for symbol in symbols]
        ids[-1] += 256
        symbols[-1] += _WORD_END
        following = list(range(1, count + 1))
        preceding = list(range(-1, count - 1))
        ranks = self._ranks
        pairs = ((ranks.get(f"{symbols[i]} {symbols[i + 1]}"), i) for i in range(count - 1))
        heap = [(rank, i, symbols[i], symbols[i + 1]) for rank, i in pairs if rank is not None]
        heapify(heap)
        while heap:
            rank, i, left, right = heappop(heap)
            j = following[i]
            if lengths[i] == 0 or symbols[i] != left or j >= count or symbols[j] != right:
                continue
            symbols[i], ids[i] = left + right, _FIRST_MERGED + rank
            lengths[i] += lengths[j]
            lengths[j] = 0
            k = following[i] = following[j]
            if k < count:
                preceding[k] = i
            for a, b in ((preceding[i], i), (i, k)):
                if a >= 0 and b < count and (new := ranks.get(f"{symbols[a]} {symbols[b]}")) is not None:
                    heappush(heap, (new, a, symbols[a], symbols[b]))
        return tuple((ids[i], lengths[i]) for i in range(count) if lengths[i])


@cache
def load_tokenizer(normalization: Normalization = "ftfy") -> Tokenizer:
    """The tokenizer with the vocabulary in this package; made once for each normalisation."""
    packed = files("tagloom.tokenizer").joinpath("merges.txt.gz").read_bytes()
    return Tokenizer(tuple(gzip.decompress(packed).decode("utf-8").split("\n")), normalization)


def _byte_letters() -> tuple[str, ...]:
    """The printable letter that stands for each byte (GPT-2's table): itself, or the next free one from U+0100 on."""
    free = iter(range(256, 512))
    return tuple(chr(byte) if _is_printable(byte) else chr(next(free)) for byte in range(256))


def _is_printable(byte: int) -> bool:
    return 0x21 <= byte <= 0x7E or 0xA1 <= byte <= 0xAC or 0xAE <= byte <= 0xFF


def _letter_order(letter: str) -> int:
    """Single bytes are numbered printable ones first, as their letters' code points are."""
    return ord(letter)
