"""A tag's names."""

from tagloom.tags import Tag
from tests.tags.few_tags import an_entry

PINK = Tag("pink hair", an_entry("pink hair", ("粉发",), ("粉髮",)), "general", 7, (), ("粉毛", "粉发"))


def test_names_come_in_the_script_of_the_language_first() -> None:
    assert PINK.names("en") == PINK.names("zh-Hans") == ("粉发", "粉髮", "粉毛")
    assert PINK.names("zh-Hant") == ("粉髮", "粉发", "粉毛")
    assert [PINK.name("en"), PINK.name("zh-Hans"), PINK.name("zh-Hant")] == ["pink hair", "粉发", "粉髮"]


def test_a_tag_without_names_is_called_as_it_is_written() -> None:
    assert Tag("wand", None, None, 0, (), ()).name("zh-Hans") == "wand"
    assert Tag("wand", None, None, 0, (), ("魔杖",)).name("zh-Hant") == "魔杖"
