"""Prompts as compel reads them: `word++`, `(words)1.2`, "quotes", `.swap()`, `.blend()`, `.and()`, `withLora()`.

compel's grammar (MIT) is a parsing expression grammar: alternatives in order, the first that fits. Here each rule is a
function from a position to what it read and where it ended, or None. Rules are remembered by position, and brackets nested
more than 64 deep are words, so that the work stays linear where the original's doubles with every bracket.
"""

import math
import re
from collections.abc import Callable
from typing import Final

from tagloom.prompt.brackets import MAX_DEPTH
from tagloom.prompt.dialects.compel_tree import (
    NUMBER,
    Attention,
    CompelError,
    Conjunction,
    Lora,
    Part,
    Swap,
    Targets,
    Words,
    blend,
    counted,
    flattened_prompt,
    joined,
    numbers,
    plain_words,
    signed,
    swap_options,
)

_LEAST: Final = 1e-5
_SPACE: Final = re.compile(r"[ \n\t\r]*")
_SYMBOLS: Final = r"()\",.+\-="
_WORD: Final = re.compile(rf"(?:\\[{_SYMBOLS}]|[-+](?![\s{_SYMBOLS}]|$)|-?[0-9]+|[^\x09-\x0d\x20{_SYMBOLS}])+", re.ASCII)
_FREE_WORD: Final = re.compile(r"[^\x09-\x0d\x20]+")
_QUOTED: Final = re.compile(r'"(?:\\"|[^"\n\r])*"')
_SIGNS: Final = re.compile(r"\++|-+")
_KEYWORD: Final = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPED: Final = {r"\t": "\t", r"\n": "\n", r"\f": "\f", r"\r": "\r", r"\0": "\0"}


def parse(text: str) -> Conjunction:
    """Read a prompt.

    Raises:
        CompelError: compel refuses it: counts that differ, a swap in a blend, weights that are no numbers.
    """
    spaced = re.sub(r",(\S)", r", \1", text)
    if not spaced.strip():
        return Conjunction(parts=((Words(""),),), weights=(1.0,), loras=())
    return _Reader(spaced.expandtabs()).conjunction()


_Read = tuple[tuple[Part, ...], int] | None


class _Reader:
    """The rules over one text; quoted text is read by a reader of its own."""

    def __init__(self, text: str, depth: int = 0) -> None:
        self.text = text
        self.depth = depth
        self.known: dict[tuple[str, int, int], _Read] = {}

    # The whole.

    def conjunction(self) -> Conjunction:
        """explicit conjunction | [loras] (blend | prompt) [loras] end"""
        if operated := self.operated((".and", ".add")):
            targets, options, _ = operated
            weights = counted(numbers(options), len(targets))
            return joined([flattened_prompt(target) for target in targets], weights)
        before, position = self.loras(0)
        blended = self.operated((".blend",), position)
        if blended:
            targets, options, position = blended
            after, position = self.loras(position)
            result = joined([flattened_prompt(before), blend(targets, options), flattened_prompt(after)], [1.0] * 3)
        else:
            said, position = self.many(self.prompt_part, position)
            result = joined([flattened_prompt(before), flattened_prompt(said)], [1.0] * 2)
        if self.after_space(position) != len(self.text):
            raise CompelError(f"nothing fits at {position}")
        return result

    def operated(self, operators: tuple[str, ...], position: int = 0) -> tuple[Targets, list[tuple[str, ...]], int] | None:
        """ "(" target ("," target)* ")" operator "(" options ")" """
        start = self.literal("(", position)
        if start is None:
            return None
        targets: Targets = []
        place: int | None = start
        while place is not None:
            target = self.target(place) or self.quoted(place, _Reader.prompt_part)
            if target is None:
                if not targets:
                    return None
                break
            targets.append(target[0])
            start = target[1]
            place = self.literal(",", start)
        closed = self.literal(")", start)
        named = None if closed is None else next((end for name in operators if (end := self.literal(name, closed))), None)
        opened = None if named is None else self.literal("(", named)
        if opened is None:
            return None
        options, place = self.options(opened)
        end = self.literal(")", place)
        return None if end is None else (targets, options, end)

    def prompt_part(self, position: int) -> _Read:
        """swap | lora | attention | quoted | parenthesized | any word | white space"""
        for rule in (self.swap, self.lora, self.attention, self.quoted, self.parenthesized):
            if read := rule(position):
                return read
        if match := _FREE_WORD.match(self.text, position):
            return (plain_words(match[0]),), match.end()
        end = self.after_space(position)
        return ((), end) if end > position else None

    # What stands in brackets and quotes.

    def part(self, position: int) -> _Read:
        """lora | attention | swap | parenthesized | quoted | word"""
        for rule in (self.lora, self.attention, self.swap, self.parenthesized, self.quoted, self.word):
            if read := rule(position):
                return read
        return None

    def part_or_mark(self, position: int) -> _Read:
        """part | "," | "." """
        if read := self.part(position):
            return read
        start = self.after_space(position)
        return ((Words(self.text[start]),), start + 1) if self.text[start : start + 1] in {",", "."} else None

    def parenthesized(self, position: int) -> _Read:
        """ "(" part_or_mark* ")" """
        return self.remembered("(", position, self._parenthesized)

    def _parenthesized(self, position: int) -> _Read:
        start = self.literal("(", position)
        if start is None or self.depth >= MAX_DEPTH:
            return None
        self.depth += 1
        inner, place = self.many(self.part_or_mark, start)
        self.depth -= 1
        end = self.literal(")", place)
        return None if end is None else (inner, end)

    def quoted(self, position: int, rule: Callable[["_Reader", int], _Read] | None = None) -> _Read:
        """A text in quotes that is a fragment (or what `rule` repeats) from end to end."""
        key = "quoted" if rule is None else "quoted prompt"
        return self.remembered(key, position, lambda place: self._quoted(place, rule or _Reader.part_or_mark))

    def _quoted(self, position: int, rule: Callable[["_Reader", int], _Read]) -> _Read:
        match = _QUOTED.match(self.text, self.after_space(position))
        if match is None or self.depth >= MAX_DEPTH:
            return None
        inner = re.sub(r"\\[tnfr0]", lambda escape: _ESCAPED[escape[0]], match[0][1:-1]).replace('\\"', '"')
        if not inner.strip():
            return (Words(""),), match.end()
        reader = _Reader(inner.replace('"', '\\"').expandtabs(), self.depth + 1)
        parts, place = reader.many(lambda start: rule(reader, start), 0)
        return (parts, match.end()) if reader.after_space(place) == len(reader.text) else None

    def word(self, position: int) -> _Read:
        """A word without syntax."""
        match = _WORD.match(self.text, self.after_space(position))
        return ((plain_words(match[0]),), match.end()) if match else None

    def target(self, position: int) -> _Read:
        """quoted | parenthesized | word"""
        return self.quoted(position) or self.parenthesized(position) or self.word(position)

    # What changes them.

    def attention(self, position: int) -> _Read:
        """target ".attend" "(" weight ")" | (quoted | parenthesized) weight | word signs, without white space between"""
        return self.remembered("attention", position, self._attention)

    def _attention(self, position: int) -> _Read:
        target = self.target(position)
        if target is None:
            return None
        named = self.literal(".attend", target[1])
        opened = None if named is None else self.literal("(", named)
        weight = None if opened is None else self.weight(self.after_space(opened))
        closed = None if weight is None else self.literal(")", weight[1])
        if weight is not None and closed is not None:
            return (Attention(weight[0], target[0]),), closed
        grouped = self.quoted(position) or self.parenthesized(position)
        if grouped and (weight := self.weight(grouped[1])):
            return (Attention(weight[0], grouped[0]),), weight[1]
        bare = self.word(position)
        signs = _SIGNS.match(self.text, bare[1]) if bare else None
        return ((Attention(signed(signs[0]), bare[0]),), signs.end()) if bare and signs else None

    def weight(self, position: int) -> tuple[float, int] | None:
        """Signs or a number, at this very place."""
        if signs := _SIGNS.match(self.text, position):
            return signed(signs[0]), signs.end()
        number = NUMBER.match(self.text, position)
        return (float(number[0]), number.end()) if number else None

    def swap(self, position: int) -> _Read:
        """target ".swap" "(" part* ["," options] ")" """
        return self.remembered("swap", position, self._swap)

    def _swap(self, position: int) -> _Read:
        target = self.target(position)
        named = self.literal(".swap", target[1]) if target else None
        opened = None if named is None else self.literal("(", named)
        if target is None or opened is None or self.depth >= MAX_DEPTH:
            return None
        self.depth += 1
        edited, place = self.many(self.part, opened)
        self.depth -= 1
        comma = self.literal(",", place)
        options, place = ([], place) if comma is None else self.options(comma)
        end = self.literal(")", place)
        return None if end is None else ((Swap(target[0], edited, swap_options(options)),), end)

    def lora(self, position: int) -> _Read:
        """("useLora" | "withLora") "(" keyword ["," number] ")" """
        named = self.literal("useLora", position) or self.literal("withLora", position)
        opened = None if named is None else self.literal("(", named)
        name = None if opened is None else _KEYWORD.match(self.text, self.after_space(opened))
        if name is None:
            return None
        place, weight = name.end(), 1.0
        comma = self.literal(",", place)
        number = None if comma is None else NUMBER.match(self.text, self.after_space(comma))
        if number:
            place, weight = number.end(), float(number[0])
        end = self.literal(")", place)
        return None if end is None else ((Lora(name[0], weight),), end)

    def loras(self, position: int) -> tuple[tuple[Part, ...], int]:
        """lora*"""
        return self.many(self.lora, position)

    def options(self, position: int) -> tuple[list[tuple[str, ...]], int]:
        """[option ("," option)*], an option being (name, value), a number or a name."""
        found: list[tuple[str, ...]] = []
        place: int | None = position
        while place is not None and (option := self.option(place)):
            found.append(option[0])
            position = option[1]
            place = self.literal(",", position)
        return found, position

    def option(self, position: int) -> tuple[tuple[str, ...], int] | None:
        """keyword "=" (number | keyword) | number | keyword"""
        start = self.after_space(position)
        name = _KEYWORD.match(self.text, start)
        equals = self.literal("=", name.end()) if name else None
        if name and equals is not None:
            at = self.after_space(equals)
            if value := NUMBER.match(self.text, at) or _KEYWORD.match(self.text, at):
                return (name[0], value[0]), value.end()
        if number := NUMBER.match(self.text, start):
            return (str(float(number[0])),), number.end()
        return ((name[0],), name.end()) if name else None

    # The machinery.

    def many(self, rule: Callable[[int], _Read], position: int) -> tuple[tuple[Part, ...], int]:
        """rule*"""
        parts: list[Part] = []
        while (read := rule(position)) and read[1] > position:
            parts += read[0]
            position = read[1]
        return tuple(parts), position

    def literal(self, word: str, position: int) -> int | None:
        """The end of a word that stands here, perhaps after white space."""
        start = self.after_space(position)
        return start + len(word) if self.text.startswith(word, start) else None

    def after_space(self, position: int) -> int:
        """Where the white space from here on ends."""
        match = _SPACE.match(self.text, position)
        return match.end() if match else position

    def remembered(self, rule: str, position: int, read: Callable[[int], _Read]) -> _Read:
        """The rule's result here, read once."""
        key = rule, position, self.depth
        if key not in self.known:
            self.known[key] = read(position)
        return self.known[key]


def downweight_partner(weight: float) -> float | None:
    """compel paints a weight below 1 as a blend with the prompt without those words: that partner's weight beside 1.

    tan((1 - w) * pi / 2), with w kept away from the pole at 0; None for weights from 1.
    """
    return None if weight >= 1 else math.tan((1 - max(weight, _LEAST)) * math.pi / 2)
