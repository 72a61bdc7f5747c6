"""One tag that can be searched for, with all that is known of it."""

from dataclasses import dataclass

from tagloom.tags.entry import Entry
from tagloom.tags.groups import Language
from tagloom.tags.tag_list import TagKind


@dataclass(frozen=True, slots=True)
class Tag:
    """text: the tag as it is written into a prompt. entry: what the lexicon says; None for a tag of imported lists alone.

    kind, count: what imported lists say: its kind, and how many pictures bear it. aliases: other English wordings, from
    both. translations: Chinese names from imported lists.
    """

    text: str
    entry: Entry | None
    kind: TagKind | None
    count: int
    aliases: tuple[str, ...]
    translations: tuple[str, ...]

    @property
    def is_sensitive(self) -> bool:
        """Whether the lexicon says so; the lists do not tell."""
        return self.entry is not None and self.entry.is_sensitive

    def names(self, language: Language) -> tuple[str, ...]:
        """All its Chinese names, those of the language's script first (Simplified for English)."""
        hans, hant = (self.entry.hans, self.entry.hant) if self.entry else ((), ())
        ordered = (*hant, *hans) if language == "zh-Hant" else (*hans, *hant)
        return tuple(dict.fromkeys((*ordered, *self.translations)))

    def name(self, language: Language) -> str:
        """Its usual name in a language; the tag itself where it has none."""
        if language == "en":
            return self.text
        return next(iter(self.names(language)), self.text)
