"""Whole translations: examples for every rule of the grammar, and laws that hold for any text."""

from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagloom.tags.groups import Language
from tagloom.tags.lexicon import load_lexicon
from tagloom.tags.translation import Piece, Translation
from tagloom.tags.translator import translate_words
from tagloom.tags.vocabulary import load_grammar

EXAMPLES = Path(__file__).parent / "examples.tsv"
LETTERS = "红色头发女孩穿着的在森林里坐一两只没有和abc XY12.，!（）_着了上下大被像是龘靐麤著紅３"


def translate(text: str, to: Language = "en") -> Translation:
    return translate_words(text, load_lexicon(), load_grammar(), to=to)


@cache
def examples() -> tuple[tuple[str, ...], ...]:
    lines = EXAMPLES.read_text("utf-8").splitlines()
    return tuple(tuple(line.split("\t")) for line in lines if line and not line.startswith("#"))


def test_every_example_becomes_what_it_may_become() -> None:
    missed = [(source, said) for source, *accepted in examples() if (said := translate(source).text) not in accepted]
    assert missed == []
    assert len(examples()) >= 200


def test_traditional_characters_say_the_same() -> None:
    table = {simple: traditional[0] for simple, traditional in characters()}
    for source, *accepted in examples():
        traditional = "".join(table.get(letter, letter) for letter in source)
        assert translate(traditional).text in accepted, traditional


@cache
def characters() -> tuple[tuple[str, str], ...]:
    """Characters that have one Traditional form alone."""
    text = (Path(__file__).parents[2] / "src/tagloom/tags/characters.tsv").read_text("utf-8")
    rows = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return tuple((simple, forms) for simple, forms in rows if len(forms) == 1)


@pytest.mark.parametrize(
    "text", ["", " ", "1girl", "pink hair ", " (a_b) ", "café ñandú", "looking  at\tviewer", "AND", "#ff00"]
)
def test_text_without_chinese_stays_byte_for_byte(text: str) -> None:
    assert translate(text) == Translation(text=text, pieces=())


def test_white_space_around_a_tag_stays() -> None:
    assert translate("  粉色头发\t").text == "  pink hair\t"


def test_english_beside_chinese_stays() -> None:
    assert translate("cute 女孩").text == "cute girl"
    assert translate("穿着Gothic Lolita的女孩").text == "girl wearing Gothic Lolita"
    assert translate("1girl穿着红色裙子").text == "1girl wearing red skirt"


def test_what_nobody_knows_stays_and_is_told() -> None:
    assert translate("龘靐") == Translation(text="龘靐", pieces=(untranslated("龘靐", 0),))
    translation = translate("红色的龘靐")
    assert translation.text == "red 龘靐"
    assert untranslated("龘靐", 3) in translation.pieces


def untranslated(source: str, start: int) -> Piece:
    return Piece(start=start, end=start + len(source), source=source, target=source, origin="untranslated", confidence=0.0)


def test_a_tag_of_the_lexicon_is_told_apart_from_a_phrase() -> None:
    (piece,) = translate("粉色的头发").pieces
    assert (piece.target, piece.origin, piece.confidence) == ("pink hair", "lexicon", 1.0)
    (piece,) = translate("两只白猫").pieces
    assert (piece.target, piece.origin) == ("two white cats", "grammar")
    assert 0 < piece.confidence < 1


def test_what_is_implied_is_said_in_the_piece() -> None:
    (piece,) = translate("穿着红色裙子").pieces
    assert (piece.target, piece.note) == ("red skirt", "wearing is implied")


def test_a_dictionary_of_the_users_is_asked_for_what_is_missing() -> None:
    known = {"龘靐": "great dragon"}.get
    translation = translate_words("红色的龘靐", load_lexicon(), load_grammar(), to="en", fallback=known)
    assert translation.text == "red great dragon"
    assert [piece.origin for piece in translation.pieces] == ["dictionary"]
    nothing = translate_words("麤", load_lexicon(), load_grammar(), to="en", fallback=known)
    assert nothing.pieces[0].origin == "untranslated"


@given(st.text(alphabet=LETTERS, max_size=24))
@settings(max_examples=300, deadline=None)
def test_pieces_are_where_they_say_and_nothing_raises(text: str) -> None:
    end = 0
    for piece in translate(text).pieces:
        assert piece.source == text[piece.start : piece.end] != ""
        assert piece.start >= end
        assert 0 <= piece.confidence <= 1
        end = piece.end


@given(st.text(alphabet="abcdefg hijklm_nopqrstuvwxyz0123456789-'", max_size=40))
@settings(max_examples=200, deadline=None)
def test_any_english_has_a_chinese_translation_or_stays(text: str) -> None:
    translation = translate(text, "zh-Hans")
    if not translation.pieces or translation.pieces[0].origin == "untranslated":
        assert translation.text == text
