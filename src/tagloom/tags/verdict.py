"""What classifying a tag comes to."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from tagloom.tags.entry import Entry
from tagloom.tags.groups import Group

How: TypeAlias = Literal["lexicon", "grammar", "head", "other"]


@dataclass(frozen=True, slots=True)
class Classified:
    """A tag's group, and how it was found.

    how: "lexicon", the whole tag stands there; "grammar", its form says it; "head", its last words stand there; "other",
    nothing is known of it, and its group is "other" for want of a better one. entry: what of it stands in the lexicon.
    """

    group: Group
    subgroup: str
    how: How
    entry: Entry | None


UNKNOWN = Classified("other", "", "other", None)
