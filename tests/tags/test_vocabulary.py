"""The grammar's file: every line can be read, and says something."""

from importlib.resources import files

import pytest

from tagloom.tags.entry import Entry
from tagloom.tags.lexicon import load_lexicon
from tagloom.tags.vocabulary import CLASSES, Grammar, load_grammar, read_rows


def entry(tag: str, group: str, subgroup: str) -> Entry:
    known = next(one for one in load_lexicon().entries if one.group == group)
    return Entry(tag, known.group, subgroup, ("名",), ("名",), (), False, False)


def is_traditional(text: str) -> bool:
    """Whether Taiwan's own character set can write a text, which lacks most Simplified characters."""
    try:
        text.encode("big5")
    except UnicodeEncodeError:
        return False
    return True


def test_every_word_is_printed_in_traditional_characters_too() -> None:
    assert [word.hant for word in load_grammar().words if word.hans and not is_traditional(word.hant)] == []


def test_every_adjective_has_a_class_in_english_order() -> None:
    assert {word.detail for word in load_grammar().words if word.role == "adjective"} <= set(CLASSES)


def test_every_subgroup_of_the_lexicon_has_a_kind() -> None:
    grammar = load_grammar()
    assert all(grammar.kind(one) for one in load_lexicon().entries)
    assert grammar.kind(entry("any hair", "person", "hair colour")) == "hair"
    assert grammar.kind(entry("anything", "scene", "of no kind")) == "place"
    assert grammar.kind(entry("girl", "other", "object")) == "person"
    assert grammar.kind(entry("striped dress", "clothing", "pattern")) == "garment"


def test_verbs_and_short_adjectives_are_understood_in_all_their_forms() -> None:
    forms = {form for form, _ in load_grammar().forms()}
    assert {"穿", "穿着", "穿了", "大", "大大", "红红"} <= forms
    assert "穿着着" not in forms


def test_the_file_keeps_four_columns() -> None:
    lines = files("tagloom.tags").joinpath("words.tsv").read_text("utf-8").splitlines()
    data = [line for line in lines if line and not line.startswith(("#", "["))]
    assert {line.count("\t") for line in data} == {3}


def test_a_line_that_is_none_is_named() -> None:
    with pytest.raises(ValueError, match=r"words\.tsv, line 2: 2 columns, not 4"):
        list(read_rows("[colour]\nred\t红"))
    with pytest.raises(ValueError, match="or no section"):
        list(read_rows("red\t红\t\t"))
    with pytest.raises(ValueError, match="no section 'colours'"):
        Grammar(read_rows("[colours]\nred\t红\t\t"))
