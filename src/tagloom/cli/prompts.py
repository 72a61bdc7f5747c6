"""The prompt of a command line: itself, or standard input."""

from collections.abc import Callable

from tagloom.errors import RequestError


def read_prompt(argument: str, read_input: Callable[[], bytes]) -> str:
    """The argument; for `-` all of standard input, without the line break that ends it.

    Raises:
        RequestError: standard input is no UTF-8 text.
    """
    if argument != "-":
        return argument
    try:
        return read_input().decode("utf-8").removesuffix("\n")
    except UnicodeDecodeError as error:
        raise RequestError("standard input is no UTF-8 text", field="prompt") from error
