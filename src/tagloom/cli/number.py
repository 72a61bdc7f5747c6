"""An option's text -> a number, exactly as written: nothing is rounded, and only ASCII digits are digits."""

import re
from collections.abc import Sequence
from typing import Annotated, Final

from cyclopts import Parameter, Token

_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,100}")
_REAL: Final = re.compile(r"[+-]?([0-9]{1,100}\.?[0-9]{0,100}|\.[0-9]{1,100})(e[+-]?[0-9]{1,9})?", re.IGNORECASE)
_SHOWN: Final = 40


def whole_number(_kind: object, tokens: Sequence[Token]) -> int:
    """The whole number in an option's only token.

    Raises:
        ValueError: there is none.
    """
    return int(_written(tokens[0].value, _WHOLE, "no whole number"))


def real_number(_kind: object, tokens: Sequence[Token]) -> float:
    """The number in an option's only token; infinite where it is too large.

    Raises:
        ValueError: there is none.
    """
    return float(_written(tokens[0].value, _REAL, "no number"))


def _written(text: str, form: re.Pattern[str], what: str) -> str:
    if not form.fullmatch(text):
        shown = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
        raise ValueError(f"'{shown}' is {what}")
    return text


WholeNumber = Annotated[int, Parameter(converter=whole_number)]
MaybeWholeNumber = Annotated[int | None, Parameter(converter=whole_number)]
RealNumber = Annotated[float, Parameter(converter=real_number)]
