"""What may be chosen by name in a request, and the check that a name is one of those.

It stands below the engine's contract, so that commands that paint nothing need not import that.
"""

import difflib
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final, Literal, get_args

from tagloom.errors import RequestError

Emphasis = Literal["original", "no_norm", "ignore", "comfy"]
NoiseKind = Literal["philox", "cpu"]
Compat = Literal["exact", "a1111"]
Underscores = Literal["keep", "space"]
Tiling = Literal["off", "x", "y", "both"]
VaeTiling = Literal["off", "on"]

MAX_STEPS: Final = 150
CHOICES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "emphasis": get_args(Emphasis),
        "noise": get_args(NoiseKind),
        "compat": get_args(Compat),
        "underscores": get_args(Underscores),
        "tiling": get_args(Tiling),
        "vae_tiling": get_args(VaeTiling),
    }
)


def check_choice(field: str, value: object, choices: Sequence[str]) -> None:
    """Refuse a value that is not among the choices.

    Raises:
        RequestError: it is not; the nearest choice is the hint.
    """
    if value not in choices:
        close = difflib.get_close_matches(str(value), choices, 1)
        hint = f"did you mean '{close[0]}'?" if close else ""
        raise RequestError(f"{field.replace('_', ' ')} '{value}' is none of {', '.join(choices)}", field=field, hint=hint)
