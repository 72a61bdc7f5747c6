"""English tags in Chinese: compounds the other way round, in both scripts."""

import pytest

from tagloom.tags.lexicon import load_lexicon
from tagloom.tags.translator import translate_words
from tagloom.tags.vocabulary import load_grammar


def chinese(text: str) -> str:
    return translate_words(text, load_lexicon(), load_grammar(), to="zh-Hans").text


def traditional(text: str) -> str:
    return translate_words(text, load_lexicon(), load_grammar(), to="zh-Hant").text


@pytest.mark.parametrize(
    ("english", "expected"),
    [
        ("2girls", "两个女孩"),
        ("7girls", "七个女孩"),
        ("two white cats", "两只白猫"),
        ("12 cats", "12只猫"),
        ("several flowers", "几朵花"),
        ("many stars", "许多星星"),
        ("two cups of coffee", "两杯咖啡"),
        ("cup of coffee", "一杯咖啡"),
        ("bouquet of red roses", "一束红玫瑰"),
        ("long red hair", "红色长发"),
        ("light blue dress", "浅蓝色连衣裙"),
        ("black and white striped shirt", "黑白条纹衬衫"),
        ("red and black skirt", "红黑裙子"),
        ("wooden table", "木桌子"),
        ("glowing butterfly", "发光的蝴蝶"),
        ("flying dragon", "飞翔的龙"),
        ("no hat", "没有帽子"),
        ("cat and dog", "猫和狗"),
        ("girl with long hair", "长发女孩"),
        ("old man with beard", "有胡子的老人"),
        ("girl wearing red skirt", "穿着红裙子的女孩"),
        ("girl in red dress", "穿着红色连衣裙的女孩"),
        ("girl wearing glasses", "戴着眼镜的女孩"),
        ("two girls wearing hats", "两个戴着帽子的女孩"),
        ("holding red umbrella", "拿着红色伞"),
        ("girl in forest", "森林里的女孩"),
        ("in forest", "在森林里"),
        ("sitting on chair", "坐在椅子上"),
        ("standing in forest", "站在森林里"),
        ("running in the rain", "在雨中奔跑"),
        ("reading book in library", "在图书馆里看书"),
        ("cat sleeping on couch", "睡在沙发上的猫"),
        ("girl surrounded by flowers", "被花环绕的女孩"),
        ("red xyzzy", "红色 xyzzy"),
        ("xyzzy plugh", "xyzzy plugh"),
    ],
)
def test_compounds_are_named(english: str, expected: str) -> None:
    assert chinese(english) == expected


def test_traditional_chinese_has_its_own_words() -> None:
    assert traditional("two white cats") == "兩隻白貓"
    assert traditional("standing in forest") == "站在森林裡"
    assert traditional("girl wearing glasses") == "戴著眼鏡的女孩"


def test_a_tag_of_the_lexicon_changes_its_script() -> None:
    assert traditional("粉色头发") == "粉色頭髮"


def test_underscores_and_white_space_are_no_hindrance() -> None:
    assert chinese(" pink_hair ") == " 粉色头发 "
    assert chinese("  ") == "  "
    assert chinese("123") == "123"
