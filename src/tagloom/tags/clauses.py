"""Noun phrases, places and actions -> what is painted: somebody who does something somewhere."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from tagloom.tags.noun_phrases import BEINGS, BODY, belongs_too, english
from tagloom.tags.phrases import Action, Count, Mark, Noun, Part, Place, Quality, Verb, spread
from tagloom.tags.places import owned
from tagloom.tags.verbs import denied
from tagloom.tags.vocabulary import Grammar

_PERSONAL: Final = frozenset({"wear", "hold"})


def read_conjunctions(parts: Sequence[Part], grammar: Grammar) -> list[Part]:
    """Two nouns with 和 between them are one noun; so are a negation and what it denies."""
    found: list[Part] = []
    for part in parts:
        mark = found[-1] if found else None
        if not isinstance(mark, Mark):
            found.append(part)
        elif mark.role == "conjunction" and isinstance(part, Noun) and len(found) > 1 and isinstance(found[-2], Noun):
            first = found[-2]
            head = f"{english(first, grammar)} {mark.english} {english(part, grammar)}"
            kind = part.kind if part.kind == first.kind or part.kind in BEINGS else first.kind
            found[-2:] = [Noun(first.extent.to(part.extent), head, kind)]
        elif mark.role == "negation" and not isinstance(part, Verb | Mark):
            found[-1] = denied(mark, part, grammar)
        else:
            found.append(part)
    return found


def read_clauses(parts: Sequence[Part], grammar: Grammar) -> list[Part]:
    """What is said of a noun before it (with 的) and behind it, put where English has it; the rest stays apart."""
    found: list[Part] = []
    waiting: list[Part] = []
    for index, part in enumerate(parts):
        following = parts[index + 1 :]
        if isinstance(part, Noun):
            while waiting and isinstance(waiting[0], Noun) and _is_beside(found, waiting[0]):
                waiting.insert(0, found.pop())
            noun, left = _described(part, waiting, grammar)
            found += left
            waiting = []
            if noun.extent.joint and _reaches_noun(following):
                waiting = [noun]
            else:
                found.append(noun)
            continue
        if waiting and not _waits(part, following):
            found += waiting
            waiting = []
        subject = found[-1] if found else None
        if _waits(part, following):
            waiting.append(part)
        elif isinstance(subject, Noun) and _is_said_of(part, subject):
            said = grammar.attributes.get(part.english, part.english)
            found[-1] = replace(spread(subject, part), after=f"{subject.after} {said}")
        else:
            found.append(part)
    return [*found, *waiting]


def _is_beside(found: Sequence[Part], own: Noun) -> bool:
    """Whether what was read last is of the same person: 金发碧眼的少女."""
    more = found[-1] if found else None
    return isinstance(more, Noun) and belongs_too(more, own)


def _together(nouns: Sequence[Noun], grammar: Grammar) -> Noun:
    """Nouns side by side as one."""
    if len(nouns) == 1:
        return nouns[0]
    head = " and ".join(english(noun, grammar) for noun in nouns)
    return Noun(nouns[0].extent.to(nouns[-1].extent), head, nouns[-1].kind)


def _reaches_noun(parts: Sequence[Part]) -> bool:
    """Whether a noun comes, behind no more than what describes it."""
    for part in parts:
        if isinstance(part, Noun):
            return True
        if isinstance(part, Mark) or part.extent.gap:
            return False
    return False


def _waits(part: Part, following: Sequence[Part]) -> bool:
    """Whether a part describes the noun behind it: with 的, or a place or an action right before somebody."""
    if part.extent.gap and not part.extent.joint:
        return False
    if isinstance(part, Mark | Verb | Noun):
        return False
    if part.extent.joint or isinstance(part, Count | Quality):
        return _reaches_noun(following)
    behind = following[0] if following else None
    if isinstance(behind, Action) and behind.extent.joint:
        return _reaches_noun(following)
    if not isinstance(behind, Noun):
        return False
    return isinstance(part, Place) or behind.kind in BEINGS


def _described(noun: Noun, waiting: Sequence[Part], grammar: Grammar) -> tuple[Noun, list[Part]]:
    """A noun with what waited for it; and what cannot be said of it."""
    left: list[Part] = []
    done = [part.english for part in waiting if isinstance(part, Action) and part.english]
    actions = [grammar.attributes.get(action, action) for action in done]
    if actions:
        noun = replace(noun, after=f"{noun.after} {_listed([_doing(action, grammar) for action in actions])}")
    if owners := [part for part in waiting if isinstance(part, Noun)]:
        noun = owned(_together(owners, grammar), noun, grammar)
    for part in reversed(waiting):
        match part:
            case Count() if noun.count is None:
                noun = replace(noun, count=part)
            case Quality(rank=rank, english=said):
                noun = replace(noun, qualities=((rank, said), *noun.qualities))
            case Place():
                noun = replace(noun, after=f"{noun.after} {part.english}")
            case Noun() | Action():
                pass
            case _:
                left.insert(0, part)
                continue
        noun = replace(noun, extent=part.extent.to(noun.extent))
    return noun, left


def _doing(action: str, grammar: Grammar) -> str:
    """An action behind who does it: looking back; with crossed arms."""
    first, _, rest = action.partition(" ")
    is_said_as_it_is = first.endswith("ing") or first in grammar.openings or rest.startswith("by ")
    return action if is_said_as_it_is else f"with {action}"


def _listed(actions: Sequence[str]) -> str:
    """Actions with "and", the verb said once: wearing hat and scarf."""
    said = actions[0]
    verb = said.partition(" ")[0]
    for action in actions[1:]:
        said += f" and {action.removeprefix(f'{verb} ')}"
        verb = action.partition(" ")[0]
    return said


def _is_said_of(part: Part, subject: Noun) -> bool:
    """Whether an action or a place behind a noun is its predicate."""
    if subject.extent.gap or (subject.after and not subject.after.startswith(" w")):
        return False
    if isinstance(part, Place):
        return not part.is_body
    if not isinstance(part, Action) or not part.english:
        return False
    if part.kind in _PERSONAL or part.kind == "action":
        return subject.kind in BEINGS or subject.kind == "unknown"
    return subject.kind not in BODY or part.kind == "posture"
