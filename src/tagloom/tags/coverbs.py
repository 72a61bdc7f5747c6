"""Words that stand before the verb in Chinese (从, 用, 沿着, 把, 被 with a state) -> what English says behind it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from tagloom.tags.noun_phrases import BODY, english
from tagloom.tags.phrases import Action, Mark, Noun, Part, Place, Quality, Verb
from tagloom.tags.places import owned
from tagloom.tags.verbs import many
from tagloom.tags.vocabulary import CLASSES, Grammar

_REPLACED: Final = frozenset({"in", "on", "at", "by", "along"})
_STATE: Final = CLASSES.index("state")


def read_states(parts: Sequence[Part], grammar: Grammar) -> list[Part]:
    """The same parts, with what something is made by something said as its state: 被雨淋湿 is wet from rain."""
    found: list[Part] = []
    for part in parts:
        before = tuple(found[-2:])
        match before, part:
            case (Mark(role="passive") as mark, Noun() as noun), Quality(rank=rank, english=said) if rank == _STATE:
                extent = mark.extent.to(part.extent)
                found[-2:] = [Place(extent, f"{said} from", english(noun, grammar))]
            case _:
                found.append(part)
    return found


def read_coverbs(parts: Sequence[Part], grammar: Grammar) -> list[Part]:
    """The same parts, where places are whole already, without coverbs: their nouns are places now, or objects."""
    found: list[Part] = []
    rest = list(parts)[::-1]  # the next one last
    while rest:
        part = rest.pop()
        following = rest[-1] if rest else None
        if not isinstance(part, Mark) or part.role not in {"coverb", "disposal"} or not isinstance(following, Noun | Place):
            found.append(part)
            continue
        rest.pop()
        behind = rest[-1] if rest else None
        if isinstance(following, Noun) and following.extent.joint and isinstance(behind, Noun):
            rest.pop()
            following = owned(following, behind, grammar)
        if part.role == "coverb":
            found.append(_where(part, following, grammar))
        elif isinstance(following, Noun):
            found += _moved(part, following, rest, grammar)
        else:
            found.append(following)
    return found


def _where(mark: Mark, place: Noun | Place, grammar: Grammar) -> Place:
    """with brush, along river, from forest; 从 says where from, so that a mere "in" is not said."""
    extent = mark.extent.to(place.extent)
    if isinstance(place, Noun):
        return Place(extent, mark.english, many(place, grammar) if mark.english == "through" else english(place, grammar))
    first, _, others = place.preposition.partition(" ")
    if first in _REPLACED or mark.english != "from":
        said = f"{mark.english} {others}".strip() if first in _REPLACED else place.preposition
        return replace(place, extent=extent, preposition=said, is_body=False)
    return replace(place, extent=extent, preposition=f"{mark.english} {place.preposition}", is_body=False)


def _moved(mark: Mark, thing: Noun, rest: list[Part], grammar: Grammar) -> list[Part]:
    """把 thing verb [place]: putting flower in hair, and hand on chest for what the body does by itself."""
    verb = rest[-1] if rest else None
    if not isinstance(verb, Verb):
        return [replace(thing, extent=mark.extent.to(thing.extent))]
    rest.pop()
    behind = rest[-1] if rest else None
    place = behind if isinstance(behind, Place) and not verb.extent.joint else None
    if place:
        rest.pop()
    extent = mark.extent.to(place.extent if place else verb.extent)
    said = english(thing, grammar)
    if place and thing.kind in BODY and verb.kind in {"put", "posture"}:
        return [replace(thing, extent=extent, after=f"{thing.after} {place.english}")]
    done = "putting" if verb.english == "placed" else verb.english
    if verb.kind == "wear" and thing.kind == "hair":
        done = "tying"
    where = f" {place.english}" if place and not (verb.kind == "hold" and place.is_body) else ""
    return [Action(extent, "object", f"{done} {said}{where}")]
