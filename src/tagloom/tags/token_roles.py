"""What a word of a Chinese text can be: its reading in a role, a number, a size, something that is done."""

from tagloom.tags.segmentation import Token
from tagloom.tags.vocabulary import Role, Word


def word(token: Token | None, role: Role) -> Word | None:
    """A token's reading in a role."""
    if token is None:
        return None
    return next((one for one in token.words if one.role == role), None)


def spelled(token: Token) -> int | None:
    """The number that a word is, such as 一; None for a word that is a tag too."""
    found = word(token, "number")
    return int(found.english) if found and not token.entry else None


def is_done(token: Token) -> bool:
    """Whether a word can be what somebody does."""
    return word(token, "verb") is not None or (token.entry is not None and token.entry.group == "person")


def is_size(token: Token | None) -> bool:
    """Whether a word is an adjective of size: 一大杯."""
    found = word(token, "adjective")
    return found is not None and found.detail == "size"
