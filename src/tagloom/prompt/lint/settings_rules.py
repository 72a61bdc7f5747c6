"""Advice on CLIP skip and steps, as the tutorial gives it."""

from collections.abc import Iterator

from tagloom.prompt.diagnostics import Diagnostic, Severity
from tagloom.prompt.lint.subject import Subject
from tagloom.prompt.source import Span

_HIGHEST_CLIP_SKIP = 4
_FORMED, _ADVISED, _ENOUGH = 10, 20, 40


def high_clip_skip(subject: Subject) -> Iterator[Diagnostic]:
    """CLIP skip above 4."""
    if subject.clip_skip > _HIGHEST_CLIP_SKIP:
        message = f"CLIP skip {subject.clip_skip:g} loosens the tie between tags and picture"
        yield _advice("L001", Severity.WARNING, message, "1 to 4 is advised")


def few_steps(subject: Subject) -> Iterator[Diagnostic]:
    """Fewer than 10 steps."""
    if subject.steps < _FORMED:
        message = f"{subject.steps} steps leave noise: a picture forms at about {_FORMED}"
        yield _advice("L002", Severity.WARNING, message, f"{_ADVISED} to {_ENOUGH} steps are advised")


def many_steps(subject: Subject) -> Iterator[Diagnostic]:
    """More than 40 steps."""
    if subject.steps > _ENOUGH:
        message = f"{subject.steps} steps take {subject.steps / _ENOUGH:.1f} times as long as {_ENOUGH}, for little gain"
        yield _advice("L003", Severity.INFO, message, f"{_ADVISED} to {_ENOUGH} steps are advised")


def unusual_steps(subject: Subject) -> Iterator[Diagnostic]:
    """Between 10 and 20 steps."""
    if _FORMED <= subject.steps < _ADVISED:
        message = f"at {subject.steps} steps a picture has formed, but has little detail"
        yield _advice("L004", Severity.INFO, message, f"{_ADVISED} to {_ENOUGH} steps are advised")


def _advice(code: str, severity: Severity, message: str, hint: str) -> Diagnostic:
    return Diagnostic(code=code, severity=severity, message=message, span=Span(0, 0), hint=hint, about="settings")
