"""What a word of a text can be."""

from tagloom.tags.token_roles import is_done, is_size, spelled, word
from tests.tags.reading_aloud import tokens


def test_a_word_is_read_in_one_of_its_roles() -> None:
    (colour,) = tokens("红色")
    found = word(colour, "colour")
    assert found is not None
    assert found.english == "red"
    assert word(colour, "verb") is None
    assert word(None, "verb") is None


def test_sizes_and_what_is_done_are_told() -> None:
    assert is_size(tokens("大")[0])
    assert not is_size(tokens("红色")[0])
    assert not is_size(None)
    assert is_done(tokens("看着")[0])
    assert not is_done(tokens("森林")[0])


def test_a_number_may_be_spelled() -> None:
    assert spelled(tokens("俩")[0]) == 2
    assert spelled(tokens("森林")[0]) is None
