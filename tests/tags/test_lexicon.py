"""The lexicon: how entries are read and found, and that the files that come with tagloom are sound."""

import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagloom.tags import GROUPS, Entry, Lexicon, lexicon, load_lexicon, load_pinyin
from tagloom.tags.entry_lines import EntryLines
from tagloom.tags.lexicon import english_key, read_characters
from tests.tags.few_tags import CHARACTERS, an_entry, few_tags

HEAD = "[person/hair]\n"
LINE = "pink hair\t粉色头发, 粉发\t粉色頭髮, 粉髮\tpink-haired, rosy hair\tnegative, sensitive\n"


def read(text: str) -> list[Entry]:
    return list(EntryLines([("some.tsv", text)]))


def test_a_line_is_an_entry_of_the_section_above_it() -> None:
    assert read(f"# comment\n\n[camera/lens]\n{HEAD}{LINE}") == [
        Entry(
            "pink hair",
            "person",
            "hair",
            ("粉色头发", "粉发"),
            ("粉色頭髮", "粉髮"),
            ("pink-haired", "rosy hair"),
            is_negative=True,
            is_sensitive=True,
        )
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[people/hair]\n", "line 1: no group 'people' (person, clothing, scene,"),
        (LINE, "line 1: an entry before the first [group/subgroup]"),
        (f"{HEAD}pink hair\t粉发\n", "line 2: 2 columns, not 5"),
        (f"{HEAD}\t粉发\t粉髮\t\t\n", "line 2: a tag needs a name in each script"),
        (f"{HEAD}pink hair\t粉发\t\t\t\n", "line 2: a tag needs a name in each script"),
        (f"{HEAD}pink hair\t粉发\t粉髮\t\tloud\n", "line 2: unknown flag 'loud'"),
    ],
)
def test_a_line_that_is_none_is_refused_by_its_number(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(f"some.tsv, {message}")):
        read(text)


@pytest.mark.parametrize(
    "text", ["pink hair", "Pink_Hair", "  pink   hair", "PINK-HAIRED", "粉色头发", "粉色的頭髮", "粉髮"]
)
def test_an_entry_is_found_by_any_wording_in_any_spelling(text: str) -> None:
    found = few_tags().find(text)
    assert found is not None
    assert found.tag == "pink hair"


def test_a_wording_in_one_language_is_none_in_the_other() -> None:
    assert few_tags().english("粉发") is None
    assert few_tags().chinese("pink hair") is None
    assert few_tags().find("no such tag") is None


def test_a_tag_comes_before_another_ones_alias() -> None:
    some = Lexicon([an_entry("a", ("甲",), aliases=("b",)), an_entry("b", ("乙",))], {})
    found = some.english("b")
    assert found is not None
    assert found.tag == "b"


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.text() | st.text([*CHARACTERS, "的", "粉"]))
def test_a_key_is_its_own_key_and_folding_keeps_every_place(text: str) -> None:
    some = few_tags()
    assert some.key(some.key(text)) == some.key(text)
    assert len(some.folded(text)) == len(text)


def test_entries_of_lines_are_found_as_entries_in_a_row_are() -> None:
    text = "[person/hair]\ncat girl\t猫娘, 的, NEKO\t貓娘, 的, NEKO\tneko\t\nsuit\t的衣, 4K\t的衣, 4K\t\t\n"
    lines = EntryLines([("some.tsv", text)])
    whole, lazy = Lexicon([*lines], CHARACTERS), Lexicon(lines, CHARACTERS)
    for wording in ("cat_girl", "neko", "猫娘", "的", "衣", "4k", "Neko", "cat", "猫", ""):
        assert lazy.find(wording) == whole.find(wording), wording
        assert lazy.chinese(wording) == whole.chinese(wording), wording
    assert dict(lazy.chinese_keys()) == dict(whole.chinese_keys())
    assert len(lazy.chinese_keys()) == len(whole.chinese_keys())
    assert (lazy.entries, len(lines)) == (whole.entries, 2)


# The files that come with tagloom.


def test_every_file_is_read() -> None:
    folder = Path(lexicon.__file__).with_name("lexicon")
    assert list(lexicon.FILES) == sorted(path.stem for path in folder.glob("*.tsv"))


def test_every_name_is_found_by_its_key() -> None:
    every = load_lexicon()
    assert all(every.chinese(key) is entry for key, entry in every.chinese_keys().items())


def test_a_wording_belongs_to_one_entry() -> None:
    lexicon = load_lexicon()
    english = Counter(english_key(entry.tag) for entry in lexicon.entries)
    english.update(alias for entry in lexicon.entries for alias in set(map(english_key, entry.aliases)))
    assert [wording for wording, times in english.items() if times > 1] == []
    chinese = Counter(key for entry in lexicon.entries for key in set(map(lexicon.key, (*entry.hans, *entry.hant))))
    assert [wording for wording, times in chinese.items() if times > 1] == []


def test_there_are_thousands_of_entries_in_all_groups() -> None:
    entries = load_lexicon().entries
    assert len(entries) >= 3000
    assert {entry.group for entry in entries} == set(GROUPS)


def test_every_name_is_there_in_both_scripts() -> None:
    lexicon = load_lexicon()
    for entry in lexicon.entries:
        assert len(entry.hant) >= len(entry.hans), entry.tag
        assert all(len(lexicon.folded(name)) == len(name) for name in entry.hant), entry.tag


def test_wordings_are_written_as_they_are_found() -> None:
    for entry in load_lexicon().entries:
        assert all(wording == english_key(wording) for wording in (entry.tag, *entry.aliases)), entry.tag
        assert not any(set(wording) & set(",()[]{}<>|\t") for wording in (entry.tag, *entry.aliases)), entry.tag
        assert all(name == name.strip() and not set(name) & set(",，、\t") for name in (*entry.hans, *entry.hant)), entry.tag


def test_a_character_folds_once_and_for_all() -> None:
    characters = read_characters()
    assert not set(characters) & set(characters.values())
    assert all(len(traditional) == len(simplified) == 1 for traditional, simplified in characters.items())


def test_every_name_can_be_typed_in_pinyin() -> None:
    pinyin = load_pinyin()
    unread = {
        str(syllable)
        for key in load_lexicon().chinese_keys()
        for syllable in pinyin.reading(key)
        if not re.fullmatch("[a-z]+[1-5]", str(syllable)) and re.search("[\u3400-\u9fff]", str(syllable))
    }
    assert unread == set()
