"""A prompt and its negative prompt -> the same with styles put around them; and which styles a prompt was made with."""

from collections.abc import Sequence
from dataclasses import dataclass

from tagloom.prompt.dialects.a1111 import apply_styles, extract_style
from tagloom.tags.styles import PLACE, Style


@dataclass(frozen=True, slots=True)
class Styled:
    """A prompt and a negative prompt, and the styles that they were made with, in order."""

    prompt: str
    negative_prompt: str
    styles: tuple[Style, ...]


def apply(prompt: str, negative_prompt: str, styles: Sequence[Style]) -> Styled:
    """Both texts put into the `{prompt}` of each style in turn, or before it with a comma where it has none."""
    return Styled(
        apply_styles(prompt, [style.prompt for style in styles]) if styles else prompt,
        apply_styles(negative_prompt, [style.negative_prompt for style in styles]) if styles else negative_prompt,
        tuple(styles),
    )


def extract(prompt: str, negative_prompt: str, styles: Sequence[Style]) -> Styled:
    """What a prompt and its negative prompt were before styles, and which these are.

    A style is found where both its texts are; of several that fit, the longest was put on last.
    """
    by_length = sorted(styles, key=lambda style: len(style.prompt) + len(style.negative_prompt), reverse=True)
    found: list[Style] = []
    while taken := next((taken for style in by_length if (taken := _without(style, prompt, negative_prompt))), None):
        prompt, negative_prompt, style = taken
        found.insert(0, style)
    return Styled(prompt, negative_prompt, tuple(found))


def _without(style: Style, prompt: str, negative_prompt: str) -> tuple[str, str, Style] | None:
    """Both texts without a style, if both were made with it."""
    if not style.prompt and not style.negative_prompt:
        return None
    texts = []
    for text, mark in ((prompt, style.prompt), (negative_prompt, style.negative_prompt)):
        is_found, rest = extract_style(mark, text) if _fits(mark, text) else (False, text)
        if not is_found:
            return None
        texts.append(rest)
    return (texts[0], texts[1], style) if texts != [prompt, negative_prompt] else None


def _fits(mark: str, text: str) -> bool:
    """Whether a style's text can be in another, whose ends must not overlap."""
    return len(mark) - (len(PLACE) if PLACE in mark else 0) <= len(text.strip())
