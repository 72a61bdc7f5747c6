"""What a prompt means at every step."""

import json
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tagloom.prompt import ChunkBreak, Embedding, Network, Part, Plan, Run, Span, compile, parse, plan_from_json

CALLS = json.loads((Path(__file__).parent / "cases" / "text_per_call.json").read_text(encoding="utf-8"))


def words(part: Part) -> list[tuple[str, float]]:
    """Texts and weights of a part; BREAK and embeddings by their names."""
    said = []
    for piece in part.pieces:
        match piece:
            case Run(text=text, weight=weight):
                said.append((text, round(weight, 9)))
            case Embedding(name=name, weight=weight):
                said.append((f"<{name}>", round(weight, 9)))
            case ChunkBreak():
                said.append(("BREAK", 0.0))
    return said


def only(text: str, **options: object) -> list[tuple[str, float]]:
    """What a prompt of one stage and one part says."""
    (stage,) = compile(text, steps=10, **options).stages  # type: ignore[arg-type]  # a test's options
    (part,) = stage.parts
    return words(part)


def by_step(plan: Plan) -> list[str]:
    return ["".join(text for text, _ in words(plan.at(step).parts[0])) for step in range(plan.length)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a cat", [("a cat", 1.0)]),
        ("(a)", [("a", 1.1)]),
        ("((a))", [("a", 1.21)]),
        ("{a}", [("a", 1.05)]),
        ("{{a}}", [("a", 1.1025)]),
        ("[a]", [("a", round(1 / 1.1, 9))]),
        ("[[halfling]], {face the lens}", [("halfling", round(1 / 1.21, 9)), (", ", 1.0), ("face the lens", 1.05)]),
        ("(tag:1.2)", [("tag", 1.2)]),
        ("(tag:0.6)", [("tag", 0.6)]),
        ("(tag : 0.6 )", [("tag ", 0.6)]),
        ("((tag:1.5))", [("tag", 1.65)]),
        ("([a:b]:2)", [("a:b", round(2 / 1.1, 9))]),
        ("(a:0)", [("a", 0.0)]),
        ("(a:-1)", [("a", -1.0)]),
        ("(a:+.5)", [("a", 0.5)]),
        ("(a:b:1.3)", [("a:b", 1.3)]),
        ("(a:)", [("a:", 1.1)]),
        ("(a:nan) (b:inf) (c:1e9) (d:1_0) (e:１.２)", None),
        ("{a:1.3}", [("a:1.3", 1.05)]),
        ("a，b、c", [("a,b,c", 1.0)]),
        ("sky_blue_eyes", [("sky_blue_eyes", 1.0)]),
        (r"\(a\) \[b\] \{c\} \\ \: \|", [("(a) [b] {c} \\ : |", 1.0)]),
        (r"(a\)b)", [("a)b", 1.1)]),
        (r"\a \, ", [(r"\a \, ", 1.0)]),
        ("// note\na, #ff0000", [("\na, #ff0000", 1.0)]),
        ("a // b", [("a // b", 1.0)]),
        ("a\n  // b\nc", [("a\n\nc", 1.0)]),
        ("a BREAK b", [("a ", 1.0), ("BREAK", 0.0), (" b", 1.0)]),
        ("(red BREAK blue:1.2)", [("red ", 1.2), ("BREAK", 0.0), (" blue", 1.2)]),
        ("OUTBREAK BREAKFAST break", [("OUTBREAK BREAKFAST break", 1.0)]),
        ("a <embedding:easy> b", [("a ", 1.0), ("<easy>", 1.0), (" b", 1.0)]),
        ("(<embedding:easy>:0.8)", [("<easy>", 0.8)]),
        ("clock at 5:30", [("clock at 5:30", 1.0)]),
        ("BAND SAND", [("BAND SAND", 1.0)]),
        ("a (cat", [("a (cat", 1.0)]),
        ("sad :( face", [("sad :( face", 1.0)]),
        ("(a) (b)", [("a", 1.1), (" ", 1.0), ("b", 1.1)]),
        ("()[]{}", []),
    ],
)
def test_weights_and_words(text: str, expected: list[tuple[str, float]] | None) -> None:
    if expected is None:  # what only looks like a number is text in brackets
        bodies = ("a:nan", "b:inf", "c:1e9", "d:1_0", "e:１.２")
        expected = [entry for body in bodies for entry in ((body, 1.1), (" ", 1.0))][:-1]
    assert only(text) == expected


def test_underscores_may_be_read_as_spaces() -> None:
    assert only("sky_blue_eyes", underscores="space") == [("sky blue eyes", 1.0)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[a:b:3]", "aaabbb"),
        ("[a:b:0.5]", "aaabbb"),
        ("[a:b:50%]", "aaabbb"),
        ("[a:b: 3 ]", "aaabbb"),
        ("[b:3]", "...bbb"),
        ("[a::3]", "aaa..."),
        ("[:b:3]", "...bbb"),
        ("[a:b:0]", "bbbbbb"),
        ("[a:b:-2]", "bbbbbb"),
        ("[a:b:6]", "aaaaaa"),
        ("[a:b:9]", "aaaaaa"),
        ("[a:b:1]", "abbbbb"),
        ("[a:b:1.0]", "aaaaaa"),
        ("[a:b:0.2]", "abbbbb"),
        ("[a|b]", "ababab"),
        ("[a|b|c]", "abcabc"),
        ("[a|]", "a.a.a."),
        ("[a|[b|c]]", "abacab"),
        ("[[a|b]|[c|d]]", "acbdac"),
        ("[a|[b|c]|d]", "abdacd"),
        ("[x:[a|b]:2]", "xxabab"),
        ("[[a|b]:x:2]", "abxxxx"),
        ("[a:[b:c:4]:2]", "aabbcc"),
        ("[a|[b:c:4]]", "ababac"),
    ],
)
def test_the_timeline(text: str, expected: str) -> None:
    assert "".join(said or "." for said in by_step(compile(text, steps=6))) == expected


def test_a_share_of_the_steps_is_exact() -> None:
    """0.29 * 100 is 28.999... in floating point."""
    assert compile("[a:b:0.29]", steps=100).stages[0].stop == 29
    assert compile("[a:b:29%]", steps=100).stages[0].stop == 29


def test_equal_neighbours_are_one_stage() -> None:
    assert [(stage.start, stage.stop) for stage in compile("[a:a:3]", steps=6).stages] == [(0, 6)]
    assert len(compile("[a|a]", steps=6).stages) == 1


@pytest.mark.parametrize(
    ("text", "hires_steps", "expected"),
    [
        ("[a:b:0.5]", 10, "bbbbbbbbbb"),
        ("[a:b:1.3]", 10, "aaabbbbbbb"),
        ("[a:b:130%]", 10, "aaabbbbbbb"),
        ("[a:b:2.0]", 10, "aaaaaaaaaa"),
        ("[a:b:5]", 10, "bbbbbbbbbb"),
        ("[a:b:13]", 10, "aaabbbbbbb"),
        ("[a|b]", 4, "abab"),
    ],
)
def test_a_second_pass_goes_on_counting(text: str, hires_steps: int, expected: str) -> None:
    assert "".join(by_step(compile(text, steps=10, hires_steps=hires_steps))) == expected


@pytest.mark.parametrize("case", CALLS, ids=lambda case: str(case["id"]))
def test_compat_follows_a1111_call_by_call(case: dict[str, object]) -> None:
    plan = compile(
        case["input"],  # type: ignore[arg-type]  # a case's fields
        steps=case["steps"],  # type: ignore[arg-type]
        calls=case["calls"],  # type: ignore[arg-type]
        compat="a1111",
    )
    assert plan.counted == "calls"
    assert by_step(plan) == case["output"]


def test_and_joins_prompts_with_strengths() -> None:
    (stage,) = compile("a cat AND (dog:1.2) :0.6 AND fox: -1", steps=5).stages
    assert [(part.weight, words(part)) for part in stage.parts] == [
        (1.0, [("a cat ", 1.0)]),
        (0.6, [(" ", 1.0), ("dog", 1.2), (" ", 1.0)]),
        (-1.0, [(" fox", 1.0)]),
    ]


def test_extra_networks_are_active_when_the_plan_says_so() -> None:
    plan = compile("cat <lora:a:0.8:0.5>, [<lora:b:0.7>:3], <lora:c:te=0.2:unet=0.9>", steps=5)
    active = [[(n.name, n.unet_weight, n.text_encoder_weight) for n in stage.networks] for stage in plan.stages]
    always = [("a", 0.8, 0.5), ("c", 0.9, 0.2)]
    assert active == [always, [always[0], ("b", 0.7, 0.7), always[1]]]
    assert [(stage.start, stage.stop) for stage in plan.stages] == [(0, 3), (3, 5)]
    assert words(plan.stages[0].parts[0]) == [("cat , , ", 1.0)]


def test_a_run_leads_back_to_its_source() -> None:
    text = r"x \(y\), [aa:bb:2] z"
    (run,) = compile(text, steps=4).at(3).parts[0].pieces
    assert isinstance(run, Run)
    assert run.text == "x (y), bb z"
    found = {
        word: run.source(start, start + len(word)).of(text)
        for word in ("x", "(y)", "bb", "z")
        for start in [run.text.index(word)]
    }
    assert found == {"x": "x", "(y)": r"\(y\)", "bb": "bb", "z": "z"}


@settings(derandomize=True, max_examples=300, deadline=None)
@example("a (b:1.2) BREAK <lora:x:0.5:0.7> <embedding:y> AND c :0.5", 2)
@given(st.text(st.sampled_from("(a[b]{c})|: ,5.\\\n/_<lora:x>AND BREAK"), max_size=50), st.integers(1, 9))
def test_a_plan_survives_json(text: str, steps: int) -> None:
    plan = compile(text, steps=steps)
    stored = json.loads(json.dumps(plan.to_json()))
    restored = plan_from_json(stored)
    assert (restored.length, restored.counted, restored.stages) == (plan.length, plan.counted, plan.stages)


def test_what_is_no_plan_is_refused() -> None:
    with pytest.raises(KeyError):
        plan_from_json({"length": 3})
    plain = compile("a", steps=1).to_json()
    plain["stages"][0]["parts"][0]["pieces"][0]["kind"] = "riddle"  # type: ignore[index]  # plain JSON
    with pytest.raises(KeyError):
        plan_from_json(json.loads(json.dumps(plain)))


def test_equal_arguments_give_the_same_plan() -> None:
    assert compile("a, [b|c]", steps=7) is compile("a, [b|c]", steps=7)


def test_a_tree_compiles_like_its_text() -> None:
    text = "a (b:1.2) [c|d] AND e"
    assert compile(parse(text), steps=6) == compile(text, steps=6)


def test_networks_compare_by_value() -> None:
    (stage,) = compile("<hypernet:Big Name:0.3>", steps=1).stages
    expected = Network(
        kind="hypernet",
        name="Big Name",
        unet_weight=0.3,
        text_encoder_weight=0.3,
        arguments=("0.3",),
        span=Span(0, 23),
    )
    assert stage.networks == (expected,)


def test_a_run_knows_where_it_stands_and_an_embedding_is_stored() -> None:
    plan = compile("a [(b:1.2):<embedding:c>:2]", steps=4)
    first, second = plan.stages[0].parts[0].pieces
    assert isinstance(second, Run)
    assert second.span == Span(4, 5)
    assert plan_from_json(json.loads(json.dumps(plan.to_json()))).stages == plan.stages
    assert isinstance(first, Run)
