"""What somebody may have meant."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagloom.tags.query import Query, Syllables, read_query

SYLLABLES = Syllables(["fen", "se", "tou", "fa", "xi", "an", "xian", "nv", "hai", "fan", "gan", "fang", "3d", "t", "de"])


def cuts(text: str) -> list[str]:
    return ["-".join(cut.sounds) for cut in SYLLABLES.cuts(text)]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("fense", ["fen-se"]),
        ("fen3se4", ["fen3-se4"]),
        ("fen3se", ["fen3-se"]),
        ("fense4", ["fen-se"]),
        ("fen se", ["fen-se"]),
        ("fen'set", ["fen-se-t"]),
        ("xian", ["xian", "xi-an"]),
        ("xi'an", ["xi-an"]),
        ("xi an", ["xi-an"]),
        ("xi1an1", ["xi1-an1"]),
        ("fangan", ["fang-an", "fan-gan"]),
        ("nühai", ["nv-hai"]),
        ("nu:hai", ["nv-hai"]),
        ("3dtou", ["3d-tou"]),
        ("fendese", ["fen-de-se", "fen-se"]),
        ("looking", []),
        ("pink hair", []),
        ("fen-se", []),
        ("fen33", []),
        ("f", []),
        ("", []),
        ("'", []),
        ("a" * 100, []),
        ("fen9", []),
    ],
)
def test_letters_are_cut_into_syllables(typed: str, expected: list[str]) -> None:
    assert cuts(typed) == expected


def test_the_last_syllable_may_only_have_begun() -> None:
    assert cuts("fento") == ["fen-to"]
    assert cuts("fento'") == []


def test_no_syllables_are_known_where_there_are_no_names() -> None:
    assert Syllables([]).cuts("fense") == ()


def test_a_query_is_read_in_every_way() -> None:
    read = read_query("Fen_Se", "fen_se", SYLLABLES)
    assert (read.text, read.name, read.initials) == ("fen se", "", "fense")
    assert read.sought("tag") == read.sought("alias") == ("fen se",)
    assert read.sought("reading") == (" fen se",)
    assert read.sought("toned") == read.sought("name") == ()
    assert read_query("粉 色", "粉 色", SYLLABLES).sought("name") == ("粉色",)


@pytest.mark.parametrize(
    ("typed", "may_have_typo"), [("pin", False), ("pink", True), ("粉色头发", False), ("a" * 99, False)]
)
def test_only_latin_words_that_are_not_too_short_may_have_a_typo(typed: str, *, may_have_typo: bool) -> None:
    assert Query(typed, "", (), "").may_have_typo == may_have_typo


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.text(st.sampled_from("fensxiatou' "), max_size=30))
def test_a_cut_has_all_the_letters_in_their_order(text: str) -> None:
    for cut in SYLLABLES.cuts(text):
        assert "".join(cut.sounds) == text.replace("'", "").replace(" ", "")
        assert not cut.is_toned
