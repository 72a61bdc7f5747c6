"""The word pattern against the module `regex`, which has \\p{L} and \\p{N}, over all of Unicode."""

import regex  # type: ignore[import-untyped]  # it has no stubs
from hypothesis import given, settings
from hypothesis import strategies as st

from tagloom.tokenizer.words import word_pattern

REFERENCE = regex.compile(r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+")


def cut(text: str) -> list[str]:
    return word_pattern(text).findall(text)


def cut_by_reference(text: str) -> list[str]:
    words: list[str] = REFERENCE.findall(text)
    return words


def test_every_character_of_unicode_is_cut_as_the_reference_cuts_it() -> None:
    """A character that one of the two does not know yet, having an older Unicode, is left out."""
    texts = [f"a{chr(point)}{chr(point)}1{chr(point)}!é" for point in range(0x110000)]
    blocks = [texts[start : start + 256] for start in range(0, len(texts), 256)]
    suspect = [text for block in blocks if cut(" ".join(block)) != cut_by_reference(" ".join(block)) for text in block]
    different = [text for text in suspect if cut(text) != cut_by_reference(text)]
    assert [text for text in different if not regex.match(r"\p{Cn}", text[1])] == []


def test_a_letter_of_a_later_unicode_than_this_pythons_joins_the_word() -> None:
    assert cut("б\U0001e030б") == ["б\U0001e030б"]
    assert cut("b\U00011f50\U00011f51") == ["b", "\U00011f50", "\U00011f51"]


@settings(derandomize=True, max_examples=2000, deadline=None)
@given(st.text(st.sampled_from("'strevmld_-., \t\x0b\x1c\x1d\x85\xa0\u3000ſé²١٢Ⅳ日本\U0001e030\U00011f50!?💡"), max_size=20))
def test_any_text_is_cut_as_the_reference_cuts_it(text: str) -> None:
    assert cut(text) == cut_by_reference(text)


@settings(derandomize=True, max_examples=1000, deadline=None)
@given(st.text(st.characters(max_codepoint=0x7F, exclude_characters="ABCDEFGHIJKLMNOPQRSTUVWXYZ"), max_size=30))
def test_plain_text_is_cut_alike_alone_and_beside_other_text(text: str) -> None:
    assert [*cut(text), "é"] == cut(f"{text} é")
