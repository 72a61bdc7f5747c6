"""English nouns in the plural and the singular."""

import pytest

from tagloom.tags.inflection import adverb, number_word, participle, plural, singular
from tagloom.tags.vocabulary import load_grammar


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("cat", "cats"),
        ("white cat", "white cats"),
        ("fox", "foxes"),
        ("butterfly", "butterflies"),
        ("toy", "toys"),
        ("old woman", "old women"),
        ("child", "children"),
        ("knife", "knives"),
        ("dress", "dresses"),
        ("princess", "princesses"),
        ("bus", "buses"),
    ],
)
def test_a_noun_has_a_plural_and_a_singular(one: str, many: str) -> None:
    assert plural(one, load_grammar()) == many
    assert singular(many, load_grammar()) == one


@pytest.mark.parametrize("noun", ["glasses", "sheep", "jeans", "cherry blossoms", "long hair", "snow"])
def test_what_is_plural_or_cannot_be_counted_stays(noun: str) -> None:
    assert plural(noun, load_grammar()) == noun


@pytest.mark.parametrize("noun", ["glasses", "grass", "cactus", "hair", "gas"])
def test_what_only_ends_like_a_plural_stays(noun: str) -> None:
    assert singular(noun, load_grammar()) == noun


def test_numbers_are_words_up_to_twelve() -> None:
    assert [number_word(number) for number in (1, 12, 13)] == ["one", "twelve", "13"]


@pytest.mark.parametrize(
    ("verb", "expected"),
    [
        ("chasing", "chased"),
        ("grabbing", "grabbed"),
        ("carrying", "carried"),
        ("eating", "eaten"),
        ("looking at", "looked at"),
    ],
)
def test_what_is_done_to_something_is_a_participle(verb: str, expected: str) -> None:
    assert participle(verb, load_grammar()) == expected


@pytest.mark.parametrize(("adjective", "expected"), [("angry", "angrily"), ("gentle", "gently"), ("sad", "sadly")])
def test_how_something_is_done_ends_in_ly(adjective: str, expected: str) -> None:
    assert adverb(adjective) == expected
