"""CSV files of tagcomplete's kind."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagloom.errors import RequestError
from tagloom.tags.tag_csv import read_tags, read_translations
from tagloom.tags.tag_list import TagList

DANBOORU = """1girl,0,6008644,"1girls,sole_female"
saber_(fate),4,5000,"saber,artoria"
highres,5,5256195,"high_res,,high_resolution"
^_^,0,90000,
long_hair,0,4350743
touhou,3,,"touhou,東方"
some_artist,1

1girl,0,3,
"""


def test_a_list_is_read_with_spaces_for_underscores_but_in_emoticons() -> None:
    assert read_tags("list.csv", DANBOORU.encode()) == TagList(
        tags=("1girl", "^_^", "highres", "long hair", "saber (fate)", "some artist", "touhou"),
        kinds=("general", "general", "meta", "general", "character", "artist", "copyright"),
        counts=(6008644, 90000, 5256195, 4350743, 5000, 0, 0),
        aliases=("1girls,sole female", "", "high res,high resolution", "", "saber,artoria", "", "東方"),
        names=("",) * 7,
    )


@pytest.mark.parametrize("header", ["name,type,count,aliases\n", "\ufeffTag,category,Post Count,\n", "\n\nname,type\n"])
def test_a_header_is_passed_over(header: str) -> None:
    assert read_tags("list.csv", f"{header}long_hair,0,1,\n".encode()).tags == ("long hair",)


def test_a_tag_called_name_is_no_header() -> None:
    assert read_tags("list.csv", b"name,0,1,\n").tags == ("name",)


def test_translations_are_read_in_both_forms() -> None:
    two = read_translations("zh.csv", '1girl,1个女孩\nlong_hair,"长发，长头发"\n1girl,单人女孩\nempty,\n'.encode())
    assert two == {"1girl": "1个女孩,单人女孩", "long hair": "长发,长头发"}
    assert read_translations("zh.csv", "name,type,translation\nlong_hair,0,长发|长 头发\n".encode()) == {
        "long hair": "长发,长 头发"
    }


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "it holds no rows"),
        (b"name,type,count,aliases\n", "it holds no rows"),
        (b"\n\n", "it holds no rows"),
        (b"1girl,0,1,\n{}\n", "line 2: 1 columns, where name,type,count,aliases are wanted"),
        (b"a,0,1,b,c\n", "line 1: 5 columns, where"),
        (b"a,0,1,\n,0,1,\n", "line 2: the name is missing"),
        (b"a,2,1,\n", r"line 1: the type is '2', which is none of 0 \(general\), 1 \(artist\), 3"),
        ("1girl,女孩\n".encode(), "line 1: the type is '女孩', which is none of"),
        (b"a,0,1,\nb,0,many,\n", "line 2: the count is 'many', which is no number of pictures"),
        (b"a,0,-1,\n", "line 1: the count is '-1'"),
        (b"a,0," + b"9" * 30 + b",\n", "line 1: the count is '99999999999999999999', which"),
        (b'a,0,1,"b\n', "line 1: unexpected end of data"),
        (b'a,0,1,"b"c\n', "line 1: ',' expected after '\"'"),
        (b"a,0,1,\n\xff\xfe,0,1,\n", "line 2: it is no UTF-8 text"),
        (b"\x89PNG\r\n\x1a\n\0\0", "line 1: it is no UTF-8 text"),
        (b"a,0,1,\nb\0,0,1,\n", "line 2: it is no text"),
        (b"a,0," + b"1" * 200_000 + b",\n", "line 1: field larger than field limit"),
    ],
)
def test_what_is_no_list_is_refused_with_line_and_reason(content: bytes, reason: str) -> None:
    with pytest.raises(RequestError, match=f"^list.csv is no such CSV file: {reason}") as refusal:
        read_tags("list.csv", content)
    assert refusal.value.hint


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("1girl\n", "line 1: 1 columns, where name,translation or name,type,translation are wanted"),
        ("1girl,女孩,0,1\n", "line 1: 4 columns, where"),
        ("1girl,女孩,单人\n", "line 1: the type is '女孩', which is no number"),
        ("1girl,0,6008644\n", "line 1: the translation is the number 6008644: is this a list of tags?"),
    ],
)
def test_what_is_no_translation_is_refused_with_line_and_reason(content: str, reason: str) -> None:
    with pytest.raises(RequestError) as refusal:
        read_translations("zh.csv", content.encode())
    assert refusal.value.message.startswith(f"zh.csv is no such CSV file: {reason}")


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.binary(max_size=60) | st.text('a,0"\n_^\r', max_size=30).map(str.encode))
def test_any_bytes_are_a_list_or_refused(content: bytes) -> None:
    for read in (read_tags, read_translations):
        try:
            found = read("list.csv", content)
        except RequestError:
            continue
        tags = found.tags if isinstance(found, TagList) else tuple(found)
        assert tags == tuple(sorted(set(tags)))
