"""All tags there are, from the lexicon and from lists."""

from tagloom.tags import TagList
from tagloom.tags.stock import Stock
from tests.tags.few_tags import few_tags

ONE = TagList(("pink hair", "wand"), ("general", None), (700, 0), ("rosy hair", ""), ("粉红头发", ""))
TWO = TagList(
    ("blood", "pink hair", "wand"),
    ("meta", "meta", "general"),
    (9, 800, 5),
    ("", "pink-haired,rose", ""),
    ("", "粉红头发,粉毛", "魔杖"),
)


def test_what_stands_in_several_places_is_one_tag() -> None:
    stock = Stock(few_tags(), [ONE, TWO])
    assert len(stock.texts) == len(few_tags().entries) + 1
    pink, wand = (stock.tag(number) for number in map(stock.number, ("pink hair", "wand")) if number is not None)
    assert pink.entry is few_tags().english("pink hair") or (pink.entry is not None and pink.entry.tag == "pink hair")
    assert (pink.kind, pink.count) == ("general", 800)
    assert pink.aliases == ("pink-haired", "rosy hair", "rose")
    assert pink.translations == ("粉红头发", "粉毛")
    assert (wand.entry, wand.kind, wand.count, wand.translations) == (None, "general", 5, ("魔杖",))
    assert stock.number("no such tag") is None


def test_tags_on_more_pictures_come_first_then_shorter_ones() -> None:
    texts = Stock(few_tags(), [ONE, TWO]).texts
    assert list(texts[:6]) == ["pink hair", "blood", "wand", "hair", "1girl", "blush"]


def test_the_lexicon_says_what_is_sensitive() -> None:
    stock = Stock(few_tags(), [TWO])
    assert [text for number, text in enumerate(stock.texts) if stock.is_sensitive(number)] == ["blood"]
    assert stock.tag(0).is_sensitive is False


def test_every_key_of_a_name_belongs_to_its_tag() -> None:
    stock = Stock(few_tags(), [TWO])
    assert list(stock.keys.of(stock.texts.index("light smile"))) == ["淡淡微笑", "淡笑"]
    assert list(stock.keys.of(stock.texts.index("pink hair"))) == ["粉色头发", "粉发", "粉红头发", "粉毛"]
