"""What compel's prompts are made of, and how their tree becomes flat prompts: weights multiplied out, words joined."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias, assert_never

PLUS: Final = 1.1
MINUS: Final = 0.9
SWAP_OPTIONS: Final = {"s_start": 0.0, "s_end": 0.0, "t_start": 0.2, "t_end": 1.0}
NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+\.[0-9]*|\.[0-9]+)|-?[0-9]+")


@dataclass(frozen=True, slots=True)
class Words:
    """Plain text with its weight."""

    text: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Attention:
    """What stands in it is weighed."""

    weight: float
    children: tuple["Part", ...]


@dataclass(frozen=True, slots=True)
class Swap:
    """Attention maps of `original` on the words of `edited` (prompt-to-prompt)."""

    original: tuple["Part", ...]
    edited: tuple["Part", ...]
    options: tuple[tuple[str, float | str], ...]


@dataclass(frozen=True, slots=True)
class Lora:
    """A LoRA and its weight."""

    name: str
    weight: float


Part: TypeAlias = Words | Attention | Swap | Lora
Flat: TypeAlias = Words | Swap


@dataclass(frozen=True, slots=True)
class Blend:
    """Prompts whose embeddings are averaged with weights."""

    prompts: tuple[tuple[Flat, ...], ...]
    weights: tuple[float, ...]
    normalizes: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Conjunction:
    """Prompts that each guide the picture, with weights; and the LoRAs that were named anywhere."""

    parts: tuple[tuple[Flat, ...] | Blend, ...]
    weights: tuple[float, ...]
    loras: tuple[Lora, ...]


class CompelError(ValueError):
    """compel does not take this prompt; the message says why."""


Targets: TypeAlias = list[tuple[Part, ...]]


def plain_words(text: str, weight: float = 1.0) -> Words:
    """Words with their escaped brackets and quotes made plain."""
    return Words(text.replace("\\(", "(").replace("\\)", ")").replace('\\"', '"'), weight)


def signed(signs: str) -> float:
    """The weight of some `+` or `-`."""
    return float((PLUS if signs[0] == "+" else MINUS) ** len(signs))


def swap_options(options: Sequence[tuple[str, ...]]) -> tuple[tuple[str, float | str], ...]:
    """A swap's options over the defaults; `shape_freedom` is a gentler way to say s_end.

    Raises:
        CompelError: shape_freedom is no number.
    """
    merged: dict[str, float | str] = dict(SWAP_OPTIONS)
    named: dict[str, float | str] = {option[0]: _value(option[1]) if len(option) > 1 else "" for option in options}
    freedom = named.pop("shape_freedom", None)
    if isinstance(freedom, str):
        raise CompelError(f"shape_freedom is '{freedom}', no number")
    if freedom is not None:
        merged["s_end"] = 1 - float(freedom) ** (1 / 3) if freedom >= 0 else 1.0
    return tuple((merged | named).items())


def _value(text: str) -> float | str:
    return float(text) if NUMBER.fullmatch(text) else text


def numbers(options: Sequence[tuple[str, ...]]) -> list[float]:
    """Options that are weights.

    Raises:
        CompelError: one is no number.
    """
    try:
        return [float(option[0]) for option in options]
    except ValueError as error:
        raise CompelError("weights must be numbers") from error


def counted(weights: list[float], count: int) -> list[float]:
    """The weights, which must be as many as the prompts; none means 1 each.

    Raises:
        CompelError: they are not.
    """
    if weights and len(weights) != count:
        raise CompelError(f"{count} prompts, but {len(weights)} weights")
    return weights or [1.0] * count


Flattened: TypeAlias = tuple[list[tuple[Flat, ...] | Blend], list[Lora]]


def flattened_prompt(parts: Sequence[Part]) -> Flattened:
    """One prompt's parts, weights multiplied out and equal neighbours joined; nothing at all where nothing is said."""
    said, loras = _weighed(parts, 1.0)
    return ([_fused(said)] if said else []), loras


def _weighed(parts: Sequence[Part], weight: float) -> tuple[list[Flat], list[Lora]]:
    said: list[Flat] = []
    loras: list[Lora] = []
    for part in parts:
        match part:
            case Words(text=text, weight=own):
                said.append(plain_words(text, own * weight))
            case Lora():
                loras.append(part)
            case Attention(weight=own, children=children):
                inner, found = _weighed(children, weight * own)
                said += inner
                loras += found
            case Swap(original=original, edited=edited):
                before, found = _weighed(original or (Words(""),), weight)
                after, more = _weighed(edited or (Words(""),), weight)
                original, edited = tuple(before) or (Words(""),), tuple(after) or (Words(""),)
                said.append(replace(part, original=original, edited=edited))
                loras += [*found, *more]
            case _:
                assert_never(part)
    return said, loras


def _fused(parts: Sequence[Flat]) -> tuple[Flat, ...]:
    fused: list[Flat] = []
    for part in parts:
        last = fused[-1] if fused else None
        if isinstance(part, Swap):
            original = _fused([inner for inner in part.original if not isinstance(inner, Attention | Lora)])
            edited = _fused([inner for inner in part.edited if not isinstance(inner, Attention | Lora)])
            fused.append(replace(part, original=original, edited=edited))
        elif isinstance(last, Words) and last.weight == part.weight:
            fused[-1] = plain_words(f"{last.text} {part.text}", last.weight)
        else:
            fused.append(part)
    return tuple(fused)


def blend(targets: Targets, options: Sequence[tuple[str, ...]]) -> Flattened:
    """A blend of prompts.

    Raises:
        CompelError: weights and prompts differ in number, a prompt is empty, or one swaps.
    """
    normalizes = not (options and options[-1] == ("no_normalize",))
    weights = counted(numbers(options if normalizes else options[:-1]), len(targets))
    flattened = [flattened_prompt(target) for target in targets]
    prompts = [prompt for found, _ in flattened for prompt in found if not isinstance(prompt, Blend)]
    if len(prompts) != len(targets) or any(isinstance(part, Swap) for prompt in prompts for part in prompt):
        raise CompelError("a blend takes prompts that say something, and no .swap()")
    loras = [lora for _, found in flattened for lora in found]
    return [Blend(tuple(prompts), tuple(weights), normalizes)], loras


def joined(flattened: Sequence[Flattened], weights: Sequence[float]) -> Conjunction:
    """Prompts joined, without those that say nothing; their LoRAs are kept."""
    kept = [(part, weight) for (found, _), weight in zip(flattened, weights, strict=True) for part in found]
    return Conjunction(
        parts=tuple(part for part, _ in kept),
        weights=tuple(weight for _, weight in kept),
        loras=tuple(lora for _, found in flattened for lora in found),
    )
