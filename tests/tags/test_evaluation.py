"""The translation against lists that its author did not see: at least 97 % right, and no syntax lost."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tagloom.prompt import parse
from tagloom.prompt.nodes import Comment, Node, Separator, Text, children
from tagloom.tags.han import has_chinese
from tagloom.translation import translate_prompt
from tagloom.translation.full_width import narrowed

FOLDER = Path(__file__).parent / "evaluation"
LEAST = 0.97


def rows(name: str) -> list[list[str]]:
    lines = (FOLDER / name).read_text("utf-8").splitlines()
    return [line.replace("\\n", "\n").split("\t") for line in lines if line and not line.startswith("#")]


def is_accepted(said: str, accepted: Iterable[str]) -> bool:
    return said.strip().lower() in {one.strip().lower() for one in accepted}


def syntax(text: str) -> str:
    """The characters of a prompt that mean something, in order; a comma of any width is one."""
    return "".join(_syntax(text, parse(text).nodes, 0, len(text)))


def _syntax(text: str, nodes: tuple[Node, ...], start: int, end: int) -> Iterator[str]:
    for node in nodes:
        yield text[start : node.span.start].strip()
        match node:
            case Text():
                pass
            case Separator():
                yield "," if node.span.of(text) in ",，、" else "\n"
            case Comment():
                yield node.span.of(text)
            case _ if inner := children(node):
                yield from _syntax(text, inner, node.span.start, node.span.end)
            case _:
                yield node.span.of(text).strip()
        start = node.span.end
    yield text[start:end].strip()


def is_kept(source: str, result: str) -> bool:
    """Whether a translation has the source's syntax; words without a comma may have become several tags."""
    wanted, position = syntax(narrowed(source) if has_chinese(source) else source), 0
    for mark in syntax(result):
        if position < len(wanted) and mark == wanted[position]:
            position += 1
        elif mark != ",":
            return False
    return position == len(wanted)


def test_chinese_becomes_the_english_that_was_asked_for() -> None:
    wanted = [row for row in rows("zh_to_en.tsv") if row[0] in {"simple", "compound", "hant"}]
    said = {source: translate_prompt(source, "en").text for _, source, *_ in wanted}
    missed = [row for row in wanted if not is_accepted(said[row[1]], row[2:])]
    for kind, source, *accepted in missed:
        print(f"{kind}: {source} -> {said[source]}, not {' | '.join(accepted)}")
    kinds = {row[0] for row in wanted}
    shares = {kind: 1 - _share(missed, kind) / _share(wanted, kind) for kind in sorted(kinds)}
    print(shares)
    assert 1 - len(missed) / len(wanted) >= LEAST, shares


def _share(table: list[list[str]], kind: str) -> int:
    return sum(row[0] == kind for row in table)


def test_english_becomes_the_chinese_that_was_asked_for() -> None:
    wanted = rows("en_to_zh.tsv")
    said = {source: translate_prompt(source, "zh-Hans").text for source, *_ in wanted}
    missed = [row for row in wanted if not is_accepted(said[row[0]], row[1:])]
    for source, *accepted in missed:
        print(f"{source} -> {said[source]}, not {' | '.join(accepted)}")
    assert 1 - len(missed) / len(wanted) >= LEAST, f"{len(missed)} of {len(wanted)} missed"


def test_no_syntax_is_lost() -> None:
    prompts = [row[1] for row in rows("zh_to_en.tsv")]
    assert prompts
    lost = [source for source in prompts if not is_kept(source, translate_prompt(source, "en").text)]
    assert lost == []


@pytest.mark.parametrize(
    ("source", "result", "expected"),
    [
        ("(红色头发:1.2)", "(red hair:1.2)", True),
        ("（红色头发：1.2），猫", "(red hair:1.2), cat", True),
        ("红发蓝眼", "red hair, blue eyes", True),
        ("(红色头发:1.2)", "(red hair:1.3)", False),
        ("红发, 蓝眼", "red hair blue eyes", False),
        ("[a|b] AND c :0.5", "[a|b] AND c:0.5", True),
    ],
)
def test_the_measure_of_syntax_sees_what_is_lost(source: str, result: str, *, expected: bool) -> None:
    assert is_kept(source, result) is expected
