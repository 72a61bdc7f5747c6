"""The Markdown case files: every block says what really comes of its prompt."""

import re
from pathlib import Path
from typing import cast

import pytest

from tagloom import prompt
from tagloom.cli.check import chunk_starts
from tagloom.prompt import Dialect, Embedding, Plan, Run, compile, convert, format, parse
from tagloom.prompt.dialects import compel_prompt
from tagloom.prompt.lint import RULES, lint, tags_of
from tests.prompt.cases import Case, cases, files, hooks
from tools.write_docs import pages

LANGUAGE = [case for kind in ("language", "coming-from") for path in files(kind) for case in cases(path)]
ADVICE = [case for path in files("rules") for case in cases(path)]


def findings(case: Case, codes: str) -> str:
    """What the linter says of a case's prompt, of codes that begin like this."""
    options = case.options
    found = lint(
        case.prompt,
        options.get("negative", ""),
        steps=int(options.get("steps", "20")),
        clip_skip=float(options.get("clip_skip", "1")),
        dialect=cast(Dialect, options.get("dialect", "tagloom")),
        hooks=hooks(chunk_starts),
    )
    lines = []
    for one in found:
        text = options.get("negative", "") if one.about == "negative" else case.prompt
        shown = one.span.of(text).replace("\n", "\\n")
        if one.code.startswith(codes):
            lines.append(f"{one.code} {shown}".rstrip())
    return "\n".join(lines)


def stages(plan: Plan) -> str:
    """A plan as the case files write it: steps, then what is encoded, with weights in round brackets."""
    lines = []
    for stage in plan.stages:
        steps = f"{stage.start + 1}-{stage.stop}" if stage.stop > stage.start + 1 else f"{stage.stop}"
        parts = []
        for part in stage.parts:
            words = []
            for piece in part.pieces:
                if isinstance(piece, Run):
                    text = " ".join(piece.text.split())
                    words.append(text if piece.weight == 1 else f"({text}:{piece.weight:.4g})")
                else:
                    words.append(f"<{piece.name}>" if isinstance(piece, Embedding) else "BREAK")
            strength = "" if len(stage.parts) == 1 else f" x{part.weight:g}"
            parts.append(" ".join(word for word in words if word).replace(" ,", ",") + strength)
        networks = "".join(f" + {n.name} {n.unet_weight:g}/{n.text_encoder_weight:g}" for n in stage.networks)
        lines.append(f"{steps}: {' AND '.join(parts)}{networks}".rstrip())
    return "\n".join(lines)


@pytest.mark.parametrize("case", ADVICE, ids=lambda case: case.where)
def test_rules_find_what_their_pages_say(case: Case) -> None:
    code = case.where.partition("-")[0]
    assert case.kind == "findings"
    assert findings(case, code) == case.expected


@pytest.mark.parametrize("case", LANGUAGE, ids=lambda case: case.where)
def test_the_language_is_as_its_reference_says(case: Case) -> None:
    dialect = cast(Dialect, case.options.get("dialect", "tagloom"))
    match case.kind:
        case "findings":
            assert findings(case, "P") == case.expected
        case "stages":
            compat = "a1111" if case.options.get("compat") == "a1111" else "exact"
            plan = compile(parse(case.prompt, dialect), steps=int(case.options.get("steps", "20")), compat=compat)  # type: ignore[arg-type]  # a literal
            assert stages(plan) == case.expected
        case "formatted":
            assert format(case.prompt, dialect) == case.expected
        case target:
            assert convert(parse(case.prompt, dialect), cast(Dialect, target)).text == case.expected


def test_every_rule_has_a_page_that_shows_it_at_work_and_at_rest() -> None:
    pages = {path.name.partition("-")[0]: path for path in files("rules")}
    assert [*pages] == [rule.code for rule in RULES]
    for rule in RULES:
        path = pages[rule.code]
        assert path.stem == f"{rule.code}-{rule.name}"
        shown = [bool(case.expected) for case in cases(path)]
        assert True in shown, path
        assert False in shown, path


def test_a_rule_can_be_switched_off() -> None:
    assert [found.code for found in lint("a, a, (", steps=5)] == ["L002", "L005", "P001"]
    assert [found.code for found in lint("a, a, (", steps=5, disabled={"L005", "P001"})] == ["L002"]


def test_the_pages_in_docs_are_made_from_the_case_files() -> None:
    for path, text in pages():
        assert path.read_text(encoding="utf-8") == text, f"{path}: run python -m tools.write_docs"


def test_every_code_of_the_language_stands_in_its_reference() -> None:
    sources = [*Path(prompt.__file__).parent.glob("*.py"), Path(compel_prompt.__file__)]
    used = {code for path in sources for code in re.findall(r'"(P\d{3})"', path.read_text(encoding="utf-8"))}
    (page,) = (path for path in files("language") if path.name.endswith("mistakes.md"))
    assert set(re.findall(r"^\| (P\d{3}) \|", page.read_text(encoding="utf-8"), re.MULTILINE)) == used


def test_tags_are_read_through_escapes_and_embeddings() -> None:
    tags = tags_of(parse(r"a \(b\), <embedding:C_d>, (e:2)"))
    assert [(tag.text, tag.weight) for tag in tags] == [("a (b)", 1.0), ("c d", 1.0), ("e", 2.0)]
