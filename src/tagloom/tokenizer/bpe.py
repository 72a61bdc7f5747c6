"""Words -> token ids and back: byte-pair encoding (Sennrich et al. 2016) with CLIP's merges."""

import pkgutil
import zlib
from collections.abc import Iterable
from functools import cache
from heapq import heapify, heappop, heappush
from typing import Final, NamedTuple

from tagloom.tokenizer.normalization import Normalization, normalize
from tagloom.tokenizer.words import word_pattern

BEGIN_OF_TEXT: Final = 49406
END_OF_TEXT: Final = 49407
_FIRST_MERGED: Final = 512  # before it: 256 bytes, then 256 bytes that end a word
_WORD_END: Final = "</w>"
_LONGEST_REMEMBERED: Final = 32  # characters; longer words seldom come again, and would fill the memory

_Pieces = tuple[tuple[int, int], ...]  # (id, number of bytes) of each token of a word


class Token(NamedTuple):
    """A token's id, and the half-open code points of the original text that it stands for."""

    id: int
    start: int
    end: int


class Tokenizer:
    """CLIP's tokenizer. Ids equal OpenAI's; only a text that spells a special token is read as plain text.

    It remembers words that it has seen, which changes its speed and nothing else; threads may share it.
    """

    def __init__(
        self, merges: tuple[str, ...], normalization: Normalization = "ftfy", *, remembered_words: int = 1 << 14
    ) -> None:
        """`merges` are "left right" lines, in order of rank."""
        self._merges = merges
        self._ranks = dict(zip(merges, range(len(merges)), strict=True))
        self._normalization: Normalization = normalization
        self._letters = _byte_letters()
        self._byte_of = {letter: byte for byte, letter in enumerate(self._letters)}
        self._ordered = sorted(self._letters)  # single bytes are numbered as their letters' code points are
        self._base_ids = {letter: index for index, letter in enumerate(self._ordered)}
        self._words: dict[str, _Pieces] = {}
        self._remembered_words = remembered_words

    def encode(self, text: str) -> tuple[Token, ...]:
        """The tokens of a text, without BOS and EOS. A token that holds part of a character spans the whole of it."""
        normalized = normalize(text, self._normalization)
        starts, ends = normalized.starts, normalized.ends
        tokens: list[Token] = []
        for match in word_pattern(normalized.text).finditer(normalized.text):
            word, first = match[0], match.start()
            if word.isascii():
                for token_id, length in self._encode_word(word):
                    stop = first + length
                    tokens.append(Token(token_id, starts[first], ends[stop - 1]))
                    first = stop
                continue
            owners = [first + index for index, char in enumerate(word) for _ in char.encode("utf-8")]
            position = 0
            for token_id, length in self._encode_word(word):
                tokens.append(Token(token_id, starts[owners[position]], ends[owners[position + length - 1]]))
                position += length
        return tuple(tokens)

    def encode_ids(self, text: str) -> tuple[int, ...]:
        """The ids alone."""
        normalized = normalize(text, self._normalization).text
        words = word_pattern(normalized).findall(normalized)
        return tuple([token_id for word in words for token_id, _ in self._encode_word(word)])

    def count(self, text: str) -> int:
        """How many tokens a text has."""
        return len(self.encode_ids(text))

    def decode(self, ids: Iterable[int]) -> str:
        """The text of some tokens, in lower case; a space follows each word. Special tokens are left out.

        Part of a character becomes a replacement character.

        Raises:
            IndexError: there is no such id.
        """
        return b"".join(self._spell(token_id) for token_id in ids).decode("utf-8", "replace")

    @property
    def merges(self) -> tuple[str, ...]:
        """The merges as "left right" lines, in order of rank."""
        return self._merges

    def symbols(self) -> list[str]:
        """Every token as vocabulary files spell it, by id: bytes as letters, a word's end as </w>."""
        whole = [line.replace(" ", "") for line in self._merges]
        return [
            *self._ordered,
            *(letter + _WORD_END for letter in self._ordered),
            *whole,
            "<|startoftext|>",
            "<|endoftext|>",
        ]

    def _spell(self, token_id: int) -> bytes:
        if not 0 <= token_id <= END_OF_TEXT:
            raise IndexError(f"there is no token {token_id}: ids are 0 to {END_OF_TEXT}")
        if token_id >= BEGIN_OF_TEXT:
            return b""
        if token_id >= _FIRST_MERGED:
            symbol = self._merges[token_id - _FIRST_MERGED].replace(" ", "")
        else:
            symbol = self._ordered[token_id % 256] + _WORD_END * (token_id // 256)
        spelled = symbol.removesuffix(_WORD_END)
        return bytes([self._byte_of[letter] for letter in spelled]) + (b"" if spelled == symbol else b" ")

    def _encode_word(self, word: str) -> _Pieces:
        known = self._words.get(word)
        if known is None:
            known = self._merge([self._letters[byte] for byte in word.encode("utf-8")])
            if len(self._words) >= self._remembered_words:
                self._words.clear()
            if len(word) <= _LONGEST_REMEMBERED:
                self._words[word] = known
        return known

    def _merge(self, symbols: list[str]) -> _Pieces:
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
    packed = pkgutil.get_data(__package__, "merges.txt.gz")
    assert packed is not None  # only a loader without files would say so
    return Tokenizer(tuple(zlib.decompress(packed, wbits=31).decode("utf-8").split("\n")), normalization)


def _byte_letters() -> tuple[str, ...]:
    """The printable letter that stands for each byte (GPT-2's table): itself, or the next free one from U+0100 on."""
    free = iter(range(256, 512))
    return tuple(chr(byte) if _is_printable(byte) else chr(next(free)) for byte in range(256))


def _is_printable(byte: int) -> bool:
    return 0x21 <= byte <= 0x7E or 0xA1 <= byte <= 0xAC or 0xAE <= byte <= 0xFF
