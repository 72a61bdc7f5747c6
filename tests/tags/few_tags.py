"""A few tags, characters and readings, for tests that want to know all of them."""

from tagloom.tags import Entry, Group, Lexicon, Pinyin

CHARACTERS = {"髮": "发", "鏡": "镜", "頭": "头", "著": "着", "臉": "脸", "紅": "红", "長": "长", "裙": "裙"}
READINGS = {
    "粉": "fen3",
    "色": "se4",
    "头": "tou2",
    "发": "fa4",
    "看": "kan4",
    "着": "zhe5",
    "镜": "jing4",
    "微": "wei1",
    "笑": "xiao4",
    "淡": "dan4",
    "红": "hong2",
    "脸": "lian3",
    "女": "nv3",
    "孩": "hai2",
    "长": "chang2",
    "的": "de5",
    "西": "xi1",
    "安": "an1",
    "先": "xian1",
    "恤": "xu4",
    "血": "xue4",
    "光": "guang1",
}
EXCEPTIONS = {"发光": ("fa1", "guang1"), "t恤发光": ("xu4", "fa1", "guang1")}


def an_entry(  # a parameter for each column
    tag: str,
    hans: tuple[str, ...],
    hant: tuple[str, ...] = (),
    aliases: tuple[str, ...] = (),
    *,
    group: Group = "person",
    is_sensitive: bool = False,
) -> Entry:
    return Entry(tag, group, "some", hans, hant or hans, aliases, is_negative=False, is_sensitive=is_sensitive)


ENTRIES = (
    an_entry("pink hair", ("粉色头发", "粉发"), ("粉色頭髮", "粉髮"), ("pink-haired",)),
    an_entry("long hair", ("长发", "长头发"), ("長髮", "長頭髮")),
    an_entry("hair", ("头发",), ("頭髮",), ("hairs",)),
    an_entry("pink eyes", ("粉色眼睛",)),
    an_entry("looking at viewer", ("看着镜头",), ("看著鏡頭",), ("face the lens", "facing viewer")),
    an_entry("light smile", ("淡淡的微笑", "淡笑"), (), ("faint smile",)),
    an_entry("smile", ("微笑", "笑"), (), ("smiling",)),
    an_entry("blush", ("脸红",), ("臉紅",)),
    an_entry("1girl", ("女孩",)),
    an_entry("glowing", ("发光",), ("發光",), group="lighting"),
    an_entry("glowing shirt", ("T恤发光",), group="clothing"),
    an_entry("t-shirt", ("T恤",), group="clothing"),
    an_entry("chair", ("椅子",), group="other"),
    an_entry("blood", ("血",), group="other", is_sensitive=True),
)


def few_tags() -> Lexicon:
    return Lexicon(ENTRIES, CHARACTERS)


def few_readings() -> Pinyin:
    return Pinyin(READINGS, EXCEPTIONS)
