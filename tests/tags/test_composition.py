"""Chinese within other text, and the pieces that are told of it."""

from tagloom.tags.composition import compose
from tests.tags.reading_aloud import dictionary


def test_chinese_is_translated_where_it_stands_among_other_text() -> None:
    assert compose("a (red) 女孩! 猫", dictionary()).text == "a (red) girl! cat"
    assert compose("2 个女孩", dictionary()).text == "2girls"


def test_an_alias_is_written_as_the_lexicon_spells_it_and_no_otherwise() -> None:
    assert compose("灰色的短发", dictionary()).text == "short grey hair"
    assert compose("破旧的房子", dictionary()).text == "old house"  # which is also an alias of something less plain


def test_a_phrase_has_one_piece_and_a_word_that_nobody_knows_its_own() -> None:
    pieces = compose("红色的靐和猫", dictionary()).pieces
    assert [(piece.source, piece.target, piece.origin) for piece in pieces] == [
        ("红色", "red", "grammar"),
        ("靐", "靐", "untranslated"),
        ("和猫", "and cat", "grammar"),
    ]


def test_the_surer_the_plainer() -> None:
    def sure(text: str) -> float:
        return compose(text, dictionary()).pieces[0].confidence

    assert sure("粉色头发") > sure("红色的猫") > sure("坐在红色的猫旁边") > sure("靐") == 0


def test_long_text_is_no_hindrance() -> None:
    assert compose("a" * 100_000 + "女 " + "b c" * 30_000, dictionary()).text.startswith("a" * 100_000)
    assert compose("红色的猫" * 500, dictionary()).text.count("red cat") == 500
