"""Nouns and words for where -> places: in forest, on chair, under tree."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from tagloom.tags.inflection import singular
from tagloom.tags.noun_phrases import BEINGS, BODY, PEOPLE, WORN, english, without
from tagloom.tags.phrases import Action, Mark, Noun, Part, Place, Verb
from tagloom.tags.vocabulary import Grammar

_PREPOSITIONS: Final = {
    "surface": "on",
    "furniture": "on",
    "water": "in",
    "beside": "by",
    "at": "at",
    "in the": "in the",
    "time": "at",
}
_SURROUNDING: Final = frozenset({"sky", "weather", "vehicle", "light"})
_TIMES: Final = frozenset({"time", "at", "in the", "weather", "light"})
_WIDE: Final = frozenset({"place", "water", "sky", "style", "season"})
_GROUND: Final = frozenset({"place", "building", "surface", "water", "beside", "sky", "furniture", "plant"})


def is_ground(noun: Noun) -> bool:
    """Whether somebody can be there."""
    return noun.kind in _GROUND


def preposition(noun: Noun, said: str = "") -> str:
    """The preposition of a place, `said` being that of the word behind it: 上 is on, but in the sky; "" for none."""
    if said == "on" and noun.kind in _SURROUNDING:
        return "in"
    if said == "in" and noun.kind in {"at", "time"}:
        return "at"
    if said == "in" and noun.kind == "in the":
        return "in the"
    return said or _PREPOSITIONS.get(noun.kind, "in")


def read_places(parts: Sequence[Part], grammar: Grammar) -> list[Part]:
    """The same parts with every place made whole: [在] noun [上], 在 place."""
    found: list[Part] = []
    index = 0
    while index < len(parts):
        part = parts[index]
        following = parts[index + 1] if index + 1 < len(parts) else None
        before = found[-1] if found else None
        is_at = isinstance(before, Mark) and before.role == "at"
        if isinstance(part, Noun) and is_at and isinstance(following, Place) and following.is_body and part.kind in BEINGS:
            place = _on_body(part, following, grammar)
            index += 1
        elif isinstance(part, Noun) and isinstance(following, Mark) and following.role == "place":
            noun = _owned(part, found, grammar)
            place = Place(
                noun.extent.to(following.extent),
                preposition(noun, following.english),
                english(noun, grammar),
                is_body=noun.kind in BODY or noun.kind in WORN,
            )
            index += 1
        elif isinstance(part, Noun) and is_at and not (part.extent.joint and _leads_to_place(parts, index)):
            place = Place(part.extent, preposition(part), english(part, grammar))
        elif isinstance(part, Place):
            place = _of(part, found, grammar)
        else:
            if is_at and isinstance(part, Action | Verb):
                found.pop()  # 在 before a verb says that it goes on
            found.append(part)
            index += 1
            continue
        if found and isinstance(found[-1], Mark) and found[-1].role == "at":
            place = replace(place, extent=found.pop().extent.to(place.extent), is_body=False)
        found.append(place)
        index += 1
    return found


def _on_body(owner: Noun, place: Place, grammar: Grammar) -> Place:
    """on boy's shoulder: 在男生肩上."""
    where, _, body = place.preposition.partition(" ")
    said = english(owner, grammar)
    noun = f"{said}' {body}" if said.endswith("s") else f"{said}'s {body}"
    return Place(owner.extent.to(place.extent), where, noun)


def _leads_to_place(parts: Sequence[Part], index: int) -> bool:
    """Whether a noun with 的 belongs to another that a word for where follows: 森林的小路上."""
    noun, behind = (*parts[index + 1 : index + 3], None, None)[:2]
    return isinstance(noun, Place) or (isinstance(noun, Noun) and isinstance(behind, Mark) and behind.role == "place")


def _of(place: Place, found: list[Part], grammar: Grammar) -> Place:
    """The place with the noun before it that 的 joins to it: on city street, on street at night."""
    owner = found[-1] if found else None
    if not isinstance(owner, Noun) or place.noun or place.is_body:
        return place
    is_town = owner.kind == "place" and not owner.extent.gap and owner.extent.last == place.extent.first  # 东京街头
    if not (owner.extent.joint or is_town):
        return place
    found.pop()
    extent, said = owner.extent.to(place.extent), english(owner, grammar)
    if owner.kind in _TIMES:
        return replace(place, extent=extent, preposition=f"{place.preposition} {preposition(owner)} {said}")
    where, space, noun = place.preposition.rpartition(" ")
    return _of(replace(place, extent=extent, preposition=f"{where}{space}{singular(said, grammar)} {noun}"), found, grammar)


def _owned(noun: Noun, found: list[Part], grammar: Grammar) -> Noun:
    """The noun with the noun before it that 的 joins to it."""
    owner = found[-1] if found else None
    if not isinstance(owner, Noun) or not owner.extent.joint:
        return noun
    found.pop()
    return owned(owner, noun, grammar)


def owned(owner: Noun, noun: Noun, grammar: Grammar) -> Noun:
    """X 的 Y: what X says of Y, by what they are."""
    said = english(owner, grammar)
    whole = replace(noun, extent=owner.extent.to(noun.extent))
    is_plain = not owner.qualities and not owner.after and owner.count is None
    match owner.kind:
        case kind if noun.kind == "camera" and kind not in {"style", "quality", "camera"}:
            return replace(whole, after=f" of {said}{noun.after}")
        case kind if kind in BODY and (noun.kind in BEINGS or noun.kind == "unknown" or not is_plain):
            also = noun.after.replace(" with ", " and ", 1) if noun.after.startswith(" with ") else noun.after
            return replace(whole, after=f" with {said}{also}")
        case kind if kind in WORN and noun.kind in BEINGS:
            return replace(whole, after=f" {without(said) or f'wearing {said}'}{noun.after}")
        case kind if kind in BEINGS and (noun.kind == "style" or without(said)):
            about = grammar.attributes.get(said) or without(said) or f"of {said}"
            return replace(whole, after=f" {about}{noun.after}")
        case kind if kind in BEINGS:
            possessive = f"{said}'" if said.endswith("s") else f"{said}'s"
            return replace(whole, head=f"{possessive} {english(replace(noun, after=''), grammar)}", qualities=(), count=None)
        case "time" | "at" | "in the" | "weather":
            return replace(whole, after=f" {preposition(owner)} {said}{noun.after}")
        case kind if noun.kind in PEOPLE or noun.kind == "animal":
            if kind in _GROUND or kind == "vehicle":
                return replace(whole, after=f" {preposition(owner)} {said}{noun.after}")
            if kind in {"style", "season", "material", "pattern", "quality", "unknown"}:
                return replace(whole, head=f"{said} {noun.head}")
            return replace(whole, after=f" with {said}{noun.after}")
        case kind if not is_plain and kind not in _WIDE:
            return replace(whole, after=f" with {said}{noun.after}")
        case "part" | "rope" if noun.kind in WORN:
            return replace(whole, after=f" with {said}{noun.after}")
        case _:
            return replace(whole, head=f"{singular(said, grammar)} {noun.head}")
