"""The name of a dialect on a command line."""

from typing import cast, get_args

from tagloom.choices import check_choice
from tagloom.prompt import Dialect


def checked_dialect(option: str, name: str) -> Dialect:
    """The dialect of that name.

    Raises:
        RequestError: there is none; the nearest is the hint.
    """
    check_choice(option, name, get_args(Dialect))
    return cast(Dialect, name)
