"""All rules over one prompt."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from typing import Final

from tagloom.prompt.compiler import compile
from tagloom.prompt.diagnostics import Diagnostic, in_order
from tagloom.prompt.grammar import Dialect
from tagloom.prompt.lint import settings_rules, tag_rules, text_rules
from tagloom.prompt.lint.subject import Hooks, Subject, tags_of
from tagloom.prompt.parser import parse


@dataclass(frozen=True, slots=True)
class Rule:
    """One lesson: its id, its name, and how it looks for what it teaches."""

    code: str
    name: str
    check: Callable[[Subject], Iterable[Diagnostic]]


RULES: Final[tuple[Rule, ...]] = (
    Rule("L001", "high-clip-skip", settings_rules.high_clip_skip),
    Rule("L002", "few-steps", settings_rules.few_steps),
    Rule("L003", "many-steps", settings_rules.many_steps),
    Rule("L004", "unusual-steps", settings_rules.unusual_steps),
    Rule("L005", "duplicate-tag", tag_rules.duplicate_tags),
    Rule("L006", "contradictory-tags", tag_rules.contradictory_tags),
    Rule("L007", "avoided-tag", tag_rules.avoided_tags),
    Rule("L008", "bleeding-colours", tag_rules.bleeding_colors),
    Rule("L009", "late-subject", tag_rules.late_subjects),
    Rule("L010", "unordered-tags", tag_rules.unordered_tags),
    Rule("L011", "cut-tag", tag_rules.cut_tags),
    Rule("L012", "untranslated", text_rules.untranslated_text),
    Rule("L013", "no-effect", text_rules.text_without_effect),
)


def lint(
    prompt: str,
    negative_prompt: str = "",
    *,
    steps: int = 20,
    clip_skip: float = 1.0,
    dialect: Dialect = "tagloom",
    disabled: Collection[str] = (),
    hooks: Hooks | None = None,
) -> tuple[Diagnostic, ...]:
    """Everything there is to say about a prompt and the settings beside it, in order of place: mistakes, then advice.

    `disabled` are codes of findings that are not wanted, of rules ("L003") as of the language ("P006"). The negative
    prompt's own mistakes are told too; its tags are advised on only where they meet the prompt's.
    """
    tree, negative = parse(prompt, dialect), parse(negative_prompt, dialect)
    subject = Subject(
        tree=tree,
        negative=negative,
        steps=steps,
        clip_skip=clip_skip,
        tags=tags_of(tree),
        negative_tags=tags_of(negative),
        hooks=hooks or Hooks(),
    )
    advice = [found for rule in RULES if rule.code not in disabled for found in rule.check(subject)]
    told = [*compile(tree, steps=steps).diagnostics, *_of_negative(compile(negative, steps=steps).diagnostics)]
    return in_order(found for found in (*told, *advice) if found.code not in disabled)


def _of_negative(found: Iterable[Diagnostic]) -> Iterable[Diagnostic]:
    return (replace(diagnostic, about="negative") for diagnostic in found)
