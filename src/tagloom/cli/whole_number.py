"""An option's text -> a whole number, exactly as written; nothing is rounded."""

import re
from collections.abc import Sequence
from typing import Annotated, Final

from cyclopts import Parameter, Token

_WRITTEN: Final = re.compile(r"[+-]?[0-9]{1,100}")


def whole_number(_kind: object, tokens: Sequence[Token]) -> int:
    """The number in an option's only token.

    Raises:
        ValueError: it is written otherwise than in ASCII digits.
    """
    text = tokens[0].value
    if not _WRITTEN.fullmatch(text):
        shown = text if len(text) <= 40 else f"{text[:40]}..."
        raise ValueError(f"'{shown}' is no whole number")
    return int(text)


WholeNumber = Annotated[int, Parameter(converter=whole_number)]
MaybeWholeNumber = Annotated[int | None, Parameter(converter=whole_number)]
