"""A dictionary file of the user's in CC-CEDICT's format -> what Chinese words mean in English.

A line is `Traditional Simplified [pin1 yin1] /gloss/gloss/`; lines that begin with # are comments. tagloom ships none: the
file has a licence of its own (CC-CEDICT: CC BY-SA), and is read when a command names it.
"""

import re
from pathlib import Path
from typing import Final

from tagloom.errors import RequestError
from tagloom.tags.segmentation import Fallback

_LINE: Final = re.compile(r"(\S+) (\S+) \[[^\]]*\] /(.+)/")
_ASIDE: Final = re.compile(r"\s*[(\[（][^)\]）]*[)\]）]\s*")
_SKIPPED: Final = (
    "variant of",
    "old variant",
    "see ",
    "surname ",
    "abbr. for",
    "CL:",
    "used in",
    "also written",
    "(bound form)",
)
_ARTICLE: Final = re.compile(r"(?:to be|to|an?|the|sth|sb) ")


def load_dictionary(path: Path) -> Fallback:
    """What a dictionary's words mean, each its first plain gloss; lines that are none are passed over.

    Raises:
        RequestError: the file cannot be read, is no UTF-8 text, or holds no entry.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise RequestError(f"{path} cannot be read: {error.strerror}", field="dictionary") from error
    except UnicodeDecodeError as error:
        raise RequestError(f"{path} is no UTF-8 text", field="dictionary") from error
    words = read_dictionary(text)
    if not words:
        hint = "a line is: Traditional Simplified [pin1 yin1] /gloss/gloss/"
        raise RequestError(f"{path} holds no entry of CC-CEDICT's format", field="dictionary", hint=hint)
    return words.get


def read_dictionary(text: str) -> dict[str, str]:
    """Words in either script, each with its first plain gloss."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        match = _LINE.match(line)
        gloss = _gloss(match[3]) if match and not line.startswith("#") else None
        if match and gloss:
            found.setdefault(match[1], gloss)
            found.setdefault(match[2], gloss)
    return found


def _gloss(glosses: str) -> str | None:
    """The first gloss that says a thing, as a tag would: "to run" is run, "(literary) cold" cold."""
    for gloss in glosses.split("/"):
        plain = _ASIDE.sub(" ", gloss).split(";")[0].strip()
        if not plain or plain.startswith(_SKIPPED) or gloss.startswith(_SKIPPED):
            continue
        return _ARTICLE.sub("", plain, count=1).strip() or None
    return None
