"""Where something is, and whose something is."""

import pytest

from tagloom.tags.phrases import Extent, Noun
from tagloom.tags.places import owned, preposition
from tagloom.tags.vocabulary import load_grammar
from tests.tags.reading_aloud import english

HERE = Extent(0, 1, joint=True, gap=False)


@pytest.mark.parametrize(
    ("kind", "said", "expected"),
    [
        ("place", "", "in"),
        ("surface", "", "on"),
        ("furniture", "", "on"),
        ("beside", "", "by"),
        ("time", "", "at"),
        ("time", "in", "at"),
        ("in the", "in", "in the"),
        ("sky", "on", "in"),
        ("furniture", "under", "under"),
    ],
)
def test_the_preposition_is_that_of_the_noun_and_of_the_word_behind_it(kind: str, said: str, expected: str) -> None:
    assert preposition(Noun(HERE, "x", kind), said) == expected


@pytest.mark.parametrize(
    ("owner", "noun", "expected"),
    [
        (("long hair", "hair"), ("girl", "person"), "girl|with long hair"),
        (("red skirt", "garment"), ("girl", "person"), "girl|wearing red skirt"),
        (("girl", "person"), ("hand", "feature"), "girl's hand|"),
        (("forest", "place"), ("fox", "animal"), "fox|in forest"),
        (("night", "time"), ("city", "place"), "city|at night"),
        (("autumn", "season"), ("forest", "place"), "autumn forest|"),
        (("city", "place"), ("street", "surface"), "city street|"),
        (("girl", "person"), ("profile", "camera"), "profile|of girl"),
    ],
)
def test_what_a_noun_says_of_another_depends_on_both(owner: tuple[str, str], noun: tuple[str, str], expected: str) -> None:
    found = owned(Noun(HERE, *owner), Noun(HERE, *noun), load_grammar())
    assert f"{found.head}|{found.after.strip()}" == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("在桌子下面", "under table"),
        ("两棵树之间", "between two trees"),
        ("坐在公园的长椅上", "sitting on park bench"),
        ("在夜晚的街道上行走", "walking on street at night"),
        ("城市的街道上", "on city street"),
        ("云上的城堡", "castle above clouds"),
        ("火焰中的凤凰", "phoenix in fire"),
    ],
)
def test_places_are_made_whole(text: str, expected: str) -> None:
    assert english(text) == expected
