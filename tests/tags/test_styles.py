"""The styles that come with tagloom, and how one is found by name."""

from collections import Counter

from tagloom.tags.styles import KINDS, PLACE, Style, find_style, presets


def test_there_are_presets_of_every_kind_and_each_says_something() -> None:
    counted = Counter(one.kind for one in presets())
    assert set(counted) == set(KINDS)
    assert counted["style"] >= 30
    for one in presets():
        assert one.style.name
        assert one.hans
        assert one.hant
        assert bool(one.style.prompt) == (one.kind != "negative")
        assert one.style.prompt.count(PLACE) == (one.kind != "negative")
        assert bool(one.style.negative_prompt) == (one.kind != "opening")
        assert "\t" not in one.style.prompt + one.style.negative_prompt


def test_no_two_presets_share_a_name() -> None:
    names = Counter(name for one in presets() for name in {one.style.name, one.hans, one.hant})
    assert [name for name, count in names.items() if count > 1] == []


def test_the_tutorials_negative_prompts_are_there() -> None:
    said = {tag for one in presets() if one.kind == "negative" for tag in one.style.negative_prompt.split(", ")}
    assert {"extra hand", "extra leg", "bad anatomy"} <= said


def test_a_style_is_found_by_any_of_its_names() -> None:
    watercolor = find_style("watercolor", ())
    assert watercolor is not None
    assert find_style("Watercolor", ()) == find_style("水彩", ()) == watercolor
    assert find_style("賽博龐克", ()) == find_style("cyberpunk", ())
    assert find_style("no such style", ()) is None


def test_ones_own_style_comes_first_and_of_several_the_last() -> None:
    own = [Style("watercolor", "one", ""), Style("watercolor", "two", "")]
    assert find_style("watercolor", own) == own[1]


def test_presets_are_written_in_plain_tags() -> None:
    for one in presets():
        for text in (one.style.prompt, one.style.negative_prompt):
            assert text == text.strip()
            assert not set(text.replace(PLACE, "")) & set("()[]{}<>|\\:_")
