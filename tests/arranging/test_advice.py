"""What the linter finds with the lexicon at hand."""

import pytest

from tagloom.arranging import canonical, claims, lexicon_hooks
from tagloom.prompt.lint import Claim, lint
from tagloom.tags.lexicon import Lexicon


def found(prompt: str, lexicon: Lexicon, negative: str = "") -> list[str]:
    hooks = lexicon_hooks(lexicon, chunk_starts=lambda _text: [], translate={"海滩": "beach"}.get)
    return [f"{one.code} {one.message}" for one in lint(prompt, negative, hooks=hooks)]


def test_other_wordings_are_the_same_tag(lexicon: Lexicon) -> None:
    assert found("twintails, twin tails", lexicon) == ["L005 'twin tails' says the same as 'twintails'"]
    assert found("1girl, looking at viewer", lexicon, "face the lens") == [
        "L007 'face the lens' is in the prompt too, as 'looking at viewer': the two work against each other"
    ]


def test_the_order_is_the_lexicons(lexicon: Lexicon) -> None:
    assert found("beach, red skirt", lexicon) == ["L010 'red skirt' usually stands before 'beach'"]
    assert found("zyzzy, 1girl, beach", lexicon) == []


@pytest.mark.parametrize(
    ("prompt", "contradicts"),
    [
        ("sunset, morning", True),
        ("sunset, dusk", False),
        ("early spring, winter", True),
        ("close-up, full body", True),
        ("close-up, portrait", False),
        ("very long hair, short hair", True),
        ("light pink hair, pink hair", False),
        ("auburn hair, blue hair", True),
        ("azure eyes, red eyes", False),
        ("hazel eyes, blue eyes", True),
        ("multicolored hair, pink hair, blue hair", False),
        ("2girls, pink hair, blue hair", False),
        ("1girl, 1boy, pink hair, blue hair", False),
        ("1girl, 1boy, day, night", True),
        ("1girl, multiple girls", True),
        ("1girl, no humans", True),
        ("night, [day|night]", False),
        ("day BREAK night", False),
    ],
)
def test_tags_of_one_kind_exclude_each_other(prompt: str, contradicts: bool, lexicon: Lexicon) -> None:
    assert any(one.startswith("L006") for one in found(prompt, lexicon)) == contradicts


def test_chinese_gets_its_translation(lexicon: Lexicon) -> None:
    hooks = lexicon_hooks(lexicon, chunk_starts=lambda _text: [], translate={"海滩": "beach"}.get)
    first, second = lint("海滩, 夜晚", hooks=hooks)
    assert (first.hint, first.fix and first.fix.replacement) == ("write 'beach'", "beach")
    assert (second.hint, second.fix) == ("translate it", None)
    assert lint("夜晚", hooks=lexicon_hooks(lexicon, chunk_starts=lambda _text: []))[0].fix is None


def test_the_usual_wording_is_that_of_whole_tags_alone(lexicon: Lexicon) -> None:
    assert canonical("Face the lens", lexicon) == canonical("看着镜头", lexicon) == "looking at viewer"
    assert canonical("red skirt", lexicon) == "red skirt"


def test_colours_that_are_not_in_the_data_are_read_from_the_wording(lexicon: Lexicon) -> None:
    assert claims("粉色头发", lexicon) == (Claim(kind="colour of hair", values=frozenset({"pink"}), is_personal=True),)
    assert claims("violet hair", lexicon) == (Claim(kind="colour of hair", values=frozenset({"violet"}), is_personal=True),)
