"""How names are read."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tagloom.tags.pinyin import read_pinyin
from tests.tags.few_tags import EXCEPTIONS, READINGS, few_readings

keys = st.text(st.sampled_from([*READINGS, "t", "3", "龘", " "]), min_size=1, max_size=6) | st.sampled_from([*EXCEPTIONS])


def test_a_name_is_read_character_by_character_unless_it_is_an_exception() -> None:
    pinyin = few_readings()
    assert " ".join(map(str, pinyin.reading("头发"))) == "tou2 fa4"
    assert " ".join(map(str, pinyin.reading("发光"))) == "fa1 guang1"
    assert " ".join(map(str, pinyin.reading("t恤"))) == "t xu4"
    assert [(syllable.start, syllable.stop) for syllable in pinyin.reading("3d红色")] == [(0, 2), (2, 3), (3, 4)]


def test_a_particle_that_is_in_no_key_is_read_in_the_whole_name() -> None:
    assert few_readings().spoken("淡淡的微笑", "淡淡微笑") == "dan4 dan4 de5 wei1 xiao4"
    assert few_readings().spoken("发光", "发光") == "fa1 guang1"


def test_lines_of_a_file_are_read() -> None:
    pinyin = read_pinyin(["# comment", "", "发\tfa4", "光\tguang1", "发光\tfa1 guang1"])
    assert " ".join(map(str, pinyin.reading("发光"))) == "fa1 guang1"
    assert " ".join(map(str, pinyin.reading("光发"))) == "guang1 fa4"


def test_nothing_is_typed_for_no_keys() -> None:
    assert few_readings().typed([]).sounds == []


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.lists(keys, min_size=1, max_size=6))
def test_many_keys_at_once_are_typed_as_each_is_read(some: list[str]) -> None:
    pinyin = few_readings()
    typed = pinyin.typed(some)
    expected = [
        (
            "".join(f" {syllable.sound}" for syllable in syllables),
            "".join(f" {syllable}" for syllable in syllables),
            "".join(syllable.initial for syllable in syllables),
            place,
        )
        for place, key in enumerate(some)
        for syllables in sorted(pinyin.readings(key), key=lambda said: said == pinyin.reading(key))
    ]
    assert list(zip(typed.sounds, typed.toned, typed.initials, typed.places, strict=True)) == expected
