"""The Markdown case files -> docs/: the language's reference, a page for each rule, and how to come from other tools.

Usage: python -m tools.write_docs
"""

from collections.abc import Iterator
from pathlib import Path
from typing import cast

from tagloom.prompt import Dialect, render
from tagloom.prompt.grammar import GRAMMARS
from tagloom.prompt.lint import RULES, lint
from tests.prompt.cases import BLOCK, files, hooks, prompt_options

DOCS = Path(__file__).parents[1] / "docs"
_NOTE = (
    "<!-- Made from tests/prompt/cases by tools/write_docs.py: change it there. Every example on this page is a test. -->\n"
)
_LANGUAGE = """# The tagloom prompt language

Every example shows a prompt and what comes of it: what is encoded at which steps, or what is found wrong with it.
`tagloom explain` shows the same of your own prompts, token by token; `tagloom check` finds
[what could be better](rules/README.md).
"""
_COMING = """# Coming from other tools

What you know, and what is different here. `tagloom convert FILE --from DIALECT --to tagloom` rewrites a prompt, and says
what cannot be said. [The language](language.md) is described in full elsewhere.
"""
_RULES = """# What `tagloom check` advises

Each rule can be switched off by its code: `tagloom check FILE --off L008`.

| code | name | finds |
|---|---|---|
"""


def main() -> None:
    """Write all pages."""
    for path, text in pages():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def pages() -> Iterator[tuple[Path, str]]:
    """Every page and what it says."""
    for name, head in (("language", _LANGUAGE), ("coming-from", _COMING)):
        yield DOCS / f"{name}.md", "\n".join([_NOTE, head, *(_shown(path) for path in files(name))])
    titles = {path: path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ") for path in files("rules")}
    rows = [
        f"| [{rule.code}]({path.name}) | {rule.name} | {title.partition(': ')[2]} |\n"
        for rule, (path, title) in zip(RULES, titles.items(), strict=True)
    ]
    yield DOCS / "rules" / "README.md", _NOTE + "\n" + _RULES + "".join(rows)
    for path in titles:
        yield DOCS / "rules" / path.name, f"{_NOTE}\n{_shown(path)}"


def _shown(path: Path) -> str:
    """A case file as a reader wants it: options in words, findings as the terminal shows them."""
    written = path.read_text(encoding="utf-8")
    shown, position = "", 0
    prompt, options = "", {}
    for match in BLOCK.finditer(written):
        shown += written[position : match.start()]
        position = match.end()
        kind, rest, body = match.groups()
        if kind == "prompt":
            prompt, options = body.removesuffix("\n"), prompt_options(rest)
            named = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in options.items())
            shown += (f"*{named}*\n\n" if named else "") + f"```text\n{body}```"
        elif kind == "findings":
            shown += f"```text\n{_findings(prompt, options, {line.split()[0] for line in body.splitlines()})}\n```"
        else:
            target = f"*written for {kind}*\n\n" if kind in GRAMMARS else ""
            shown += f"{target}```text\n{body}```"
    return shown + written[position:]


def _findings(prompt: str, options: dict[str, str], codes: set[str]) -> str:
    negative = options.get("negative", "")
    found = lint(
        prompt,
        negative,
        steps=int(options.get("steps", "20")),
        clip_skip=float(options.get("clip_skip", "1")),
        dialect=cast(Dialect, options.get("dialect", "tagloom")),
        hooks=hooks(lambda text: [len(text) // 2] if "L011" in codes else []),
    )
    told = [render(one, negative if one.about == "negative" else prompt) for one in found if one.code in codes]
    return "\n".join(told) or "nothing to say"


if __name__ == "__main__":
    main()
