"""Reading a prompt: every form of the language, every trap, and the laws that hold for any string at all."""

import sys
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tagloom.prompt
from tagloom.prompt import Diagnostic, Severity, Span, Tree, compile, parse, render
from tagloom.prompt.lexer import tokenize

anything = st.text(st.characters(exclude_categories=()), max_size=60)
marked = st.text(st.sampled_from("(a[b]{c})|: ,5.\\\n/_<>AND BREAK，%-"), max_size=60)


def leaf_texts(tree: Tree) -> str:
    return "".join(span.of(tree.text) for span in tree.leaves())


def codes(text: str, steps: int = 20) -> list[tuple[str, str]]:
    """(code, marked text) of every diagnostic."""
    return [(found.code, found.span.of(text)) for found in compile(text, steps=steps).diagnostics]


@settings(derandomize=True, max_examples=1500, deadline=None)
@given(anything | marked)
def test_parsing_is_total_and_lossless(text: str) -> None:
    tree = parse(text)
    assert leaf_texts(tree) == text
    assert all(0 <= found.span.start <= found.span.end <= len(text) for found in tree.diagnostics)


@settings(derandomize=True, max_examples=1500, deadline=None)
@given(anything | marked, st.integers(1, 12), st.sampled_from(["exact", "a1111"]), st.none() | st.integers(1, 9))
def test_compiling_is_total_and_stages_tile_the_run(text: str, steps: int, compat: str, hires: int | None) -> None:
    plan = compile(text, steps=steps, hires_steps=hires, compat=compat)  # type: ignore[arg-type]  # both literals
    assert [stage.start for stage in plan.stages] == [0, *(stage.stop for stage in plan.stages[:-1])]
    assert plan.stages[-1].stop == plan.length == (steps if hires is None else hires)
    assert all(stage.start < stage.stop for stage in plan.stages)
    hash(plan)


def work(text: str) -> int:
    """How many functions the language calls, its own and Python's, to read a text: what its length costs, on any machine."""
    calls = 0

    def count(frame: FrameType, event: str, _: object) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"} and frame.f_globals.get("__name__", "").startswith("tagloom.prompt")

    compile("(a:1) [b:c:2] [d|e] AND f BREAK <lora:x:1> {g|h}", steps=9)  # imports nothing later
    before = sys.getprofile()
    sys.setprofile(count)
    try:
        compile(text, steps=9)
    finally:
        sys.setprofile(before)
    return calls


@settings(derandomize=True, max_examples=60, deadline=None)
@given(st.text(st.sampled_from("(a[b]{c})|: ,5.\\\n/_<>AND BREAK，%-"), min_size=1, max_size=20))
def test_reading_is_linear(fragment: str) -> None:
    """Twice the text is twice the work, whatever the text is made of."""
    assert work(fragment * 80) <= 2.2 * work(fragment * 40) + 500


@pytest.mark.parametrize(
    "unit", ["(a:1.2), ", "[a:b:0.5], ", "(", ")", "[a|b", "<lora:a:1>", "a AND b ", "{a|b}", "(a BREAK b)"]
)
def test_a_long_prompt_is_read_with_little_work_for_each_letter(unit: str) -> None:
    assert work(unit * 2000) <= 2.2 * work(unit * 1000)


NASTY = {
    "5,000 open brackets": "(" * 5000,
    "5,000 nested pairs": "(" * 5000 + ")" * 5000,
    "3,000 nested alternations": "[a|" * 3000 + "]" * 3000,
    "crossed brackets": "([{" * 2000 + ")]}" * 2000,
    "open angles": "<a:" * 5000,
    "underscores": "_" * 20000,
    "colons": ":" * 20000,
    "slashes": "/" * 20000,
    "spaces before BREAK": (" " * 50 + "BREAK") * 400,
    "lone surrogates and NUL": "\ud800(\udfff:\0)" * 500,
    "right-to-left and zero-width": "\u202e(\u200b:1.2)\u2066" * 500,
    "10 MB": "masterpiece " * 850_000,
}


@pytest.mark.parametrize("name", NASTY)
def test_nasty_strings_are_read_like_any_other(name: str) -> None:
    text = NASTY[name]
    assert leaf_texts(parse(text)) == text
    assert compile(text, steps=4).length == 4


def test_the_number_of_tokens_grows_with_the_text() -> None:
    counts = [len(tokenize(", ".join(f"(tag{i}:1.2)" for i in range(n)))) for n in (100, 1000)]
    assert counts[1] == pytest.approx(10 * counts[0], rel=0.01)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a (cat", [("P001", "(cat")]),
        ("a [cat\nb", [("P001", "[cat")]),
        ("cat) b", [("P002", ")")]),
        ("(a [b) c]", [("P001", "[b) c]"), ("P002", "]")]),
        ("a | b", [("P004", "|")]),
        ("(a | b)", [("P004", "|")]),
        ("sad, :( face", [("P005", "(")]),
        (";[", [("P005", "[")]),
        ("cat and dog", [("P006", "and")]),
        ("(cat AND dog)", [("P007", "AND")]),
        ("[cat AND dog:5]", [("P007", "AND")]),
        ("clock at 5:30", [("P008", ":30")]),
        ("(a:1.7)", [("P009", "(a:1.7)")]),
        ("((((((a))))))", [("P009", "((a))")]),
        ("(a:-0.5)", [("P009", "(a:-0.5)")]),
        ("(a, <lora:x:1>:1.2)", [("P010", "<lora:x:1>")]),
        ("[a:b:40]", [("P011", "[a:b:40]")]),
        ("[a:b:20]", [("P011", "[a:b:20]")]),
        ("[a:b:0]", [("P011", "[a:b:0]")]),
        ("[a:b:1.0]", [("P011", "[a:b:1.0]")]),
        ("<lora:x:strong>", [("P012", "<lora:x:strong>")]),
        ("cat AND ", [("P013", " ")]),
        ("AND cat", [("P013", "")]),
        ("__color__", [("P014", "__color__")]),
        ("{a|b}", [("P015", "{a|b}")]),
    ],
)
def test_every_trap_is_pointed_at(text: str, expected: list[tuple[str, str]]) -> None:
    assert codes(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "a, (b:1.2), {c}, [d], [e:f:5], [g|h], i AND j :0.6, k BREAK l",
        "sand band candle android",
        "#ff0000 http://a.b // not at a line's start",
        "(a:1.6), (b:0)",
        r"\( \) \[ \] \{ \} \\ \: \|",
        "[a|]",
        "[:a:5]",
        "sky_blue_eyes, __, ____",
        "<lora:x:0.5:0.7>, [<lora:y:1>:0.5]",
    ],
)
def test_a_good_prompt_has_no_diagnostics(text: str) -> None:
    assert codes(text) == []


def test_nesting_is_capped_with_one_diagnostic() -> None:
    text = "(" * 70 + "a" + ")" * 70
    assert [code for code, _ in codes(text) if code == "P003"] == ["P003"]
    deepest = compile(text, steps=1).stages[0].parts[0].pieces
    assert [piece.text for piece in deepest] == ["((((((a))))))"]  # type: ignore[union-attr]  # a run
    assert deepest[0].weight == pytest.approx(1.1**64)  # type: ignore[union-attr]  # a run


def test_a_diagnostic_is_drawn_under_its_line() -> None:
    (found,) = parse("ok\na (cat").diagnostics
    assert render(found, "ok\na (cat") == (
        "error[P001]: expected ')'\n"
        " --> 2:3\n"
        "  | a (cat\n"
        "  |   ^^^^\n"
        "  = nothing closes '(', so it is painted as it stands: add ')', or write \\("
    )


def test_a_drawn_diagnostic_cannot_disturb_a_terminal_and_minds_wide_letters() -> None:
    found = Diagnostic(code="X", severity=Severity.INFO, message="m", span=Span(3, 4))
    assert render(found, "猫\x1b猫a").splitlines()[2:] == ["  | 猫�猫a", "  |      ^"]


@pytest.mark.parametrize(
    ("start", "length", "shown", "carets"),
    [
        (2, 3, "0123456789" * 11 + "012345678…", "  ^^^"),
        (150, 3, "…" + "123456789" + "0123456789" * 10 + "012345678…", " " * 40 + "^^^"),
        (150, 300, "…" + "123456789" + "0123456789" * 10 + "012345678…", " " * 40 + "^" * 80),
        (298, 2, "…" + "9" + "0123456789" * 4, " " * 40 + "^^"),
        (300, 0, "…" + "123456789" + "0123456789" * 3, " " * 40 + "^"),
    ],
)
def test_of_a_long_line_a_diagnostic_shows_what_is_near(start: int, length: int, shown: str, carets: str) -> None:
    found = Diagnostic(code="X", severity=Severity.INFO, message="m", span=Span(start + 2, start + 2 + length))
    line = "0123456789" * 30
    assert render(found, f"a\n{line}\nb").splitlines() == [
        "info[X]: m",
        f" --> 2:{start + 1}",
        f"  | {shown}",
        f"  | {carets}",
    ]


def test_an_unknown_dialect_is_refused() -> None:
    with pytest.raises(ValueError, match="no dialect 'klingon'"):
        parse("a", "klingon")  # type: ignore[arg-type]  # that is the point


def test_a_name_that_is_not_there_is_refused() -> None:
    with pytest.raises(AttributeError, match="no attribute 'printt'"):
        tagloom.prompt.printt  # noqa: B018  # that is the point
