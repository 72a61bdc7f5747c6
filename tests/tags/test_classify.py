"""Every tag has a group: by the lexicon, by its form, by its noun."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagloom.tags.classify import Classified, classify
from tagloom.tags.entry import Entry
from tagloom.tags.groups import Group
from tagloom.tags.lexicon import Lexicon, load_lexicon

TABLE = Path(__file__).parent / "classified.tsv"


def entry(tag: str, group: Group, *names: str, aliases: tuple[str, ...] = (), subgroup: str = "x") -> Entry:
    return Entry(tag, group, subgroup, names or (tag,), names or (tag,), aliases, False, False)


LEXICON = Lexicon(
    [
        entry("girl", "person", "女孩"),
        entry("hair", "person", "头发"),
        entry("twintails", "person", "双马尾"),
        entry("closed eyes", "person", "闭眼"),
        entry("eyes", "person", "眼睛"),
        entry("holding sword", "person", "拿着剑"),
        entry("cat", "person", "猫"),
        entry("scarf", "clothing", "围巾"),
        entry("dress", "clothing", "裙子", "连衣裙"),
        entry("hat", "clothing", "帽子"),
        entry("boots", "clothing", "靴子"),
        entry("bow", "clothing", "蝴蝶结"),
        entry("forest", "scene", "森林"),
        entry("mountain", "scene", "山"),
        entry("house", "scene", "房子"),
        entry("leaf", "scene", "叶子"),
        entry("lily of the valley", "scene", "铃兰"),
        entry("grey sky", "scene", "灰天"),
        entry("christmas lights", "scene", "圣诞灯"),
        entry("sword", "other", "剑"),
        entry("bowl", "other", "碗"),
        entry("book", "other", "书"),
        entry("from side", "camera", "侧面"),
        entry("sunlight", "lighting", "阳光"),
        entry("3d model", "renderer", "三维模型"),
        entry("style", "style", "风格"),
    ],
    {"髮": "发"},
)


@pytest.mark.parametrize(
    ("tag", "group", "how", "known"),
    [
        ("girl", "person", "lexicon", "girl"),
        ("Girls", "person", "lexicon", "girl"),
        ("twin tails", "person", "lexicon", "twintails"),
        ("Twin_Tail", "person", "lexicon", "twintails"),
        ("twin-tails", "person", "lexicon", "twintails"),
        ("leaves", "scene", "lexicon", "leaf"),
        ("gray skies", "scene", "lexicon", "grey sky"),
        ("the forest", "scene", "lexicon", "forest"),
        ("双马尾", "person", "lexicon", "twintails"),
        ("闭 眼", "person", "lexicon", "closed eyes"),
        ("striped red scarf", "clothing", "grammar", "scarf"),
        ("haunted velvet dress", "clothing", "grammar", "dress"),
        ("zyzzy scarf", "clothing", "head", "scarf"),
        ("bow (weapon)", "clothing", "grammar", "bow"),
        ("girl in forest", "person", "grammar", "girl"),
        ("house made of candy", "scene", "grammar", "house"),
        ("zyzzy of the forest", "scene", "grammar", "forest"),
        ("white lily of the valley", "scene", "grammar", "lily of the valley"),
        ("girl holding a book", "person", "grammar", "girl"),
        ("a pair of boots", "clothing", "grammar", "boots"),
        ("bowl of leaves", "other", "grammar", "bowl"),
        ("hat and scarf", "clothing", "grammar", "hat"),
        ("black and white hat", "clothing", "grammar", "hat"),
        ("in the forest", "scene", "grammar", "forest"),
        ("in a red dress", "clothing", "grammar", "dress"),
        ("on a zyzzy", "scene", "grammar", None),
        ("with a zyzzy", "other", "other", None),
        ("by the forest", "scene", "grammar", "forest"),
        ("by a girl", "style", "grammar", None),
        ("by zyzzy", "style", "grammar", None),
        ("holding zyzzy", "person", "grammar", None),
        ("skydiving", "person", "grammar", None),
        ("running on grass", "person", "grammar", None),
        ("reading girl", "person", "grammar", None),
        ("riding boots", "clothing", "head", "boots"),
        ("glowing sword", "other", "grammar", "sword"),
        ("juggling zyzzy", "person", "grammar", None),
        ("wearing zyzzy", "clothing", "grammar", None),
        ("no hat", "clothing", "grammar", "hat"),
        ("eyes closed", "person", "grammar", "eyes"),
        ("hair blowing in the wind", "person", "grammar", "hair"),
        ("red closed", "other", "other", None),
        ("red and blue", "style", "grammar", None),
        ("from zyzzy", "camera", "grammar", None),
        ("zyzzy angle", "camera", "grammar", None),
        ("mountain view", "scene", "grammar", "mountain"),
        ("pretty mountain view", "scene", "grammar", "mountain"),
        ("zyzzy lighting", "lighting", "grammar", None),
        ("big christmas lights", "scene", "grammar", "christmas lights"),
        ("zyzzy background", "scene", "grammar", None),
        ("zyzzy style", "style", "grammar", None),
        ("zyzzy render", "renderer", "grammar", None),
        ("bad zyzzy", "detail", "grammar", None),
        ("three missing zyzzies", "detail", "grammar", None),
        ("extra long scarf", "clothing", "grammar", "scarf"),
        ("nightdress", "clothing", "grammar", None),
        ("moonscape", "scene", "grammar", None),
        ("zyzzy", "other", "other", None),
        ("", "other", "other", None),
        ("the", "other", "other", None),
    ],
)  # fmt: skip
def test_english_tags_are_read_by_their_form(tag: str, group: Group, how: str, known: str | None) -> None:
    found = classify(tag, LEXICON)
    assert (found.group, found.how, found.entry.tag if found.entry else None) == (group, how, known)


@pytest.mark.parametrize(
    ("tag", "group", "known"),
    [
        ("红色的头髮", "person", "hair"),
        ("戴着帽子的女孩", "person", "girl"),
        ("戴着帽子", "clothing", None),
        ("未知的未知", "other", None),
        ("女孩的未知", "person", "girl"),
        ("两只猫", "person", "cat"),
        ("没有帽子", "clothing", "hat"),
        ("多余的手", "detail", None),
        ("高清壁纸", "detail", None),
        ("从左边看", "camera", None),
        ("在森林里", "scene", "forest"),
        ("在桌上", "scene", None),
        ("在阳光下", "lighting", "sunlight"),
        ("在碗里", "scene", None),
        ("女孩在森林里", "person", "girl"),
        ("坐在森林里", "person", None),
        ("抱着猫", "person", None),
        ("抱猫", "person", None),
        ("抱歉图", "other", None),
        ("头发飘动", "person", "hair"),
        ("未来视角", "camera", None),
        ("赛博风格", "style", "style"),
        ("赛博画风", "style", None),
        ("柔和光线", "lighting", None),
        ("奥克渲染", "renderer", None),
        ("奇怪背景", "scene", None),
        ("蕾丝长裙", "clothing", None),
        ("的", "other", None),
    ],
)  # fmt: skip
def test_chinese_tags_are_read_by_their_form(tag: str, group: Group, known: str | None) -> None:
    found = classify(tag, LEXICON)
    assert (found.group, found.entry.tag if found.entry else None) == (group, known)


def test_what_nobody_knows_is_other() -> None:
    assert classify("qwxz", LEXICON) == Classified("other", "", "other", None)


@settings(derandomize=True, max_examples=500, deadline=None)
@given(
    st.text(max_size=60)
    | st.lists(st.sampled_from(["in", "of", "red", "girl", "ing", "的", "在", "(", "holding"])).map(" ".join)
)
def test_any_text_has_a_group(tag: str) -> None:
    assert classify(tag, LEXICON).group


def test_long_sentences_do_not_take_long() -> None:
    for word in ("in ", "girl ", "holding the ", "的", "在", "红"):
        assert classify(word * 5_000, LEXICON).group


def test_the_hand_written_table_is_classified_with_the_whole_lexicon() -> None:
    lexicon = load_lexicon()
    rows = [line.split("\t") for line in TABLE.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    missed = [(tag, group, classify(tag, lexicon).group) for tag, group in rows if classify(tag, lexicon).group != group]
    assert len(rows) >= 150
    assert missed == []
