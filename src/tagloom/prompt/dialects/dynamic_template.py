"""Templates of the dynamicprompts library: text -> what it stands for. Like the library's own parser, all or nothing.

{a|b}  {2$$ and $$a|b}  {1-2$$a|b}  {0.5::a|b}  {!a|b}   options, how many of them, what joins them, their odds
__name__  __name(x=a)__                                 the lines of a wildcard file, with variables for them
${x=a}  ${x?=a}  ${x=!a}  ${x}  ${x:a}                  variables: set, set if there is none, chosen once; said, or a
%{before ... after$$inner}                              text around text
# to the line's end   // to the line's end   /* */      comments, between any two of these
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Method: TypeAlias = Literal["every", "in turn", "at random"]


@dataclass(frozen=True, slots=True)
class Words:
    """Plain text."""

    text: str


@dataclass(frozen=True, slots=True)
class Sequence:
    """Parts one after another; none is a text that says nothing."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Option:
    """One of the variants, with its odds."""

    value: "Node"
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Variants:
    """Between `low` and `high` of the options, joined."""

    options: tuple[Option, ...]
    low: int = 1
    high: int = 1
    joiner: str = ","
    method: Method | None = None


@dataclass(frozen=True, slots=True)
class Wildcard:
    """The lines of the files that match a path, which is a template itself; `variables` hold in them."""

    path: "str | Node"
    method: Method | None
    variables: tuple[tuple[str, "Node"], ...]


@dataclass(frozen=True, slots=True)
class Assignment:
    """A variable that is set. keeps: only if there is none; is_immediate: what it stands for is chosen here and now."""

    name: str
    value: "Node"
    keeps: bool
    is_immediate: bool


@dataclass(frozen=True, slots=True)
class Access:
    """What a variable stands for, or a default."""

    name: str
    default: "Node | None"


@dataclass(frozen=True, slots=True)
class Wrap:
    """The inner text in the place of the wrapper's dots."""

    wrapper: "Node"
    inner: "Node"


Node: TypeAlias = Words | Sequence | Variants | Wildcard | Assignment | Access | Wrap


class TemplateError(ValueError):
    """The library does not take this template; the message says why."""


def parse_template(text: str) -> Node:
    """Read a template.

    Raises:
        TemplateError: a part of it fits nowhere, or braces are nested more than 32 deep.
    """
    if text.isalnum():
        return Words(text)
    reader = _Reader(text.expandtabs())
    node, end = reader.sequence(0, reader.chunk)
    end = reader.after_comments(end)
    if reader.text[end:].strip(" \n\t\r"):
        raise TemplateError(f"nothing fits at {end}: '{reader.text[end : end + 20]}'")
    return node


_MAX_DEPTH: Final = 32
_COMMENTS: Final = re.compile(r"(?:[ \n\t\r]*(?:#[^\n]*|//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/))*+")
_WHITE: Final = re.compile(r"[ \n\t\r]+")
_WORDS: Final = re.compile(r"(?:(?!__)[^#{$%])+")
_WORDS_IN_VARIANT: Final = re.compile(r"(?:(?!__)[^#{$%|}])+")
_WORDS_IN_WILDCARD: Final = re.compile(r"(?:(?!__)[^#{$%()])+")
_SPECIFICATION: Final = re.compile(r"[ \n\t\r]*\(")
_ARGUMENTS: Final = re.compile(r"[^)]+")
_METHOD: Final = re.compile(r"[~!@]")
_METHODS: Final[dict[str, Method]] = {"~": "at random", "!": "every", "@": "in turn"}
_NAME: Final = re.compile(r"[A-Za-z_-][A-Za-z0-9_-]*")
_NUMBER: Final = re.compile(r"[0-9]{1,9}")
_JOINER: Final = re.compile(r"[ -#%-z|~]+")
_WEIGHT: Final = re.compile(r"[+-]?(?:[0-9]+\.[0-9]*|\.[0-9]+)|[0-9]+")

_Rule: TypeAlias = Callable[[int], "tuple[Node, int] | None"]


class _Reader:
    """The rules over one text: each from a position to what it read and where that ended, or None. Comments may stand
    before anything; white space only where a rule says so."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.depth = 0

    # What there is.

    def chunk(self, position: int) -> tuple[Node, int] | None:
        """assignment | access | wrap | variants | wildcard | words"""
        for rule in (self.assignment, self.access, self.wrap, self.variants, self.wildcard):
            if read := rule(position):
                return read
        return self.words(position, _WORDS)

    def chunk_in_variant(self, position: int) -> tuple[Node, int] | None:
        """access | wrap | variants | wildcard | words without | and }"""
        for rule in (self.access, self.wrap, self.variants, self.wildcard):
            if read := rule(position):
                return read
        return self.words(position, _WORDS_IN_VARIANT)

    def chunk_in_wildcard(self, position: int) -> tuple[Node, int] | None:
        """access | variants | words without brackets | words without | and }; never at a ("""
        if _SPECIFICATION.match(self.text, position):
            return None
        if read := self.access(position):
            access, end = read
            assert isinstance(access, Access)
            default = access.default or Words(access.name)
            if not isinstance(default, Words):
                raise TemplateError("a variable in a wildcard's name may stand for plain words only")
            return Access(access.name, Words(default.text.strip())), end
        read = self.variants(position) or self.words(position, _WORDS_IN_WILDCARD)
        return read or self.words(position, _WORDS_IN_VARIANT)

    def sequence(self, position: int, rule: _Rule) -> tuple[Node, int]:
        """rule*"""
        parts: list[Node] = []
        while read := rule(position):
            parts.append(read[0])
            position = read[1]
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts)), position

    def words(self, position: int, pattern: re.Pattern[str]) -> tuple[Node, int] | None:
        """Plain text; comments in it leave a space."""
        said = []
        while match := pattern.match(self.text, self.after_comments(position)):
            said.append(match[0])
            position = match.end()
        return (Words(" ".join(said)), position) if said else None

    # What stands in braces.

    def assignment(self, position: int) -> tuple[Node, int] | None:
        """ "${" name ["?"] "=" ["!"] value "}" """
        named = self.named(position)
        if named is None:
            return None
        name, place = named
        keeps = self.literal("?", place)
        equals = self.literal("=", place if keeps is None else keeps)
        if equals is None:
            return None
        immediate = self.literal("!", equals)
        value, place = self.inside(self.after_white(equals if immediate is None else immediate))
        end = self.literal("}", self.after_white(place))
        return None if end is None else (Assignment(name, value, keeps is not None, immediate is not None), end)

    def access(self, position: int) -> tuple[Node, int] | None:
        """ "${" name [":" default] "}" """
        named = self.named(position)
        if named is None:
            return None
        name, place = named
        default: Node | None = None
        colon = self.literal(":", place)
        if colon is not None:
            default, place = self.inside(self.after_white(colon))
        end = self.literal("}", self.after_white(place))
        return None if end is None else (Access(name, default), end)

    def named(self, position: int) -> tuple[str, int] | None:
        """ "${" name"""
        start = self.literal("${", position)
        if start is None:
            return None
        name = _NAME.match(self.text, self.after_comments(self.after_white(start)))
        return (name[0], self.after_white(name.end())) if name else None

    def wrap(self, position: int) -> tuple[Node, int] | None:
        """ "%{" wrapper "$$" inner "}" """
        start = self.literal("%{", position)
        if start is None:
            return None
        wrapper, place = self.inside(self.after_white(start))
        middle = self.literal("$$", self.after_white(place))
        if middle is None:
            return None
        inner, place = self.inside(self.after_white(middle))
        end = self.literal("}", place)
        return None if end is None else (Wrap(wrapper, inner), end)

    def variants(self, position: int) -> tuple[Node, int] | None:
        """ "{" [method] [amount] option ("|" option)* "}" """
        start = self.literal("{", position)
        if start is None:
            return None
        method, start = self.method(self.after_white(start))
        bound = self.amount(start)
        low, high, joiner, place = bound or (1, 1, ",", start)
        options: list[Option] = []
        separator: int | None = self.after_white(place)
        while separator is not None:
            option, place = self.option(separator)
            options.append(option)
            separator = self.literal("|", place)
        end = self.literal("}", place)
        if end is None:
            return None
        low, high = sorted((low, len(options) if high is None else high))
        return Variants(tuple(options), low, high, joiner, method), end

    def amount(self, position: int) -> tuple[int, int | None, str, int] | None:
        """(number "-" number | "-" number | number "-" | number) "$$" [joiner "$$"]; None for a most that is not said"""
        first, place = self.number(position)
        dash = self.literal("-", place)
        second, place = (None, place) if dash is None else self.number(dash)
        if first is None and second is None:
            return None
        begin = self.literal("$$", place)
        if begin is None:
            return None
        joiner = _JOINER.match(self.text, self.after_comments(begin))
        end = self.literal("$$", joiner.end()) if joiner else None
        low = 1 if first is None else first
        high = low if dash is None else second
        return (low, high, joiner[0], end) if joiner and end is not None else (low, high, ",", begin)

    def number(self, position: int) -> tuple[int | None, int]:
        """A whole number, if there is one."""
        match = _NUMBER.match(self.text, self.after_comments(position))
        return (int(match[0]), match.end()) if match else (None, position)

    def option(self, position: int) -> tuple[Option, int]:
        """[weight "::"] prompt"""
        position = self.after_white(position)
        weight = _WEIGHT.match(self.text, self.after_comments(position))
        start = self.literal("::", weight.end()) if weight else None
        value, place = self.inside(position if start is None else start)
        return Option(value, float(weight[0]) if weight and start is not None else 1.0), self.after_white(place)

    def inside(self, position: int) -> tuple[Node, int]:
        """A prompt in braces."""
        if self.depth >= _MAX_DEPTH:
            raise TemplateError(f"braces are nested more than {_MAX_DEPTH} deep")
        self.depth += 1
        read = self.sequence(position, self.chunk_in_variant)
        self.depth -= 1
        return read

    def wildcard(self, position: int) -> tuple[Node, int] | None:
        """ "__" [method] path ["(" variables ")"] "__" """
        start = self.literal("__", position)
        if start is None:
            return None
        method, start = self.method(start)
        path, place = self.sequence(start, self.chunk_in_wildcard)
        if place == start:
            return None
        variables, place = self.arguments(place)
        end = self.literal("__", place)
        name = path.text if isinstance(path, Words) else path
        return None if end is None else (Wildcard(name, method, variables), end)

    def arguments(self, position: int) -> tuple[tuple[tuple[str, Node], ...], int]:
        """["(" name "=" value ("," name "=" value)* ")"]"""
        opened = self.literal("(", self.after_white(position))
        inner = None if opened is None else _ARGUMENTS.match(self.text, self.after_comments(opened))
        end = self.literal(")", inner.end()) if inner else None
        if inner is None or end is None:
            return (), position
        pairs = (pair.partition("=") for pair in inner[0].split(","))
        return tuple((name.strip(), parse_template(value.strip())) for name, _, value in pairs), end

    # The machinery.

    def method(self, position: int) -> tuple[Method | None, int]:
        """A sign that says how to choose, if there is one."""
        match = _METHOD.match(self.text, self.after_comments(position))
        return (_METHODS[match[0]], match.end()) if match else (None, position)

    def literal(self, mark: str, position: int) -> int | None:
        """The end of a mark that stands here."""
        start = self.after_comments(position)
        return start + len(mark) if self.text.startswith(mark, start) else None

    def after_white(self, position: int) -> int:
        """Where the white space from here on ends."""
        match = _WHITE.match(self.text, self.after_comments(position))
        return match.end() if match else position

    def after_comments(self, position: int) -> int:
        """Where the comments from here on end, with the white space before them."""
        match = _COMMENTS.match(self.text, position)
        return match.end() if match else position
