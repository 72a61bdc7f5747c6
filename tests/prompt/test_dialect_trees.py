"""Every dialect reads into one tree: losslessly whatever the text, with the weights that the dialect's own tool gives."""

from collections.abc import Callable, Iterable
from typing import Final, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagloom.prompt import Dialect, Embedding, Network, Run, compile, parse
from tagloom.prompt.dialects import comfyui, compel, novelai
from tagloom.prompt.dialects.attention import A1111, SDCPP, read_attention
from tagloom.prompt.dialects.compel_tree import Words

DIALECTS: Final[tuple[Dialect, ...]] = get_args(Dialect)
anything = st.text(st.characters(exclude_categories=()), max_size=60)
marked = st.text(st.sampled_from('(a[b]{c})|: ,5.\\\n/_<>"+-:BREAK1'), max_size=60)
Weighed = list[tuple[str, float]]


def weights(text: str, dialect: Dialect) -> Weighed:
    """Each letter of the words with its weight, as the tree has it."""
    pieces = compile(parse(text, dialect), steps=1).stages[0].parts[0].pieces
    return letters((piece.text, piece.weight) for piece in pieces if isinstance(piece, Run))


def letters(runs: Iterable[tuple[str, float]]) -> Weighed:
    """Runs as letters without white space, weights rounded as far as multiplication in another order may change them."""
    return [(char, float(f"{weight:.6g}")) for text, weight in runs for char in text if not char.isspace()]


def reference(text: str, dialect: Dialect) -> Weighed:
    """The same from the reader that follows the tool."""
    match dialect:
        case "comfyui":
            return letters(comfyui.read_weights(text))
        case "novelai":
            return letters(novelai.read_weights(text))
        case "compel":
            (part,) = compel.parse(text).parts
            return letters((w.text, w.weight) for w in part if isinstance(w, Words))  # type: ignore[union-attr]  # no blend
        case _:
            runs = read_attention(text, SDCPP if dialect == "sdcpp" else A1111).runs
            return letters(run for run in runs if run[0] != "BREAK")


def prompts(group: Callable[[st.SearchStrategy[str]], st.SearchStrategy[str]]) -> st.SearchStrategy[str]:
    """Well-formed prompts of a dialect whose groups `group` makes."""
    words = st.sampled_from(["cat", "red hair", "a, b", "x_y", " dog ", "1girl"])
    inner = st.recursive(words, lambda deeper: group(st.lists(deeper, min_size=1, max_size=3).map(", ".join)), max_leaves=8)
    return st.lists(inner, min_size=1, max_size=4).map(", ".join)


numbers = st.sampled_from(["1.2", "0.5", "2", "1", ".7", "0"])
ROUND_AND_SQUARE = prompts(
    lambda body: body.map("({})".format) | body.map("[{}]".format) | st.builds("({}:{})".format, body, numbers)
)
WELL_FORMED: Final[dict[Dialect, st.SearchStrategy[str]]] = {
    "a1111": ROUND_AND_SQUARE,
    "sdcpp": ROUND_AND_SQUARE,
    "comfyui": prompts(lambda body: body.map("({})".format) | st.builds("({}:{})".format, body, numbers)),
    "novelai": prompts(
        lambda body: body.map("{{{}}}".format) | body.map("[{}]".format) | st.builds("{1}::{0}::".format, body, numbers)
    ),
    "compel": prompts(
        lambda body: (
            st.builds("({}){}".format, body, st.sampled_from(["+", "++", "-", "1.2", "0.5"]))
            | st.builds('"{}"{}'.format, st.sampled_from(["a", "blue sky"]), st.sampled_from(["+", "--", "1.3"]))
            | st.sampled_from(["cat++", "sky-", "x+"])
        )
    ),
}


@pytest.mark.parametrize("dialect", DIALECTS)
@settings(derandomize=True, max_examples=600, deadline=None)
@given(text=anything | marked)
def test_every_dialect_is_total_and_lossless(dialect: Dialect, text: str) -> None:
    tree = parse(text, dialect)
    assert tree.dialect == dialect
    assert "".join(span.of(text) for span in tree.leaves()) == text
    assert all(0 <= found.span.start <= found.span.end <= len(text) for found in tree.diagnostics)
    assert compile(tree, steps=3).length == 3


@pytest.mark.parametrize("dialect", WELL_FORMED)
def test_weights_are_those_of_the_tool(dialect: Dialect) -> None:
    @settings(derandomize=True, max_examples=300, deadline=None)
    @given(WELL_FORMED[dialect])
    def agrees(text: str) -> None:
        assert weights(text, dialect) == reference(text, dialect)

    agrees()


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        ("a1111", "(a, (b:1.2), [c"),
        ("a1111", "a (b"),
        ("a1111", "{a} __b__ // c # d"),
        ("a1111", r"\(a\) \[b\] c\\d"),
        ("comfyui", "((a:0.5) b:0) [c]"),
        ("comfyui", r"\(a\) (b\):1.2)"),
        ("comfyui", "(a:1.5:1.2)"),
        ("novelai", "1.5::a {b:: c} d"),
        ("novelai", "{a 2::b} c::"),
        ("novelai", "-1::a:: ::b 1girl 2::c"),
        ("novelai", "{{a} b ]"),
        ("novelai", "{1::a}"),
        ("compel", r"a \(b\) c++ (d e)0.5"),
        ("compel", "no-one well-known 3-4"),
    ],
)
def test_corners_have_the_weights_of_the_tool(dialect: Dialect, text: str) -> None:
    assert weights(text, dialect) == reference(text, dialect)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    "text",
    ["(" * 5000, "(" * 70 + ")" * 70, "{[(" * 2000, '"' * 5001, "1.2::" * 3000, "a+" * 5000, "(a)1.2" * 3000, "\ud800\0"],
)
def test_nasty_strings_are_answered(dialect: Dialect, text: str) -> None:
    tree = parse(text, dialect)
    assert "".join(span.of(text) for span in tree.leaves()) == text
    compile(tree, steps=2)


def test_networks_and_embeddings_have_their_nodes_in_each_dialect() -> None:
    def said(text: str, dialect: Dialect) -> list[object]:
        stage = compile(parse(text, dialect), steps=1).stages[0]
        pieces = [piece for piece in stage.parts[0].pieces if isinstance(piece, Embedding)]
        return [
            (one.name, getattr(one, "unet_weight", None))
            for one in (*stage.networks, *pieces)
            if isinstance(one, Network | Embedding)
        ]

    assert said("a <lora:x:0.5>", "a1111") == said("a <lora:x:0.5>", "sdcpp") == [("x", 0.5)]
    assert said("a withLora(x, 0.5)", "compel") == [("x", 0.5)]
    assert said("useLora(x)", "compel") == [("x", 1.0)]
    assert said("a embedding:bad_hands-5, b", "comfyui") == [("bad_hands-5", None)]


@pytest.mark.parametrize(
    ("text", "dialect", "codes"),
    [
        ('("a", "b").blend(1, 0.5)', "compel", ["P018"]),
        ("a) (b", "compel", ["P002", "P001"]),
        ("{a ]b", "novelai", ["P001", "P002"]),
        ('"a (b" c', "compel", ["P001"]),
        ("(a)" + "1" * 40, "compel", []),
        ("(a", "a1111", ["P001"]),
        ("a | b AND c", "comfyui", ["P004"]),
        ("a | b, and c", "sdcpp", []),
    ],
)
def test_mistakes_are_told(text: str, dialect: Dialect, codes: list[str]) -> None:
    assert [found.code for found in parse(text, dialect).diagnostics] == codes
