"""Counts, qualities and nouns side by side."""

import pytest

from tagloom.tags.noun_phrases import Relation, english, relation
from tagloom.tags.phrases import Count, Extent, Noun
from tagloom.tags.reading import COLOUR
from tagloom.tags.vocabulary import CLASSES, load_grammar
from tests.tags import reading_aloud

HERE = Extent(0, 1, joint=False, gap=False)


def noun(head: str, kind: str = "object", *qualities: tuple[int, str], count: Count | None = None) -> Noun:
    return Noun(HERE, head, kind, count, qualities)


@pytest.mark.parametrize(
    ("first", "second", "verb", "expected"),
    [
        ("hair", "person", "", "with"),
        ("garment", "person", "", "wearing"),
        ("garment", "person", "wear", "split"),
        ("weapon", "person", "hold", "split"),
        ("hair", "eyes", "", "split"),
        ("garment", "garment", "", "split"),
        ("person", "garment", "", "split"),
        ("animal", "animal", "", "split"),
        ("animal", "person", "", "compound"),
        ("animal", "feature", "", "compound"),
        ("place", "building", "", "compound"),
        ("camera", "person", "", "split"),
        ("time", "person", "", "split"),
    ],
)
def test_what_two_nouns_are_depends_on_their_kinds(first: str, second: str, verb: str, expected: Relation) -> None:
    assert relation(noun("one", first), noun("other", second), verb) == expected


def test_qualities_stand_in_english_order_and_once() -> None:
    size, material = CLASSES.index("size"), CLASSES.index("material")
    phrase = noun("jacket", "garment", (material, "leather"), (COLOUR, "red"), (size, "big"), (COLOUR, "red"))
    assert english(phrase, load_grammar()) == "big red leather jacket"
    assert english(noun("long skirt", "garment", (COLOUR, "red")), load_grammar()) == "long red skirt"
    assert english(noun("red skirt", "garment", (COLOUR, "red")), load_grammar()) == "red skirt"
    assert english(noun("high heels", "footwear", (COLOUR, "red")), load_grammar()) == "red high heels"


def test_a_colour_is_called_what_its_noun_calls_it() -> None:
    assert english(noun("hair", "hair", (COLOUR, "golden")), load_grammar()) == "blonde hair"
    assert english(noun("crown", "headgear", (COLOUR, "golden")), load_grammar()) == "golden crown"


@pytest.mark.parametrize(
    ("number", "word", "of", "head", "expected"),
    [
        (1, "", "", "cat", "cat"),
        (2, "", "", "cat", "two cats"),
        (1, "", "", "girl", "1girl"),
        (3, "", "", "boy", "3boys"),
        (7, "", "", "girl", "6+girls"),
        (None, "several", "", "girl", "multiple girls"),
        (None, "several", "", "flower", "several flowers"),
        (1, "", "cup of", "coffee", "cup of coffee"),
        (2, "", "bouquet of", "rose", "two bouquets of roses"),
        (None, "half", "", "face", "half face"),
    ],
)
def test_things_are_counted_as_english_does_and_girls_as_danbooru(
    number: int | None, word: str, of: str, head: str, expected: str
) -> None:
    assert english(noun(head, count=Count(HERE, number, word, of)), load_grammar()) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("黑发红眼少女", "girl with black hair and red eyes"),
        ("可爱的长发女孩", "cute girl with long hair"),
        ("头发很长", "long hair"),
        ("头发凌乱的女孩", "girl with messy hair"),
        ("粉色头发蓝色眼睛", "pink hair, blue eyes"),
        ("女孩 长发", "girl, long hair"),
        ("破碎的玻璃", "broken glass"),
    ],
)
def test_a_run_of_words_is_cut_into_phrases(text: str, expected: str) -> None:
    assert reading_aloud.english(text) == expected
