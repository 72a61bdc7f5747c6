"""One tag that the lexicon knows: its English wordings, its Chinese names, and what kind of thing it says."""

from dataclasses import dataclass

from tagloom.tags.groups import Group, Language


@dataclass(frozen=True, slots=True)
class Entry:
    """A tag in the wording that Danbooru-style models know, words separated by spaces.

    hans, hant: its Chinese names in Simplified and Traditional script, the usual ones first, at least one each. aliases:
    other English wordings of it. is_negative: it usually stands in negative prompts. is_sensitive: swimwear, blood and the
    like, which is shown only when asked for.
    """

    tag: str
    group: Group
    subgroup: str
    hans: tuple[str, ...]
    hant: tuple[str, ...]
    aliases: tuple[str, ...]
    is_negative: bool
    is_sensitive: bool

    def name(self, language: Language) -> str:
        """Its usual name in a language."""
        match language:
            case "en":
                return self.tag
            case "zh-Hans":
                return self.hans[0]
            case "zh-Hant":
                return self.hant[0]
