"""Infotext, both ways: the lines of text in which the Stable Diffusion web UIs say how a picture was painted.

The form is older than any document about it; what stands here is its observed behaviour:

    {prompt, any number of lines}
    Negative prompt: {negative prompt, any number of lines}
    Steps: 20, Sampler: Euler a, CFG scale: 7, Size: 512x512, Note: "a value with , : or a newline is a JSON string"

It is lossy: outer whitespace of a prompt's lines, a prompt line that begins with "Negative prompt:", fewer than three
parameters, an empty value. What tagloom reads back itself is therefore `tagloom.artifact.document`.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

Parameter = str | int | float | None

_NEGATIVE: Final = "Negative prompt:"
_FEWEST: Final = 3  # a last line with fewer parameters is taken for a line of the prompt
# A key begins where a run of key characters begins: each run is looked at once, so that finding keys stays linear.
_KEY: Final = re.compile(r"(?<![\w /-])[ /-]*+(?P<key>\w[\w /-]++):\s*+")
_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)++"(?=,|$)')
_PLAIN: Final = re.compile(r"[^,]*+")
_SIZE: Final = re.compile(r"(\d+)x(\d+)\n?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Infotext:
    """An infotext taken apart; every value is text, as it was written.

    A value such as `512x768` under the key `Size` stands in `parameters` as `Size-1` and `Size-2`.
    """

    prompt: str
    negative_prompt: str
    parameters: Mapping[str, str] = field(default_factory=dict)


def quote(value: Parameter) -> str:
    """Write a value so that it can stand between commas: as it is, or as a JSON string when it holds `,` `:` or newline."""
    text = str(value)
    return json.dumps(value, ensure_ascii=False) if any(mark in text for mark in ",:\n") else text


def decimal(value: float) -> str:
    """The shortest text that gives this number back, whole numbers without a point."""
    return repr(float(value)).removesuffix(".0")


def unquote(text: str) -> str:
    """Undo `quote`. What is no JSON string is returned as it is."""
    if not (text.startswith('"') and text.endswith('"')):
        return text
    try:
        return str(json.loads(text))
    except ValueError:
        return text


def print_infotext(prompt: str, negative_prompt: str, parameters: Mapping[str, Parameter]) -> str:
    """Write an infotext. A parameter that is None is left out; one that equals its key is written as the key alone."""
    said = {key: value for key, value in parameters.items() if value is not None}
    last = ", ".join(key if key == value else f"{key}: {quote(value)}" for key, value in said.items())
    negative = f"\n{_NEGATIVE} {negative_prompt}" if negative_prompt else ""
    return f"{prompt}{negative}\n{last}".strip()


def parse_infotext(text: str) -> Infotext:
    """Take any text apart; it never fails: what holds no parameters is all prompt. Linear in the length."""
    *lines, last = text.strip().split("\n")
    pairs = list(_pairs(last))
    if len(pairs) < _FEWEST:
        lines, pairs = [*lines, last], []
    prompt, negative_prompt = _prompts(lines)
    return Infotext(prompt=prompt, negative_prompt=negative_prompt, parameters=dict(_split_sizes(pairs)))


def _pairs(line: str) -> Iterator[tuple[str, str]]:
    """`key: value` pairs from left to right; text that belongs to no pair is passed over."""
    at = 0
    while match := _KEY.search(line, at):
        quoted = _QUOTED.match(line, match.end())
        plain = _PLAIN.match(line, match.end())
        assert plain is not None  # it matches the empty text too
        value = quoted or plain
        yield match["key"], value[0]
        at = value.end() + 1


def _split_sizes(pairs: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Drop empty values, unquote the others, and make two parameters of a size."""
    for key, value in pairs:
        if not value:
            continue
        plain = unquote(value)
        if size := _SIZE.fullmatch(plain):
            yield f"{key}-1", size[1]
            yield f"{key}-2", size[2]
        else:
            yield key, plain


def _prompts(lines: list[str]) -> tuple[str, str]:
    """The prompt and the negative prompt of the lines above the parameters."""
    prompts: tuple[list[str], list[str]] = [], []
    negative = False
    for line in map(str.strip, lines):
        marked = line.startswith(_NEGATIVE)
        negative = negative or marked
        prompts[negative].append(line.removeprefix(_NEGATIVE).strip() if marked else line)
    return _joined(prompts[0]), _joined(prompts[1])


def _joined(lines: list[str]) -> str:
    """The lines as one text; empty lines at its head are dropped."""
    return "\n".join(lines).lstrip("\n")
