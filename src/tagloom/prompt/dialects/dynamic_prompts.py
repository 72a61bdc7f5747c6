"""All the prompts that a template of the dynamicprompts library stands for, in the library's order."""

import fnmatch
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, assert_never

from tagloom.prompt.dialects.dynamic_template import (
    Access,
    Assignment,
    Method,
    Node,
    Option,
    Sequence,
    TemplateError,
    Variants,
    Wildcard,
    Words,
    Wrap,
    parse_template,
)

_MAX_DEPTH: Final = 32
_MOST_IDLE: Final = 1000  # rows of variants that bring nothing new
_DOTS: Final = re.compile("[\u1801\u2026\u22ee\u22ef\u22f0\u22f1\ufe19]+|[.]{3,}")

Wildcards = Mapping[str, Iterable[str]]


def prompts(template: str, wildcards: Wildcards) -> Iterator[str]:
    """Every prompt of a template: the rightmost choice varies fastest, a wildcard's lines come sorted.

    `{@a|b}` takes its options in turn, without an end, and so does `{~a|b}`, which the library draws at random. A wildcard
    that is not there stays as it stands, without an end, as in the library: take as many as you need.

    Raises:
        TemplateError: the library does not take the template: braces that do not balance, a variable that is not set.
    """
    return _every(template, _Context(wildcards))


@dataclass(frozen=True, slots=True)
class _Context:
    """Where a node stands: the variables that are set, those being said, whether choices are taken in turn."""

    wildcards: Wildcards
    variables: Mapping[str, Node] = field(default_factory=dict)
    being_said: frozenset[str] = frozenset()
    in_turn: bool = False
    depth: int = 0

    def of(self, method: Method | None) -> "_Context":
        """For a node with a method of its own; what is taken in turn is so throughout."""
        return replace(self, in_turn=self.in_turn or method in {"in turn", "at random"})


def _every(template: "str | Node", context: _Context) -> Iterator[str]:
    """The texts of a template or of a node; none where nothing is written."""
    if template in {"", Sequence(())}:
        return iter(())
    return _texts(parse_template(template) if isinstance(template, str) else template, context)


def _texts(node: Node, context: _Context) -> Iterator[str]:
    """The texts of a node: each once, or in turn without an end."""
    match node:
        case Words(text=text):
            return itertools.repeat(text) if context.in_turn else iter((text,))
        case Sequence(parts=parts):
            left, context = _without_assignments(parts, context)
            return _in_turn(left, context) if context.in_turn else _sequences(left, context)
        case Variants(method=method):
            inner = context.of(method)
            return _variants_in_turn(node, inner) if inner.in_turn else _variants(node, inner)
        case Wildcard(method=method):
            return _lines(node, context.of(method))
        case Access():
            return _said(node, context)
        case Wrap(wrapper=wrapper, inner=inside) if not context.in_turn:
            return _wraps(wrapper, inside, context)
        case Assignment() | Wrap():
            raise TemplateError(f"{type(node).__name__.lower()} stands where the library has no place for it")
        case _:
            assert_never(node)


def _said(node: Access, context: _Context) -> Iterator[str]:
    value = context.variables.get(node.name, node.default)
    if value is None or value == Sequence(()):
        raise TemplateError(f"the variable '{node.name}' is not set")
    if node.name in context.being_said:
        raise TemplateError(f"the variable '{node.name}' is said in itself")
    return _texts(value, replace(context, being_said=context.being_said | {node.name}))


def _without_assignments(parts: tuple[Node, ...], context: _Context) -> tuple[list[Node], _Context]:
    """The parts that say something, and the context with the variables of the others."""
    found = {part.name: _assigned(part, context) for part in parts if isinstance(part, Assignment)}
    left: list[Node] = [part for part in parts if not isinstance(part, Assignment)]
    return left, replace(context, variables={**context.variables, **found})


def _assigned(part: Assignment, context: _Context) -> Node:
    if part.keeps and part.name in context.variables:
        return context.variables[part.name]
    return Words(_first(_texts(part.value, context))) if part.is_immediate else part.value


def _first(texts: Iterator[str]) -> str:
    for text in texts:
        return text
    raise TemplateError("a part stands for nothing at all")


def _wraps(wrapper: Node, inside: Node, context: _Context) -> Iterator[str]:
    """What is around, which may have no end, with what is inside; nothing where that stands for nothing."""
    for around in _every(wrapper, context):
        texts = _every(inside, context)
        text = next(texts, None)
        if text is None:
            return
        yield _wrapped(around, text)
        yield from (_wrapped(around, other) for other in texts)


def _wrapped(around: str, text: str) -> str:
    dots = _DOTS.search(around)
    return around[: dots.start()] + text + around[dots.end() :] if dots else around + text


def _takes_turns(node: Node, context: _Context) -> bool:
    return context.in_turn or (isinstance(node, Variants | Wildcard) and node.method in {"in turn", "at random"})


def _sequences(parts: list[Node], context: _Context) -> Iterator[str]:
    """Every text of parts in a row. A part that is taken in turn moves on once a text, whatever the others do."""
    counted = [part for part in parts if not (isinstance(part, Variants | Wildcard) and part.method == "every")]
    turns = {id(part): _ahead(_first(texts), texts) for part in counted for texts in [_texts(part, context)]}
    alike = {part: turns[id(part)] for part in reversed(counted) if _takes_turns(part, context)}
    said = [""] * len(parts)
    for _ in _odometer(parts, [place for place, part in enumerate(parts) if part not in alike], said, context):
        for place in reversed(range(len(parts))):
            if parts[place] in alike:
                said[place] = next(alike[parts[place]], "")
        yield "".join(said)


def _ahead(text: str, texts: Iterator[str]) -> Iterator[str]:
    """A text and those that follow, each made before the one ahead of it is used, as in the library: mistakes come early."""
    return (text for text, _ in itertools.pairwise(itertools.chain([text], texts)))


def _odometer(parts: list[Node], places: list[int], said: list[str], context: _Context) -> Iterator[None]:
    """Every combination of what the parts at some places say, written into `said`; the last place moves fastest."""
    if not places:
        yield
        return
    running = [_texts(parts[places[0]], context)]
    has_said = [False] * len(places)
    while running:
        text = next(running[-1], None)
        if text is None:
            if not has_said[len(running) - 1]:
                return  # a part that stands for nothing: there is no combination, whatever stands before it without an end
            running.pop()
            continue
        has_said[len(running) - 1] = True
        said[places[len(running) - 1]] = text
        if len(running) == len(places):
            yield
        else:
            running.append(_texts(parts[places[len(running)]], context))


def _in_turn(parts: list[Node], context: _Context) -> Iterator[str]:
    texts = [_texts(part, context) for part in parts]
    while True:
        yield "".join([_first(each) for each in texts])


def _from_wildcard(node: Variants, context: _Context) -> Variants:
    """Variants whose only option is a wildcard are the variants of its lines."""
    only = node.options[0].value
    if len(node.options) > 1 or not isinstance(only, Wildcard):
        return node
    lines = _found(_path(only, context), context)
    options = tuple(Option(parse_template(line)) for line in lines)
    return replace(node, options=options, low=min(node.low, len(lines)), high=min(node.high, len(lines)))


def _combinations(options: list[Node], count: int) -> Iterator[list[Node]]:
    """Rows of so many options, none twice, in the order in which they stand."""
    if count == 0:
        yield []
        return
    for option in options:
        for rest in _combinations([other for other in options if other != option], count - 1):
            yield [option, *rest]


def _variants(node: Variants, context: _Context) -> Iterator[str]:
    node = _from_wildcard(node, context)
    options = [option.value for option in node.options]
    seen: set[tuple[str, ...]] = set()
    for count in range(min(node.low, len(options)), min(node.high, len(options)) + 1) if options else ():
        for chosen in _combinations(options, count):
            idle = 0
            for texts in _products(chosen, context):
                if len(set(texts)) == count and texts not in seen:
                    idle = 0
                    seen.add(texts)
                    yield _joined(texts, node.joiner)
                elif (idle := idle + 1) > _MOST_IDLE:
                    break  # a wildcard that is not there says its name again and again


def _products(chosen: list[Node], context: _Context) -> Iterator[tuple[str, ...]]:
    """Every row of texts of some options; an option that is taken in turn moves on once a row."""
    if not chosen:
        yield ()
        return
    first = _texts(chosen[0], context)
    if _takes_turns(chosen[0], context):
        for rest in _products(chosen[1:], context):
            yield (_first(first), *rest)
        return
    for text in first:
        rows = _products(chosen[1:], context)
        beside = next(rows, None)
        if beside is None:
            return  # an option that stands for nothing, beside one that may have no end
        yield (text, *beside)
        yield from ((text, *other) for other in rows)


def _joined(texts: tuple[str, ...], joiner: str) -> str:
    """Texts with the joiner between them; of several, what would leave one at an end loses it."""
    if len(texts) == 1:
        return texts[0]
    return joiner.join(texts).removeprefix(joiner).removesuffix(joiner)


def _variants_in_turn(node: Variants, context: _Context) -> Iterator[str]:
    node = _from_wildcard(node, context)
    options = [option.value for option in node.options]
    counts = range(min(node.low, len(options)), min(node.high, len(options)) + 1) if options else ()
    rows = ([_texts(option, context) for option in chosen] for count in counts for chosen in _combinations(options, count))
    for texts in itertools.cycle(rows):
        yield _joined(tuple(_first(each) for each in texts), node.joiner)


def _path(node: Wildcard, context: _Context) -> str:
    return _first(_every(node.path, context))


def _lines(node: Wildcard, context: _Context) -> Iterator[str]:
    path = _path(node, context)
    lines = _found(path, context)
    if context.depth >= _MAX_DEPTH:
        raise TemplateError(f"wildcards are nested more than {_MAX_DEPTH} deep")
    inner = replace(context, variables={**context.variables, **dict(node.variables)}, depth=context.depth + 1)
    texts = [_every(line, inner) for line in lines] if inner.in_turn else []
    if not lines:
        opening, closing = "" if path.startswith("__") else "__", "" if path.endswith("__") else "__"
        yield from itertools.repeat(opening + path + closing)
    for each in itertools.cycle(texts):
        yield _first(each)
    for line in lines:
        yield from _every(line, inner)


def _found(path: str, context: _Context) -> list[str]:
    """The lines of the files that match a path; where there are none, of those in any folder."""
    name = re.sub(r"[\\/]+", "/", path.removeprefix("__").removesuffix("__")).strip("/")
    if ".." in name:
        return []
    patterns = [name] if path.startswith("**") else [name, f"**/{name}"]
    for pattern in patterns:
        lines = {line for key in context.wildcards if fnmatch.fnmatchcase(key, pattern) for line in context.wildcards[key]}
        if lines:
            return sorted(lines)
    return []
