"""What stands before the verb in Chinese and behind it in English."""

import pytest

from tests.tags.reading_aloud import english


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("从天而降的少女", "girl falling from sky"),
        ("小猫从纸箱里探出头来", "kitten peeking out from cardboard box"),
        ("狐狸从树后面探出头", "fox peeking out from behind tree"),
        ("从远处看", "looking from the distance"),
        ("女孩用手遮住阳光", "girl covering sunlight with hands"),
        ("阳光透过树叶洒下来", "sunlight shining through leaves"),
        ("母亲给孩子讲故事", "mother telling story to child"),
        ("用剑", "using sword"),
    ],
)
def test_a_word_before_the_verb_says_where_from_or_what_with(text: str, expected: str) -> None:
    assert english(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("爸爸把孩子扛在肩上", "father carrying child on shoulder"),
        ("女孩把花插在头发上", "girl putting flower in hair"),
        ("把手放在胸前", "hands on chest"),
        ("女生把头靠在男生肩上", "girl, head on boy's shoulder"),
        ("把头发扎起来", "tying hair"),
        ("把红色的书抱在怀里", "holding red book in arms"),
    ],
)
def test_an_object_that_stands_before_its_verb_goes_behind_it(text: str, expected: str) -> None:
    assert english(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("被雨淋湿的头发", "hair wet from rain"),
        ("被恶龙抓走的公主", "princess captured by evil dragon"),
        ("被狗追的猫", "cat chased by dog"),
        ("被鲜花包围的女孩", "girl surrounded by flowers"),
    ],
)
def test_what_is_done_to_something_is_said_with_who_does_it(text: str, expected: str) -> None:
    assert english(text) == expected
