"""A1111's styles.csv: what is read is written back byte for byte, and what is damaged is told and never overwritten."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagloom.tags.style_sheet import Damage, new_sheet, read_sheet
from tagloom.tags.styles import Style

PLAIN = "name,prompt,negative_prompt\n"
SOUND = [
    "\ufeffname,prompt,negative_prompt\r\nA,x,y\r\n",
    PLAIN + 'A,"a, b","c ""d"""\n',
    PLAIN + 'A,"two\nlines",\n\nB,b,b\n',
    PLAIN + "# a remark,,\n------,,\nA,a,\n",
    PLAIN + "-- divider\nA,a\n",
    "name,text\nOld,old\n",
    "id,name,prompt,negative_prompt,notes\n7,A,a,b,mine\n",
    "name,prompt,negative_prompt\rA,a,b\r",
    PLAIN + "A,a,b",
    PLAIN,
    "name,prompt,negative_prompt",
]

names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\x00"), min_size=1, max_size=12).filter(
    lambda name: not name.startswith("#")
)
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)
styles = st.builds(Style, names, texts, texts).filter(lambda style: bool(style.prompt or style.negative_prompt))


@pytest.mark.parametrize("text", SOUND)
def test_a_sound_file_is_written_back_byte_for_byte(text: str) -> None:
    sheet = read_sheet(text.encode())
    assert sheet.damage == ()
    assert sheet.text() == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (SOUND[1], [Style("A", "a, b", 'c "d"')]),
        (SOUND[2], [Style("A", "two\nlines", ""), Style("B", "b", "b")]),
        (SOUND[3], [Style("A", "a", "")]),
        (SOUND[4], [Style("A", "a", "")]),
        (SOUND[5], [Style("Old", "old", "")]),
        (SOUND[6], [Style("A", "a", "b")]),
        ("", []),
        ("\ufeff \n", []),
    ],
)
def test_styles_are_read(text: str, expected: list[Style]) -> None:
    assert list(read_sheet(text.encode()).styles()) == expected


@pytest.mark.parametrize(
    ("content", "damage"),
    [
        (PLAIN + "A,a,b\nB,a, b,c\nC,c,\n", (3, "has 4 cells for 3 columns")),
        (PLAIN + 'A,"a" b,\nC,c,\n', (2, "goes on behind a closing quote")),
        (PLAIN + 'A,a,b\nB,"open,\nC,c,\n', (3, "opens a quote that nothing closes")),
        ("title,prompt\nA,a\n", (1, "does not name the columns")),
        ("name,notes\nA,a\n", (1, "does not name the columns")),
        ('"name', (1, "opens a quote that nothing closes")),
        (PLAIN + f"A,{'x' * 140_000},\n", (2, "is no row: field larger than field limit")),
    ],
)
def test_damage_is_told_by_its_line(content: str, damage: tuple[int, str]) -> None:
    (found,) = read_sheet(content.encode()).damage
    assert found.line == damage[0]
    assert found.message.startswith(damage[1])


def test_the_sound_rows_of_a_damaged_file_are_read() -> None:
    sheet = read_sheet((PLAIN + "A,a,b\nB,a, b,c\nC,c,\n").encode())
    assert [style.name for style in sheet.styles()] == ["A", "C"]


def test_bytes_that_are_no_text_are_damage() -> None:
    assert read_sheet(PLAIN.encode() + b"A,\xff,\n").damage == (Damage(2, "is no UTF-8 text"),)


def test_a_style_is_added_behind_the_others() -> None:
    sheet = read_sheet((PLAIN + "A,a,b").encode()).with_style(Style("B", "x, y", ""))
    assert sheet.text() == PLAIN + 'A,a,b\nB,"x, y",\n'
    assert read_sheet(b"name,prompt,negative_prompt").with_style(Style("B", "x", "")).text() == (
        "name,prompt,negative_prompt\r\nB,x,\r\n"
    )


def test_a_style_of_that_name_is_replaced_and_its_other_columns_stay() -> None:
    text = "id,name,prompt,negative_prompt,notes\n7,A,a,b,mine\n8,B,b,,\n"
    assert read_sheet(text.encode()).with_style(Style("A", "new", "")).text() == text.replace(
        "7,A,a,b,mine", "7,A,new,,mine"
    )


def test_of_two_styles_of_a_name_the_last_counts() -> None:
    sheet = read_sheet((PLAIN + "A,one,\nA,two,\n").encode())
    assert sheet.with_style(Style("A", "three", "")).text() == PLAIN + "A,one,\nA,three,\n"
    assert sheet.without_style("A").text() == PLAIN


def test_an_old_file_gets_a_column_only_where_a_style_needs_it() -> None:
    old = read_sheet(b"\xef\xbb\xbfname,text\nA,a\n")
    assert old.with_style(Style("B", "b", "")).text() == "\ufeffname,text\nA,a\nB,b\n"
    widened = old.with_style(Style("B", "b", "c"))
    assert widened.text() == "\ufeffname,text,negative_prompt\nA,a\nB,b,c\n"
    assert widened.styles() == (Style("A", "a", ""), Style("B", "b", "c"))


def test_removing_leaves_the_rest_as_it_is() -> None:
    assert read_sheet(SOUND[3].encode()).without_style("A").text() == PLAIN + "# a remark,,\n------,,\n"
    assert read_sheet(SOUND[3].encode()).without_style("------").text() == SOUND[3]


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.lists(styles, max_size=5, unique_by=lambda style: style.name))
def test_styles_come_back_from_a_file(kept: list[Style]) -> None:
    sheet = new_sheet(kept)
    again = read_sheet(sheet.text().encode())
    assert (list(again.styles()), again.damage) == (kept, ())
    assert again.text() == sheet.text()


@settings(derandomize=True, max_examples=500, deadline=None)
@given(st.text(st.sampled_from('ab,"\n\r# \ufeff'), max_size=40))
def test_whatever_is_read_whole_is_written_back_whole(rows: str) -> None:
    sheet = read_sheet((PLAIN + rows).encode())
    assert sheet.damage or sheet.text() == PLAIN + rows


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_can_be_read(content: bytes) -> None:
    read_sheet(content)
