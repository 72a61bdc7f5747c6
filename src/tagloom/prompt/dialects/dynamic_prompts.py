"""Templates as the dynamicprompts library reads them, and all the prompts that one stands for, in its order."""

import fnmatch
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias, assert_never

_MAX_DEPTH: Final = 32
_AMOUNT: Final = re.compile(r"\s*(\d{0,3})(-?)(\d{0,3})\$\$(?:(.*?)\$\$)?", re.ASCII | re.DOTALL)
_ODDS: Final = re.compile(r"\s*\d{0,9}\.?\d{1,9}::", re.ASCII)
_WILDCARD: Final = re.compile(r"__((?:[^\s_{}|$]|_(?!_))+)__")
_VARIABLE: Final = re.compile(r"\$\{(\w+)(?:([=:])([^{}]*))?\}")
_COMMENT: Final = re.compile(r"\s*//[^\n]*|#[^\n]*")


@dataclass(frozen=True, slots=True)
class _Variants:
    """`{a|b}`: between `low` and `high` of the options, joined."""

    options: tuple[tuple["_Part", ...], ...]
    low: int
    high: int
    joiner: str


@dataclass(frozen=True, slots=True)
class _Wildcard:
    """`__name__`."""

    name: str


@dataclass(frozen=True, slots=True)
class _Variable:
    """`${name}`, `${name:default}`, or `${name=value}`, which says nothing itself."""

    name: str
    mark: str
    value: tuple["_Part", ...]


_Part: TypeAlias = str | _Variants | _Wildcard | _Variable


def prompts(template: str, wildcards: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Every prompt of a template: the rightmost choice varies fastest, a wildcard's lines come sorted.

    A wildcard that is not there stays as it stands, without an end, as in the library: take as many as you need.
    """
    parts = _parse(_COMMENT.sub("", template))
    if _is_endless(parts, wildcards):
        yield from itertools.repeat(_COMMENT.sub("", template))
    yield from (text for text, _ in _all(parts, wildcards, {}, 0))


def _is_endless(parts: Sequence[_Part], wildcards: Mapping[str, Sequence[str]]) -> bool:
    return any(isinstance(part, _Wildcard) and not _lines(part.name, wildcards) for part in parts)


def _lines(name: str, wildcards: Mapping[str, Sequence[str]]) -> list[str]:
    return sorted({line for key in wildcards if fnmatch.fnmatchcase(key, name) for line in wildcards[key]})


_Named = Mapping[str, tuple["_Part", ...]]


def _all(
    parts: Sequence[_Part], wildcards: Mapping[str, Sequence[str]], named: _Named, depth: int
) -> Iterator[tuple[str, _Named]]:
    """Every text of some parts, with the variables that it leaves."""
    if not parts or depth > _MAX_DEPTH:
        yield "", named
        return
    for first, left in _one(parts[0], wildcards, named, depth):
        for rest, end in _all(parts[1:], wildcards, left, depth):
            yield first + rest, end


def _one(part: _Part, wildcards: Mapping[str, Sequence[str]], named: _Named, depth: int) -> Iterator[tuple[str, _Named]]:
    match part:
        case str():
            yield part, named
        case _Wildcard(name=name):
            for line in _lines(name, wildcards):
                yield from _all(_parse(line), wildcards, named, depth + 1)
        case _Variable(name=name, mark="=", value=value):
            yield "", {**named, name: value}
        case _Variable(name=name, value=value):
            yield from _all(named.get(name, value), wildcards, named, depth + 1)
        case _Variants(options=options, low=low, high=high, joiner=joiner):
            for count in range(low, high + 1):
                for chosen in itertools.permutations(options, count):
                    texts = ([text for text, _ in _all(option, wildcards, named, depth + 1)] for option in chosen)
                    for combination in itertools.product(*texts):
                        yield joiner.join(combination), named
        case _:
            assert_never(part)


def _parse(template: str) -> tuple[_Part, ...]:
    """The parts of a template; braces that do not balance are text."""
    parts, end = _parse_until(template, 0, "", 0)
    return (*parts[0], *([template[end:]] if end < len(template) else []))


def _parse_until(template: str, start: int, stops: str, depth: int) -> tuple[list[tuple[_Part, ...]], int]:
    """The options up to a closing brace (if `stops` is one), and where it stands."""
    options: list[list[_Part]] = [[]]
    position = start
    while position < len(template):
        char = template[position]
        if stops and char == "}":
            break
        if stops and char == "|":
            options.append([])
            position += 1
            continue
        if match := _VARIABLE.match(template, position):
            value = _parse(match[3]) if match[3] else ()
            options[-1].append(_Variable(match[1], match[2] or "", value))
            position = match.end()
        elif match := _WILDCARD.match(template, position):
            options[-1].append(_Wildcard(match[1]))
            position = match.end()
        elif char == "{" and depth < _MAX_DEPTH and (group := _group(template, position, depth)):
            options[-1].append(group[0])
            position = group[1]
        else:
            options[-1].append(char)
            position += 1
    return [tuple(option) for option in options], position


def _group(template: str, start: int, depth: int) -> tuple[_Variants, int] | None:
    """The variants whose brace opens at `start`, and where they end; None if nothing closes it."""
    begin = start + 2 if template.startswith("{!", start) else start + 1
    amount = _AMOUNT.match(template, begin)
    options, end = _parse_until(template, amount.end() if amount else begin, "}", depth + 1)
    if end >= len(template):
        return None
    plain = tuple(_without_odds(option) for option in options)
    low, high, joiner = _amount(amount, len(plain))
    return _Variants(plain, low, high, joiner), end + 1


def _without_odds(option: tuple[_Part, ...]) -> tuple[_Part, ...]:
    """An option without the `0.5::` at its beginning."""
    text = "".join(itertools.takewhile(lambda part: isinstance(part, str), option))  # type: ignore[arg-type]  # strings
    match = _ODDS.match(text)
    return option[match.end() :] if match else option


def _amount(match: re.Match[str] | None, options: int) -> tuple[int, int, str]:
    if match is None:
        return 1, 1, ","
    first, dash, second, joiner = match.groups()
    low = int(first) if first else 1
    high = int(second) if second else (options if dash else low)
    return low, min(high, options), "," if joiner is None else joiner
