"""Verbs with their objects and places."""

import pytest

from tests.tags.reading_aloud import english


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("穿着红色裙子", "red skirt"),
        ("穿红色", "red clothes"),
        ("头上戴着皇冠", "crown"),
        ("留着长发", "long hair"),
        ("手里拿着一把剑", "holding sword"),
        ("看着女孩的脸", "looking at girl's face"),
        ("桌上有一只猫", "cat on table"),
        ("树下站着女孩", "girl standing under tree"),
        ("花放在桌子上", "flower on table"),
        ("眼睛是蓝色的", "blue eyes"),
        ("背景是森林", "forest background"),
        ("以森林为背景", "forest background"),
        ("靠在墙边的男人", "man leaning against wall"),
        ("跳进水里", "jumping into water"),
        ("布满云的天空", "cloudy sky"),
        ("充满书的房间", "room full of books"),
        ("被花包围的女孩", "girl surrounded by flowers"),
        ("挂着灯笼的树", "tree with hanging lanterns"),
        ("女孩静静地坐在椅子上", "girl quietly sitting on chair"),
        ("没有戴帽子", "no hat"),
        ("没有叶子的树", "tree without leaves"),
        ("不戴手套的女孩", "girl without gloves"),
        ("正在弹钢琴的男孩", "boy playing piano"),
    ],
)
def test_a_verb_takes_what_belongs_to_it(text: str, expected: str) -> None:
    assert english(text) == expected
