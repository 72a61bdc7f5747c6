"""A small lexicon of the tests' own."""

import pytest

from tagloom.tags.entry import Entry
from tagloom.tags.groups import Group
from tagloom.tags.lexicon import Lexicon


def entry(tag: str, group: Group, name: str, *aliases: str) -> Entry:
    return Entry(tag, group, "x", (name,), (name,), aliases, False, False)


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    return Lexicon(
        [
            entry("1girl", "person", "一个女孩"),
            entry("twintails", "person", "双马尾", "twin tails"),
            entry("looking at viewer", "person", "看着镜头", "face the lens"),
            entry("pink hair", "person", "粉色头发"),
            entry("skirt", "clothing", "裙子"),
            entry("beach", "scene", "海滩"),
            entry("night", "scene", "夜晚"),
            entry("from above", "camera", "俯视"),
            entry("masterpiece", "detail", "杰作"),
            entry("watercolor", "style", "水彩"),
        ],
        {},
    )
