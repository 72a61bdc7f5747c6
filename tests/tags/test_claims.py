"""What excludes each other is said in the lexicon's own wordings."""

from tagloom.tags.claims import Settled, known_tags, settled_by
from tagloom.tags.lexicon import load_lexicon


def values(tag: str, kind: str) -> frozenset[str] | None:
    return next((one.values for one in settled_by(tag) if one.kind == kind), None)


def test_a_tag_settles_what_the_data_says() -> None:
    assert settled_by("night") == (Settled("time of day", frozenset({"night"}), is_personal=False),)
    assert settled_by("pink hair") == (Settled("colour of hair", frozenset({"pink"}), is_personal=True),)
    assert settled_by("apple") == ()


def test_near_tags_agree_and_others_do_not() -> None:
    evening, sunset, morning = (values(tag, "time of day") for tag in ("evening", "sunset", "morning"))
    assert evening is not None
    assert sunset is not None
    assert morning is not None
    assert evening & sunset
    assert not sunset & morning


def test_some_tags_say_that_there_are_several() -> None:
    assert values("multicolored hair", "colour of hair") == frozenset()
    assert values("2girls", "people") == frozenset()
    assert values("1girl", "people") == frozenset({"1girl"})


def test_the_data_speaks_in_the_lexicons_wordings() -> None:
    lexicon = load_lexicon()
    found = {tag: lexicon.english(tag) for tag in known_tags()}
    assert {tag: entry and entry.tag for tag, entry in found.items()} == {tag: tag for tag in found}
