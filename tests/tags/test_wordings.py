"""Lines and whose they are."""

from array import array

from tagloom.tags.wordings import Wordings

SOME = Wordings(["a", "b", "c", "d"], array("I", [0, 0, 2, 3]))


def test_a_tag_has_its_own_lines_only() -> None:
    assert [list(SOME.of(number)) for number in range(5)] == [["a", "b"], [], ["c"], ["d"], []]


def test_members_get_their_place_as_number() -> None:
    picked = SOME.picked([2, 1, 0])
    assert (list(picked.lines), list(picked.owners)) == (["c", "a", "b"], [0, 2, 2])


def test_all_members_in_order_are_the_same_lines() -> None:
    assert SOME.picked(range(4)) is SOME
    assert Wordings([], array("I")).picked(range(3)).lines == []
