"""What tags say of each other: twice, against each other, too late, in an odd order."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import combinations

from tagloom.prompt.diagnostics import Diagnostic, Severity
from tagloom.prompt.lint.claims import PEOPLE, Claim
from tagloom.prompt.lint.subject import Subject, Tag
from tagloom.prompt.lint.words import COLORED, SUBJECTS
from tagloom.prompt.source import Edit, Span

_LATEST_SUBJECT = 5
_LONGEST_QUOTE = 40


def duplicate_tags(subject: Subject) -> Iterator[Diagnostic]:
    """The same tag twice in one prompt, in whatever wording."""
    seen: dict[tuple[str, int], Tag] = {}
    for before, tag in zip((None, *subject.tags), subject.tags, strict=False):
        if not tag.text or tag.is_timed:
            continue
        earlier = seen.setdefault((subject.hooks.canonical(tag.text), tag.chunk), tag)
        if earlier is not tag:
            message = f"'{shortened(tag.text)}' " + (
                "stands here twice" if earlier.text == tag.text else f"says the same as '{shortened(earlier.text)}'"
            )
            fix = (
                Edit(span=Span(before.span.end, tag.span.end), replacement="") if before and _are_bare(before, tag) else None
            )
            yield _found("L005", Severity.WARNING, message, tag.span, "say it once; a weight makes it stronger", fix)


def contradictory_tags(subject: Subject) -> Iterator[Diagnostic]:
    """Two tags of which a picture can show only one."""
    said = [(tag, subject.hooks.claims(tag.text)) for tag in subject.tags if not tag.is_timed]
    several = _kinds_of_several([claim for _, claims in said for claim in claims])
    settled: dict[tuple[str, int], dict[frozenset[str], Tag]] = {}
    for tag, claims in said:
        rivals = []
        for claim in claims:
            if claim.kind in several:
                continue
            earlier = settled.setdefault((claim.kind, tag.chunk), {})
            rivals += [other for values, other in earlier.items() if not values & claim.values]
            earlier.setdefault(claim.values, tag)
        if rivals:
            message = f"'{tag.text}' contradicts '{rivals[0].text}'"
            yield _found("L006", Severity.WARNING, message, tag.span, "keep one, or blend them with [a|b] or AND")


def avoided_tags(subject: Subject) -> Iterator[Diagnostic]:
    """A tag that the negative prompt names as well, in whatever wording."""
    wanted = {subject.hooks.canonical(tag.text): tag.text for tag in reversed(subject.tags) if tag.text}
    for tag in subject.negative_tags:
        if (same := wanted.get(subject.hooks.canonical(tag.text))) is not None:
            also = "" if same == tag.text else f", as '{shortened(same)}'"
            yield Diagnostic(
                code="L007",
                severity=Severity.WARNING,
                message=f"'{shortened(tag.text)}' is in the prompt too{also}: the two work against each other",
                span=tag.span,
                hint="take it out of one of them",
                about="negative",
            )


def bleeding_colors(subject: Subject) -> Iterator[Diagnostic]:
    """Two colours in one chunk, which may bleed into each other."""
    first: dict[int, tuple[Tag, str]] = {}
    warned: set[int] = set()
    previous: Tag | None = None
    for tag in subject.tags:
        match = COLORED.fullmatch(tag.text)
        if match and not tag.is_timed and match[2] != "background":
            earlier, color = first.setdefault(tag.chunk, (tag, match[1]))
            if color != match[1] and tag.chunk not in warned:
                warned.add(tag.chunk)
                message = f"the colours of '{earlier.text}' and '{tag.text}' may bleed into each other"
                between = Span(previous.span.end, tag.span.start) if previous and _are_bare(previous, tag) else None
                fix = Edit(span=between, replacement=" BREAK ") if between else None
                yield _found("L008", Severity.INFO, message, tag.span, "BREAK before it keeps them apart", fix)
        previous = tag


def late_subjects(subject: Subject) -> Iterator[Diagnostic]:
    """Who the picture is of, behind other tags: earlier tags weigh more."""
    said = [tag for tag in subject.tags if tag.text]
    for place, tag in enumerate(said):
        if tag.text in SUBJECTS:
            if place >= _LATEST_SUBJECT:
                message = f"'{tag.text}' is what the picture is of, and comes as tag {place + 1}: earlier tags weigh more"
                yield _found("L009", Severity.INFO, message, tag.span, "begin with it")
            return


def unordered_tags(subject: Subject) -> Iterator[Diagnostic]:
    """Tags out of the recommended order: person, clothing, scene, camera, light, detail, renderer, style, other.

    A chunk begins the order anew.
    """
    highest: dict[int, tuple[int, str]] = {}
    for tag in subject.tags:
        group = subject.hooks.group_of(tag.text) if tag.text and not tag.is_timed else None
        if group is None:
            continue
        last, last_tag = highest.get(tag.chunk, (group, ""))
        if group < last:
            message = f"'{tag.text}' usually stands before '{last_tag}'"
            hint = "the recommended order: person, clothing, scene, camera, light, detail, renderer, style, other"
            yield _found("L010", Severity.INFO, message, tag.span, hint)
            return
        highest[tag.chunk] = group, tag.text


def cut_tags(subject: Subject) -> Iterator[Diagnostic]:
    """A tag that the border between two chunks of 75 tokens cuts in two."""
    for start in subject.hooks.chunk_starts(subject.tree.text):
        place = bisect_left(subject.tags, start, key=lambda tag: tag.span.start) - 1
        if place >= 0 and start < subject.tags[place].span.end:
            tag = subject.tags[place]
            message = f"the 75 tokens of a chunk end within '{shortened(tag.text)}': its halves are read apart"
            yield _found("L011", Severity.WARNING, message, tag.span, "write BREAK before it, or shorten what comes first")


def shortened(text: str) -> str:
    """A tag as a message quotes it."""
    return text if len(text) <= _LONGEST_QUOTE else text[: _LONGEST_QUOTE - 1] + "…"


def _kinds_of_several(claims: Sequence[Claim]) -> set[str]:
    """Kinds that the picture shows several of, which therefore no two tags can contradict each other in."""
    several = {claim.kind for claim in claims if not claim.values}
    if PEOPLE in several or len({claim.values for claim in claims if claim.kind == PEOPLE}) > 1:
        several.update(claim.kind for claim in claims if claim.is_personal)
    return several | {PEOPLE}


def _are_bare(*tags: Tag) -> bool:
    return all(tag.is_bare for tag in tags) and all(a.chunk == b.chunk for a, b in combinations(tags, 2))


def _found(code: str, severity: Severity, message: str, span: Span, hint: str, fix: Edit | None = None) -> Diagnostic:
    return Diagnostic(code=code, severity=severity, message=message, span=span, hint=hint, fix=fix)
