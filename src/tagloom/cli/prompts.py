"""The prompt of a command line: itself, or standard input."""

import sys

from tagloom.errors import RequestError


def read_prompt(argument: str) -> str:
    """The argument; for `-` all of standard input, without the line break that ends it.

    Raises:
        RequestError: standard input is no UTF-8 text.
    """
    if argument != "-":
        return argument
    try:
        return sys.stdin.buffer.read().decode("utf-8").removesuffix("\n")
    except UnicodeDecodeError as error:
        raise RequestError("standard input is no UTF-8 text", field="prompt") from error
