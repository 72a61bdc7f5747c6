"""What is said of somebody, before and behind them."""

import pytest

from tests.tags.reading_aloud import english


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("穿着红色裙子的女孩", "girl wearing red skirt"),
        ("一个穿着红色裙子的女孩", "1girl wearing red skirt"),
        ("一只坐在窗台上的黑猫", "black cat sitting on windowsill"),
        ("穿着盔甲拿着剑的骑士", "knight wearing armor and holding sword"),
        ("戴着墨镜穿着皮夹克的男人", "man wearing sunglasses and leather jacket"),
        ("站在海边看书的女孩", "girl standing by the sea and reading book"),
        ("比心的女孩", "girl with heart hands"),
        ("回头看的女孩", "girl looking back"),
        ("金发碧眼的少女", "girl with blonde hair and blue eyes"),
        ("女孩站在森林里", "girl standing in forest"),
        ("女孩坐在椅子上看书", "girl sitting on chair, reading"),
        ("女孩 站在森林里", "girl, standing in forest"),
        ("雨中女孩", "girl in rain"),
        ("猫和狗", "cat and dog"),
        ("粉色头发和蓝色眼睛的女孩", "girl with pink hair and blue eyes"),
    ],
)
def test_what_is_said_of_somebody_is_put_where_english_has_it(text: str, expected: str) -> None:
    assert english(text) == expected
