"""Which of its readings a word gets from its neighbours."""

import pytest

from tagloom.tags.phrases import Count, Mark, Noun, Place, Quality, Verb
from tests.tags.reading_aloud import english, parts


def kinds(text: str) -> list[str]:
    return [type(part).__name__ for part in parts(text)]


def test_a_number_takes_its_measure_word_along() -> None:
    assert kinds("两只猫") == ["Count", "Noun"]
    (count, _) = parts("两杯咖啡")
    assert isinstance(count, Count)
    assert (count.number, count.of) == (2, "cup of")
    assert kinds("只猫") == ["Noun"]


def test_a_word_for_where_is_one_behind_a_noun_alone() -> None:
    behind = parts("木箱子里")[-1]
    assert isinstance(behind, Mark)
    assert behind.role == "place"
    assert isinstance(parts("海边的房子")[0], Place)


def test_where_on_the_body_is_one_before_a_verb_of_carrying_alone() -> None:
    worn = parts("肩上披着斗篷")[0]
    assert isinstance(worn, Place)
    assert worn.is_body
    assert not any(isinstance(part, Place) for part in parts("手"))


def test_colours_join_and_take_their_shade() -> None:
    assert [part.english for part in parts("红白条纹大衣") if isinstance(part, Quality)] == ["red and white", "striped"]
    assert [part.english for part in parts("浅绿裙子") if isinstance(part, Quality)] == ["light green"]
    assert [part.english for part in parts("红色和蓝色的靐") if isinstance(part, Quality)] == ["red and blue"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("飞翔的鸟", "flying bird"),
        ("在天空中飞翔的鸟", "bird flying in sky"),
        ("张开的书", "open book"),
        ("打开盒子", "opening box"),
        ("长头发", "long hair"),
        ("跳舞的女孩", "dancing girl"),
        ("非常可爱的猫", "very cute cat"),
        ("她的猫", "her cat"),
        ("她坐在窗边", "girl sitting by window"),
        ("快乐的孩子们", "happy children"),
        ("猫形状的云", "cat-shaped clouds"),
        ("玫瑰花纹的裙子", "rose pattern skirt"),
    ],
)
def test_one_word_has_the_reading_that_its_place_gives_it(text: str, expected: str) -> None:
    assert english(text) == expected


def test_verbs_wait_for_their_objects() -> None:
    verb, noun = parts("拿着红剑")[::2]
    assert isinstance(verb, Verb)
    assert isinstance(noun, Noun)
    assert (verb.kind, noun.head) == ("hold", "sword")
