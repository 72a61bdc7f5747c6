"""A prompt -> the same with its tags in the order of their groups, or each of its tags with its group."""

from collections.abc import Sequence
from dataclasses import dataclass

from tagloom.arranging.places import group_places
from tagloom.errors import RequestError
from tagloom.prompt import parse
from tagloom.prompt.edits import apply, sort
from tagloom.prompt.lint import Tag, tags_of
from tagloom.tags.classify import Classified, classify
from tagloom.tags.groups import GROUP_NAMES, GROUPS, Group
from tagloom.tags.lexicon import Lexicon


@dataclass(frozen=True, slots=True)
class Grouped:
    """A tag of a prompt, and which group it belongs to."""

    tag: Tag
    classified: Classified


def sorted_prompt(text: str, lexicon: Lexicon, order: Sequence[Group] = GROUPS) -> str:
    """A prompt whose tags stand in an order of all groups; see `tagloom.prompt.sorting` for what keeps its place."""
    return apply(text, sort(text, group_places(lexicon, order)))


def grouped_tags(text: str, lexicon: Lexicon) -> tuple[Grouped, ...]:
    """Every tag of a prompt, those in brackets too, in the order in which they are written."""
    return tuple(Grouped(tag, classify(tag.text, lexicon)) for tag in tags_of(parse(text)) if tag.text)


def complete_order(named: Sequence[str]) -> tuple[Group, ...]:
    """The groups in one's own order, by their keys or their names in any language; those that are not named come last.

    Raises:
        RequestError: a name is no group's, or comes twice.
    """
    first: list[Group] = []
    for name in named:
        group = _group(name)
        if group in first:
            raise RequestError(f"the group '{name}' comes twice", field="order")
        first.append(group)
    return (*first, *(group for group in GROUPS if group not in first))


def _group(name: str) -> Group:
    wanted = name.strip().casefold()
    for group, names in GROUP_NAMES.items():
        if wanted in {group, *names.values()}:
            return group
    raise RequestError(f"there is no group '{name}'", field="order", hint=f"there are {', '.join(GROUPS)}")
