"""Any spelling of a tag -> the one that it is shown and found by: lower case, words with one space between them."""

import re
from typing import Final

_EMOTICON: Final = re.compile(r"(?!.*[a-z0-9]{2})[!-~]{1,6}_[!-~]{1,6}")


def tag_text(text: str) -> str:
    """The text in lower case, with spaces for underscores; an emoticon of Danbooru's (`^_^`, `o_o`) keeps its own."""
    bare = text.strip().lower()
    if is_emoticon(bare):
        return bare
    return " ".join(bare.replace("_", " ").split())


def is_emoticon(tag: str) -> bool:
    """Whether a tag in lower case is a face: signs and single letters around an underscore, no word."""
    return "_" in tag and _EMOTICON.fullmatch(tag) is not None
