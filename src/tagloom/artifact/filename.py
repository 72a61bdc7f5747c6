"""Names of files that every system accepts, from whatever a person or a prompt says."""

import re
import unicodedata
from typing import Final

from tagloom.engine import Request

_LONGEST: Final = 120  # bytes of UTF-8: room for a number and a suffix below the 143 of an encrypted home folder
_LONGEST_WORDS: Final = 48  # characters of the prompt in a name
_WORD: Final = re.compile(r"\w+")
_FORBIDDEN: Final = re.compile(r'[<>:"/\\|?*]')
# Windows opens a device for these whatever follows the first point; the superscript digits count as digits.
_DEVICE: Final = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\.|$)", re.IGNORECASE)


def name_of(request: Request) -> str:
    """Name a picture by its seed and the first words of its prompt: `42-1girl-pink-hair`."""
    words = ""
    for word in _WORD.findall(request.prompt[: 8 * _LONGEST_WORDS]):
        if len(words) + len(word) > _LONGEST_WORDS:
            break
        words += f"-{word}"
    return safe_name(f"{request.seed}{words}")


def safe_name(name: str) -> str:
    """The nearest name (without folder or suffix) that Windows, macOS and Linux accept, and no shell takes for an option.

    Control, direction and other invisible characters go; so do points and spaces at the ends. A name of which
    nothing is left becomes "picture". What is safe already stays as it is, if composed (NFC).
    """
    visible = "".join(mark for mark in name if not unicodedata.category(mark).startswith("C"))
    composed = unicodedata.normalize("NFC", _FORBIDDEN.sub("_", visible))
    short = composed.encode()[:_LONGEST].decode("utf-8", "ignore")
    stripped = short.lstrip(" .-").rstrip(" .")
    return f"_{stripped}"[:_LONGEST] if _DEVICE.match(stripped) else stripped or "picture"
