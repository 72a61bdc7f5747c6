"""A lexicon and an order of the groups -> the place of a tag in it."""

from collections.abc import Callable, Sequence
from functools import cache

from tagloom.tags.classify import classify
from tagloom.tags.groups import GROUPS, Group
from tagloom.tags.lexicon import Lexicon


def group_places(lexicon: Lexicon, order: Sequence[Group] = GROUPS) -> Callable[[str], int | None]:
    """What says of a tag which place its group has in an order; None where nothing is known of the tag."""
    places = {group: place for place, group in enumerate(order)}

    @cache
    def place_of(tag: str) -> int | None:
        found = classify(tag, lexicon)
        return None if found.how == "other" else places[found.group]

    return place_of
