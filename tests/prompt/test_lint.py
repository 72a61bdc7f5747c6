"""Rules over what the caller knows, and over the few words that the language knows by itself."""

import pytest

from tagloom.prompt import Edit, Span, parse
from tagloom.prompt.lint import Claim, Hooks, lint, plain_claims, tags_of


def codes(prompt: str, negative: str = "", hooks: Hooks | None = None) -> list[str]:
    return [found.code for found in lint(prompt, negative, hooks=hooks)]


@pytest.mark.parametrize(
    ("prompt", "found"),
    [
        ("upper body, half-length", []),
        ("solo, 2girls", ["L006"]),
        ("1girl, no humans", ["L006"]),
        ("1girl, smile, sad", ["L006"]),
        ("1girl, 1boy, smile, sad", []),
        ("2girls, smile, sad", []),
        ("2boys, open mouth, closed mouth, day, night", ["L006"]),
        ("1girl, 1girl", ["L005"]),
        ("day, sunset, night", ["L006", "L006"]),
        ("violet eyes, red eyes", ["L006", "L008"]),
    ],
)
def test_a_few_contradictions_are_known_without_a_lexicon(prompt: str, found: list[str]) -> None:
    assert codes(prompt) == found


def test_what_excludes_each_other_is_the_callers_to_say() -> None:
    def claims(tag: str) -> tuple[Claim, ...]:
        values = {"tea": {"tea"}, "coffee": {"coffee"}, "drink": {"tea", "coffee"}, "buffet": set[str]()}.get(tag)
        return () if values is None else (Claim(kind="drink", values=frozenset(values)),)

    hooks = Hooks(claims=claims)
    assert codes("tea, coffee", hooks=hooks) == ["L006"]
    assert codes("tea, drink, day, night", hooks=hooks) == []
    assert codes("tea, coffee, buffet", hooks=hooks) == []
    assert codes("tea BREAK coffee", hooks=hooks) == []


def test_one_finding_tells_of_a_tag_that_contradicts_in_two_ways() -> None:
    hooks = Hooks(claims=lambda tag: [Claim(kind=kind, values=frozenset({tag})) for kind in ("a", "b")])
    (found,) = lint("x, y", hooks=hooks)
    assert found.message == "'y' contradicts 'x'"


def test_a_plain_claim_names_its_kind() -> None:
    assert plain_claims("dark red hair") == (Claim(kind="colour of hair", values=frozenset({"red"}), is_personal=True),)
    assert plain_claims("red dress") == ()


def test_wordings_of_one_tag_are_told_apart() -> None:
    hooks = Hooks(canonical=lambda tag: {"kitty": "cat"}.get(tag, tag))
    first, second = lint("cat, Kitty, cat", "dog", hooks=hooks)
    assert first.message == "'kitty' says the same as 'cat'"
    assert second.message == "'cat' stands here twice"
    (found,) = lint("cat", "kitty", hooks=hooks)
    assert found.message == "'kitty' is in the prompt too, as 'cat': the two work against each other"


def test_a_translation_is_offered_as_a_fix() -> None:
    (found,) = lint("a, T恤", hooks=Hooks(translate={"T恤": "t-shirt"}.get))
    assert (found.hint, found.fix) == ("write 't-shirt'", Edit(span=Span(3, 5), replacement="t-shirt"))


def test_chinese_behind_other_letters_is_found() -> None:
    assert [found.span for found in lint("éa红色_b红")] == [Span(2, 4), Span(5, 7)]
    assert [found.span for found in lint("é红")] == [Span(1, 2)]


def test_the_strength_of_an_and_is_no_tags() -> None:
    assert [tag.text for tag in tags_of(parse("cat, red hat :0.6 AND dog :1.4"))] == ["cat", "red hat", "dog"]
    assert [tag.text for tag in tags_of(parse("clock at 5:30"))] == ["clock at 5:30"]


def test_an_extra_network_is_not_nothing() -> None:
    assert codes("<lora:x:1>, cat, , dog") == ["L013"]
