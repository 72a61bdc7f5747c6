"""Chinese text cut into words, over a dictionary small enough to know."""

from tagloom.tags.entry import Entry
from tagloom.tags.groups import Group
from tagloom.tags.lexicon import Lexicon
from tagloom.tags.segmentation import Dictionary, Token, segment
from tagloom.tags.vocabulary import load_grammar


def entry(tag: str, name: str, group: Group = "other") -> Entry:
    return Entry(tag, group, "object", (name,), (name,), (), False, False)


LEXICON = Lexicon(
    (
        entry("girl", "女孩"),
        entry("cat", "猫"),
        entry("cat girl", "猫女孩"),
        entry("pink hair", "粉色头发"),
        entry("hair", "头发"),
        entry("t-shirt", "T恤"),
        entry("grass", "草地"),
        entry("lying on grass", "躺在草地上"),
    ),
    {"貓": "猫", "髮": "发", "頭": "头"},
)
DICTIONARY = Dictionary(LEXICON, load_grammar())


def cut(text: str) -> list[str]:
    return [text[token.start : token.end] for token in segment(text, 0, DICTIONARY)]


def test_the_fewest_words_are_taken() -> None:
    assert cut("粉色头发") == ["粉色头发"]
    assert cut("草地里") == ["草地", "里"]


def test_a_particle_is_looked_through_and_told() -> None:
    tokens = segment("抱着猫的女孩", 0, DICTIONARY)
    assert [(token.key, token.joint) for token in tokens] == [("抱着", False), ("猫", True), ("女孩", False)]
    assert cut("粉色的头发") == ["粉色的头发"]


def test_either_script_is_found_where_it_stands() -> None:
    assert cut("粉色頭髮貓") == ["粉色頭髮", "貓"]


def test_a_whole_clause_of_the_lexicon_is_no_word_within_another() -> None:
    assert cut("女孩躺在草地上") == ["女孩", "躺", "在", "草地上"]


def test_english_and_numbers_are_words() -> None:
    assert cut("12只cute cat女孩") == ["12", "只", "cute cat", "女孩"]
    assert cut("T恤") == ["T恤"]
    (number, *_) = segment("二十三只猫", 0, DICTIONARY)
    assert number.number == 23
    assert segment("３只猫", 0, DICTIONARY)[0].number == 3


def test_white_space_is_no_word_but_told() -> None:
    tokens = segment("女孩 猫", 0, DICTIONARY)
    assert [(token.key, token.gap) for token in tokens] == [("女孩", True), ("猫", False)]


def test_unknown_characters_stay_together() -> None:
    assert cut("红色龘靐女孩") == ["红色", "龘靐", "女孩"]
    assert cut("蓝龘") == ["蓝龘"]  # a single character beside them is part of their word


def test_the_offset_moves_every_word() -> None:
    expected = Token(7, 8, "猫", LEXICON.entries[1], DICTIONARY.words.get("猫", ()), "猫", "lexicon", False, False)
    assert segment("猫", 7, DICTIONARY) == (expected,)


def test_the_longest_words_of_the_users_dictionary_are_taken() -> None:
    known = {"龘靐": "dragon", "靐": "thunder"}.get
    tokens = segment("麤龘靐麤", 0, DICTIONARY, known)
    assert [(token.english, token.origin) for token in tokens] == [
        ("麤", "untranslated"),
        ("dragon", "dictionary"),
        ("麤", "untranslated"),
    ]
