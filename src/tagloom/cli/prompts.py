"""The prompt of a command line: itself, a file, or standard input."""

from collections.abc import Callable
from pathlib import Path

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


def read_prompt_file(path: Path, read_input: Callable[[], bytes]) -> str:
    """The prompt in a file, or for `-` in standard input, without the line break that ends it.

    Raises:
        RequestError: the file cannot be read, or it is no UTF-8 text.
    """
    if str(path) == "-":
        return read_prompt("-", read_input)
    try:
        return path.read_text(encoding="utf-8").removesuffix("\n")
    except OSError as error:
        raise RequestError(f"{path} cannot be read: {error.strerror}", field="file") from error
    except UnicodeDecodeError as error:
        raise RequestError(f"{path} is no UTF-8 text", field="file") from error
