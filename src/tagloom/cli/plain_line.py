"""A command line without anything unusual in it -> the call of its verb; whatever is unusual is left to cyclopts.

Here a line is read in a millisecond where importing cyclopts alone takes 50. Its reading of a plain line is the same, which
the tests hold this to; a mistake, a request for help, `--name=value`, a number in another form are its to tell or to read.
"""

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, get_args

from tagloom.cli.parameter import Parameter

_READERS: Final[Mapping[object, Callable[[str], object]]] = {
    str: str,
    Path: Path,
    Path | None: Path,
    int: int,
    float: float,
    tuple[str, ...]: str,
}
_NUMBER: Final = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?", re.ASCII)
_WHOLE: Final = re.compile(r"[0-9]{1,9}", re.ASCII)


def read_plain_line(verb: Callable[..., int], words: Sequence[str]) -> inspect.BoundArguments | None:
    """What a verb with one positional parameter is called with, but for `services`; None where cyclopts must look at it."""
    signature = inspect.signature(verb)
    (positional, *named) = signature.parameters.values()
    options = {_option(one): (one.name, get_args(one.annotation)[0]) for one in named if one.name != "services"}
    said: dict[str, object] = {}
    rest = iter(words)
    for word in rest:
        name, kind = options.get(word, (positional.name, get_args(positional.annotation)[0]))
        if word not in options and word.startswith("-") and word != "-":
            return None
        if kind != tuple[str, ...] and name in said:
            return None
        if kind is bool:
            said[name] = True
            continue
        value = next(rest, None) if word in options else word
        if value is None or (word in options and value.startswith("-")) or not _is_plain(kind, value):
            return None
        read = _READERS[kind](value)
        said[name] = (*_so_far(said.get(name)), read) if kind == tuple[str, ...] else read
    needed = [one.name for one in (positional, *named) if one.default is inspect.Parameter.empty and one.name != "services"]
    if not all(name in said for name in needed):
        return None
    return signature.bind_partial(said.pop(positional.name), **said)


def _option(parameter: inspect.Parameter) -> str:
    """How a parameter is written: `--clip-skip` for `clip_skip`, unless it has another name."""
    details = get_args(parameter.annotation)[1]
    assert isinstance(details, Parameter)
    return details.name or f"--{parameter.name.replace('_', '-')}"


def _is_plain(kind: object, value: str) -> bool:
    """Whether a value is written as cyclopts and we read it alike."""
    return (kind is not int or _WHOLE.fullmatch(value) is not None) and (
        kind is not float or _NUMBER.fullmatch(value) is not None
    )


def _so_far(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else ()
