"""Verbs with what they take -> actions: holding sword, sitting on chair, wearing red skirt, full of stars."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, assert_never

from tagloom.tags.inflection import participle, plural
from tagloom.tags.noun_phrases import BEINGS, BODY, english
from tagloom.tags.phrases import Action, Count, Mark, Noun, Part, Place, Quality, Verb, spread
from tagloom.tags.places import is_ground, owned, preposition
from tagloom.tags.reading import COLOUR
from tagloom.tags.vocabulary import Grammar

WORN_NOTE: Final = "wearing is implied"
_HAD_NOTE: Final = "having is implied"
_COUNTABLE: Final = BEINGS | {"flower", "plant", "object", "food", "building", "furniture", "vehicle", "weapon", "beside"}
_LASTING: Final = frozenset({"alone", "together"})


def denied(negation: Mark, part: Noun | Quality | Count | Place | Action, grammar: Grammar) -> Part:
    """What is not there: no hat; not red."""
    extent = negation.extent.to(part.extent)
    match part:
        case Noun():
            said = english(part, grammar)
            return Action(extent, "have", f"without {many(part, grammar)}", f"no {said}")
        case Action(english=said, worn=worn):
            return Action(extent, part.kind, f"without {worn}" if worn else f"not {said}", f"no {worn}" if worn else "")
        case Quality(english=said):
            return replace(part, extent=extent, english=f"not {said}", tag="")
        case Count(english=said):
            return replace(part, extent=extent, english=f"{negation.english} {said}")
        case Place(preposition=where):
            return replace(part, extent=extent, preposition=f"not {where}")
        case _:
            assert_never(part)


def read_verbs(parts: Sequence[Part], grammar: Grammar) -> list[Part]:
    """The same parts with every verb given its object and its place."""
    clause = _Clause(list(parts), grammar)
    while clause.rest:
        clause.step()
    return clause.found


class _Clause:
    """Parts that were read, and the rest."""

    def __init__(self, parts: list[Part], grammar: Grammar) -> None:
        self.rest = parts[::-1]  # the next one last
        self.grammar = grammar
        self.found: list[Part] = []

    def step(self) -> None:
        """Read the next part."""
        part = self.rest.pop()
        match part:
            case Verb():
                self.add(self.whole(part))
            case Action(kind="action" | "posture"):
                self.add(self.somewhere(part, ahead=True))
            case Mark(role="passive") if self.passive(part):
                pass
            case _:
                self.add(part)

    def add(self, part: Part) -> None:
        """Keep a part, with the adverb and the negation that wait for it."""
        before = self.found[-1] if self.found else None
        if isinstance(before, Mark) and isinstance(part, Action):
            if before.role == "negation":
                self.found.pop()
                on = self.body_before()  # 脚上没有穿鞋
                part = denied(replace(before, extent=on.extent.to(before.extent)) if on else before, part, self.grammar)
            elif before.role == "adverb":
                self.found.pop()
                said = (
                    f"{part.english} {before.english}" if before.english in _LASTING else f"{before.english} {part.english}"
                )
                part = replace(part, extent=before.extent.to(part.extent), english=said)
        self.found.append(part)

    @property
    def next(self) -> Part | None:
        """The next part."""
        return self.rest[-1] if self.rest else None

    def whole(self, verb: Verb) -> Part:
        """A verb with what belongs to it."""
        match verb.kind:
            case "posture" | "put":
                return self.stay(verb)
            case "have":
                return self.having(verb)
            case "be":
                return self.being(verb)
            case "wear":
                return self.wearing(verb)
            case _:
                return self.acting(verb)

    def object(self) -> Noun | None:
        """The noun that follows, which the verb takes: 猫的头 as a whole, but only 剑 of 剑的女孩."""
        noun = self.next
        if not isinstance(noun, Noun):
            return None
        self.rest.pop()
        behind = self.next
        if noun.extent.joint and isinstance(behind, Noun) and noun.kind in BEINGS and behind.kind not in BEINGS:
            self.rest.pop()
            return owned(noun, behind, self.grammar)
        return noun

    def place_before(self) -> Place | None:
        """The place that was read last, if it belongs to the verb."""
        before = self.found[-1] if self.found else None
        if not isinstance(before, Place) or before.extent.joint or before.extent.gap:
            return None
        self.found.pop()
        return before

    def stay(self, verb: Verb) -> Part:
        """sitting on chair; flowers on table, where 放 says no more than where."""
        said = "" if verb.english == "placed" else verb.english
        if (before := self.place_before()) is not None:
            where = _at(said, before)
            is_hanging = not before.is_body or verb.english in {"hanging", "wrapped", "placed"}  # 脖子上挂着相机
            if isinstance(self.next, Noun) and not verb.extent.joint and is_hanging:
                noun = self.rest.pop()
                assert isinstance(noun, Noun)
                return replace(noun, extent=before.extent.to(noun.extent), after=f"{noun.after} {where}")
            return Action(before.extent.to(verb.extent), "posture", where)
        following = self.next
        if isinstance(following, Place) and not verb.extent.joint:
            self.rest.pop()
            return Action(verb.extent.to(following.extent), "posture", _at(said, following))
        if isinstance(following, Noun) and following.extent.joint and len(self.rest) > 1 and isinstance(self.rest[-2], Noun):
            self.rest.pop()  # 挂着灯笼的树
            held = f"{said} {many(following, self.grammar)}".strip()
            return Action(verb.extent.to(following.extent), "have", f"with {held}")
        if isinstance(following, Noun) and not verb.extent.joint and (is_ground(following) or verb.kind == "put"):
            ground = self.object() or following
            where = english(ground, self.grammar)
            if is_ground(ground):
                where = _at(said, Place(ground.extent, preposition(ground), where))
            return Action(verb.extent.to(ground.extent), "posture", where)
        return Action(verb.extent, "posture", verb.bare if verb.extent.joint is False else verb.english)

    def wearing(self, verb: Verb) -> Part:
        """wearing red skirt, which is "red skirt" alone as a tag; hair is had."""
        on = self.body_before()
        following = self.next
        if isinstance(following, Quality):
            self.rest.pop()
            extent = verb.extent.to(following.extent)
            worn = f"{following.english} clothes" if following.rank == COLOUR else following.tag or following.english
            return Action(extent, "wear", f"wearing {following.english}", worn, WORN_NOTE)
        if isinstance(following, Place):  # 戴在头上
            self.rest.pop()
            return Action(verb.extent.to(following.extent), "wear", f"{verb.english} {following.english}")
        noun = self.object()
        if noun is None:
            return Action(verb.extent, "wear", verb.bare)
        said = english(noun, self.grammar)
        link = "with" if noun.kind in BODY else verb.english
        extent = (on.extent if on else verb.extent).to(noun.extent)
        return Action(extent, "wear", f"{link} {said}", said, WORN_NOTE if link == "wearing" else _HAD_NOTE)

    def body_before(self) -> Place | None:
        """The place on somebody that was read last, which needs no saying: 头上 before 戴."""
        before = self.found[-1] if self.found else None
        if isinstance(before, Place) and before.is_body and not before.extent.joint:
            self.found.pop()
            return before
        return None

    def having(self, verb: Verb) -> Part:
        """with wings; flowers on table, for 桌上有花."""
        if not isinstance(self.next, Noun):
            return Action(verb.extent, "have", verb.english)
        on = self.body_before()
        place = None if on else self.place_before()
        noun = self.object()
        assert noun
        if place:
            return replace(noun, extent=place.extent.to(noun.extent), after=f"{noun.after} {place.english}")
        said = english(noun, self.grammar)
        extent = (on.extent if on else verb.extent).to(noun.extent)
        return Action(extent, "have", f"{verb.english} {said}", said, _HAD_NOTE)

    def being(self, verb: Verb) -> Part:
        """头发是粉色的 is pink hair; 背景是森林 is forest background."""
        subject, following = (self.found[-1] if self.found else None), self.next
        if isinstance(subject, Noun) and isinstance(following, Quality):
            self.found.pop()
            self.rest.pop()
            qualities = (*subject.qualities, (following.rank, following.english))
            return replace(spread(subject, following), qualities=qualities)
        if isinstance(subject, Noun) and isinstance(following, Noun) and "background" in {subject.kind, following.kind}:
            self.found.pop()
            self.rest.pop()
            scene = following if subject.kind == "background" else subject
            return replace(spread(subject, following), head=f"{english(scene, self.grammar)} background", kind="background")
        return Action(verb.extent, "be", "") if following else Action(verb.extent, "be", verb.english)

    def acting(self, verb: Verb) -> Part:
        """holding sword, looking at sky, full of stars; with the place before it."""
        on = self.body_before()
        before = on or self.place_before()
        noun = self.object()
        following = self.next
        extent = (before.extent if before else verb.extent).to(noun.extent if noun else verb.extent)
        if noun is None and isinstance(following, Place) and not verb.extent.joint:
            self.rest.pop()
            return Action(extent.to(following.extent), verb.kind, f"{verb.bare} {following.english}")
        said = (
            f"{verb.english} {many(noun, self.grammar) if verb.kind == 'fill' else english(noun, self.grammar)}"
            if noun
            else verb.bare
        )
        if before and not on:
            said = f"{said} {before.english}"
        elif noun and verb.kind != "hold" and isinstance(following, Place) and not noun.extent.joint:
            self.rest.pop()
            extent, said = extent.to(following.extent), f"{said} {following.english}"
        return Action(extent, verb.kind, said)

    def somewhere(self, action: Action, *, ahead: bool) -> Action:
        """An action with the place before or behind it."""
        if (before := self.place_before()) is not None:
            where = "" if before.is_body else f" {before.english}"
            return replace(action, extent=before.extent.to(action.extent), english=action.english + where)
        following = self.next
        if ahead and isinstance(following, Place) and not action.extent.joint and not action.extent.gap:
            self.rest.pop()
            return replace(
                action, extent=action.extent.to(following.extent), english=f"{action.english} {following.english}"
            )
        return action

    def passive(self, mark: Mark) -> bool:
        """被花包围: surrounded by flowers."""
        if len(self.rest) < 2 or not isinstance(self.rest[-1], Noun) or not isinstance(self.rest[-2], Verb):
            return False
        noun, verb = self.rest.pop(), self.rest.pop()
        assert isinstance(noun, Noun)
        assert isinstance(verb, Verb)
        by = verb.english if verb.kind == "passive" else f"{participle(verb.english, self.grammar)} by"
        said = many(noun, self.grammar) if verb.kind == "passive" else english(noun, self.grammar)
        self.add(Action(mark.extent.to(verb.extent), "have", f"{by} {said}"))
        return True


def many(noun: Noun, grammar: Grammar) -> str:
    """A noun as what fills, surrounds or is missing: more than one of it, where it can be counted."""
    said = english(noun, grammar)
    is_thing = noun.count is None and not noun.after and noun.kind in _COUNTABLE
    return plural(said, grammar) if is_thing else said


def _at(said: str, place: Place) -> str:
    where = place.english
    if said.endswith(" into"):
        where = place.noun or where.partition(" ")[2]
    if said == "leaning" and place.preposition in {"on", "by"} and place.noun:
        where = f"against {place.noun}" if place.noun in {"wall", "tree", "door", "window", "fence"} else f"on {place.noun}"
    return f"{said} {where}".strip()
