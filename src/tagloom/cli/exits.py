"""Errors -> what the user reads and the exit code: 0, 1 other, 2 usage, 3 model, 4 out of memory, 130 interrupted."""

from typing import Final

from tagloom.errors import MemoryExhaustedError, ModelError, RequestError, RuntimeUnavailableError, TagloomError

OTHER: Final = 1
USAGE: Final = 2
MODEL: Final = 3
MEMORY: Final = 4
INTERRUPTED: Final = 130


def exit_code(error: TagloomError) -> int:
    """The code of a refusal."""
    match error:
        case RequestError() | RuntimeUnavailableError():
            return USAGE
        case ModelError():
            return MODEL
        case MemoryExhaustedError():
            return MEMORY
        case _:
            return OTHER


def error_lines(error: TagloomError) -> str:
    """One line that says what is wrong and, where there is one, the remedy."""
    return f"error: {error.message}" + (f"\n  hint: {error.hint}" if error.hint else "")
