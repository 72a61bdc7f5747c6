"""Prompts as A1111's web UI reads them: schedules, AND, extra networks, comments, styles. Behaviours restated, not code."""

import math
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias, assert_never

from tagloom.prompt.brackets import MAX_DEPTH
from tagloom.prompt.grammar import CLOSING

_TOKEN: Final = re.compile(r"\\.|[\[\]():|]|[^\\\[\]():|]+")
_MARKS: Final = frozenset("[]():")
_WHEN: Final = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*", re.ASCII)
_AND: Final = re.compile(r"\bAND\b")
_STRENGTH: Final = re.compile(r"[-+]?(?:\d+\.?|\d*\.\d+)")
_NETWORK: Final = re.compile(r"<(\w+):([^>]+)>")


@dataclass(frozen=True, slots=True)
class _Edit:
    """`[before:after:when]`; `when` is the last step of `before`, from 1. `as_it_stands` is the same as plain parts."""

    before: tuple["_Part", ...]
    after: tuple["_Part", ...]
    when: float
    as_it_stands: tuple["_Part", ...]


@dataclass(frozen=True, slots=True)
class _Turns:
    """`[a|b]`."""

    options: tuple[tuple["_Part", ...], ...]


@dataclass(frozen=True, slots=True)
class _Emphasis:
    """`(a)`, `(a:b)` or `[a]`: its own characters, with the parts between them."""

    parts: tuple["_Part", ...]


_Part: TypeAlias = str | _Edit | _Turns | _Emphasis


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How a `when` becomes a step of a run.

    first_pass: the steps before a second pass, or None. is_old: the tool's old scheduling, where shares lie below 1.
    """

    steps: int
    first_pass: int | None = None
    is_old: bool = False

    def step(self, when: str) -> float:
        """The last step of what stands before: a whole number of at most `steps`, or infinity beyond all floats."""
        value = float(when)
        if self.is_old:
            value = value * self.steps if value < 1 else value
        elif "." in when:
            value = (value - (0 if self.first_pass is None else 1)) * self.steps
        else:
            value -= self.first_pass or 0
        return value if math.isinf(value) else min(self.steps, int(value))


def schedule(text: str, timing: Timing) -> list[tuple[int, str]]:
    """(last step, text) of every entry. A text that the tool's grammar does not take is one entry, as it stands.

    The grammar: brackets and colons may stand alone anywhere but inside a group; `|` only between a group's options; a
    backslash takes any character but a line break with it.

    Raises:
        OverflowError: a `when` is beyond all floats, which the tool does not survive.
    """
    parts = _parse(text, timing)
    if parts is None:
        return [(timing.steps, text)]
    ends = sorted({timing.steps, *_ends(parts, timing.steps)})
    return [(end, _at(parts, end)) for end in ends]


def text_at_call(entries: Sequence[tuple[int, str]], call: int) -> str:
    """What the network's `call`-th call, from 0, is conditioned on: one call late, and the first entry when all are over."""
    index = bisect_left([end for end, _ in entries], call)
    return entries[index if index < len(entries) else 0][1]


@dataclass(slots=True)
class _Group:
    """A bracket that is open: its mark, its parts between separators, and whether something stands alone in it."""

    mark: str
    parts: list[list[_Part]] = field(default_factory=lambda: [[]])
    separators: list[str] = field(default_factory=list)
    is_spoilt: bool = False


def _parse(text: str, timing: Timing) -> tuple[_Part, ...] | None:
    """The parts of a text, or None where the grammar has no place for a character."""
    stack = [_Group("")]
    position = 0
    for match in _TOKEN.finditer(text):
        if match.start() != position:
            return None
        position = match.end()
        mark = match[0]
        if mark in {"(", "["}:
            stack.append(_Group(mark))
        elif mark in {")", "]"} and len(stack) > 1 and CLOSING[stack[-1].mark] == mark:
            group = stack.pop()
            closed = _close(group, timing) if len(stack) <= MAX_DEPTH else None
            if closed is None:
                if "|" in group.separators:
                    return None
                stack[-1].is_spoilt = True
                closed = _as_it_stands(group, mark)
            stack[-1].parts[-1] += closed
        elif mark in {")", "]"}:
            stack[-1].parts[-1].append(mark)
            stack[-1].is_spoilt = True
        elif mark in {":", "|"}:
            stack[-1].separators.append(mark)
            stack[-1].parts.append([])
        else:
            stack[-1].parts[-1].append(mark)
    if position != len(text) or any("|" in group.separators for group in stack):
        return None
    return tuple(_settled([part for group in stack for part in _as_it_stands(group, "") if part]))


def _settled(parts: Sequence[_Part]) -> list[_Part]:
    """The parts, without the groups whose closing brackets go with marks that stand alone behind them.

    The tool's parser is free to read a bracket that ends a group as one more mark of the row behind it. Which reading
    comes out was measured: a row of an odd length, closing brackets included, takes them all, and the groups are text; a
    row of an even length leaves the innermost ones, in pairs, or the only one.
    """
    left = list(parts)
    settled: list[_Part] = []
    while left:
        settled.append(left.pop())
        if settled[-1] not in _MARKS:
            continue
        row = 1
        while left and left[-1] in _MARKS:
            settled.append(left.pop())
            row += 1
        closing = _closing_brackets(left[-1]) if left else 0
        spared = 0 if (row + closing) % 2 else max(min(closing, 1), closing - closing % 2)
        for _ in range(closing - spared):
            characters = _characters(left.pop())
            settled.append(characters[-1])
            left += characters[:-1]
    return settled[::-1]


def _characters(part: _Part) -> tuple[_Part, ...]:
    """What a group is made of, its brackets first and last, where it can be read as plain parts."""
    match part:
        case _Edit(as_it_stands=characters) | _Emphasis(parts=characters):
            return characters
        case _:
            return ()


def _closing_brackets(part: _Part) -> int:
    """How many brackets in a row end a part, each the end of a group."""
    count = 0
    while characters := _characters(part):
        count += 1
        part = characters[-2]
    return count


def _as_it_stands(group: _Group, closing: str) -> list[_Part]:
    """The group's own characters as text, with the parts between them."""
    parts: list[_Part] = [group.mark, *group.parts[0]]
    for separator, following in zip(group.separators, group.parts[1:], strict=True):
        parts += [separator, *following]
    return [*parts, closing]


def _close(group: _Group, timing: Timing) -> list[_Part] | None:
    """What a closed group means; None if its brackets stand alone."""
    colons = group.separators.count(":")
    if group.is_spoilt:
        return None
    if group.mark == "(":
        return [_Emphasis(tuple(_as_it_stands(group, ")")))] if len(group.separators) == colons <= 1 else None
    if not group.separators:
        return [_Emphasis(tuple(_as_it_stands(group, "]")))]
    options = tuple(tuple(part) for part in group.parts)
    if not colons:
        return [_Turns(options)]
    if len(group.separators) != colons or colons > 2:
        return None
    when = _WHEN.fullmatch("".join(part for part in options[-1] if isinstance(part, str)))
    if when is None or not all(isinstance(part, str) for part in options[-1]):
        return None
    before = options[0] if colons == 2 else ()
    return [_Edit(before, options[-2], timing.step(when[1]), tuple(_as_it_stands(group, "]")))]


def _ends(parts: Sequence[_Part], steps: int) -> Iterator[int]:
    """The steps after which the text may be another."""
    for part in parts:
        match part:
            case str():
                pass
            case _Edit(before=before, after=after, when=when):
                if when >= 1:
                    yield int(when)
                yield from _ends(before + after, steps)
            case _Emphasis(parts=inner):
                yield from _ends(inner, steps)
            case _Turns(options=options):
                yield from range(1, steps + 1)
                for option in options:
                    yield from _ends(option, steps)
            case _:
                assert_never(part)


def _at(parts: Sequence[_Part], step: int) -> str:
    said = []
    for part in parts:
        match part:
            case str():
                said.append(part)
            case _Edit(before=before, after=after, when=when):
                said.append(_at(before if step <= when else after, step))
            case _Emphasis(parts=inner):
                said.append(_at(inner, step))
            case _Turns(options=options):
                said.append(_at(options[(step - 1) % len(options)], step))
            case _:
                assert_never(part)
    return "".join(said)


def split_at_and(text: str) -> list[tuple[str, float]]:
    """The prompts that AND joins, each with its strength: a `:n` at its end, with or without an AND."""
    return [_strength(part) for part in _AND.split(text)]


def _strength(text: str) -> tuple[str, float]:
    shown = text.rstrip()
    colon = shown.rfind(":")
    number = shown[colon + 1 :].lstrip() if colon >= 0 else ""
    if _STRENGTH.fullmatch(number):
        return shown[:colon].rstrip(), float(number)
    return shown, 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtraNetwork:
    """`<kind:argument:...>`; `positional` and `named` are its arguments, in order."""

    kind: str
    items: tuple[str, ...]

    @property
    def positional(self) -> tuple[str, ...]:
        """The arguments without a name."""
        return tuple(item for item in self.items if item.count("=") != 1)

    @property
    def named(self) -> dict[str, str]:
        """The arguments of the form name=value, with one equals sign."""
        return dict(item.split("=") for item in self.items if item.count("=") == 1)


def extra_networks(text: str) -> tuple[str, list[ExtraNetwork]]:
    """The text without its extra networks, and these."""
    end = text.rfind(">") + 1  # what nothing closes is not looked at again and again
    found = [ExtraNetwork(kind=match[1], items=tuple(match[2].split(":"))) for match in _NETWORK.finditer(text, 0, end)]
    return _NETWORK.sub("", text[:end]) + text[end:], found


@dataclass(frozen=True, slots=True, kw_only=True)
class LoraWeights:
    """A LoRA's name, its weights in text encoder and U-Net, and its rank if it is cut down to one."""

    name: str
    text_encoder: float
    unet: float
    rank: int | None


def lora_weights(network: ExtraNetwork) -> LoraWeights:
    """`<lora:name:te:unet:dyn>` with each also by name; U-Net follows the text encoder, which is 1.

    Raises:
        ValueError: a weight is no number, or there is no name.
    """
    positional, named = network.positional, network.named
    if not positional:
        raise ValueError("a LoRA needs a name")
    text_encoder = float(positional[1]) if len(positional) > 1 else 1.0
    text_encoder = float(named.get("te", text_encoder))
    unet = float(positional[2]) if len(positional) > 2 else text_encoder
    rank = int(positional[3]) if len(positional) > 3 else None
    return LoraWeights(
        name=positional[0],
        text_encoder=text_encoder,
        unet=float(named.get("unet", unet)),
        rank=int(named["dyn"]) if "dyn" in named else rank,
    )


def strip_comments(text: str) -> str:
    """Without what stands between a # and its line's end; a line that is nothing but comment goes with one of its ends."""
    whole_lines = re.sub(r"(?:^|\n)#[^\n]*(?:\n|$)", "\n", text)
    return re.sub(r"#[^\n]*(?:\n|$)", "\n", whole_lines)


def apply_styles(prompt: str, styles: Sequence[str]) -> str:
    """A prompt put into the `{prompt}` of each style, or before a style that has none."""
    for style in styles:
        if "{prompt}" in style:
            prompt = style.replace("{prompt}", prompt)
        else:
            prompt = ", ".join(part for part in (prompt.strip(), style.strip()) if part)
    return prompt


def extract_style(style: str, prompt: str) -> tuple[bool, str]:
    """Whether a prompt was made with a style, and what it was before."""
    style, stripped = style.strip(), prompt.strip()
    if "{prompt}" in style:
        left, _, right = style.partition("{prompt}")
        if stripped.startswith(left) and stripped.endswith(right):
            return True, stripped[len(left) : len(stripped) - len(right)]
        return False, prompt
    if stripped.endswith(style):
        rest = stripped[: len(stripped) - len(style)]
        return True, rest.removesuffix(", ")
    return False, prompt
