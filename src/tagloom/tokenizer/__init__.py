"""CLIP's byte-pair encoding, with its vocabulary: text -> token ids and back (standard library only)."""

from tagloom.tokenizer.bpe import BEGIN_OF_TEXT, END_OF_TEXT, Token, Tokenizer, load_tokenizer
from tagloom.tokenizer.normalization import Normalization

__all__ = ["BEGIN_OF_TEXT", "END_OF_TEXT", "Normalization", "Token", "Tokenizer", "load_tokenizer"]
