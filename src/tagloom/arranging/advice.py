"""A lexicon -> what the linter asks of it: groups, usual wordings, what excludes each other, translations."""

from collections.abc import Callable, Sequence
from functools import cache

from tagloom.arranging.places import group_places
from tagloom.prompt.lint import Claim, Hooks, plain_claims
from tagloom.tags.claims import settled_by
from tagloom.tags.classify import classify
from tagloom.tags.lexicon import Lexicon


def lexicon_hooks(
    lexicon: Lexicon,
    *,
    chunk_starts: Callable[[str], Sequence[int]],
    translate: Callable[[str], str | None] = lambda _text: None,
) -> Hooks:
    """The linter's hooks over a lexicon. The other two are what the lexicon alone does not know."""
    return Hooks(
        group_of=group_places(lexicon),
        chunk_starts=chunk_starts,
        canonical=cache(lambda tag: canonical(tag, lexicon)),
        claims=lambda tag: claims(tag, lexicon),
        translate=translate,
    )


def canonical(tag: str, lexicon: Lexicon) -> str:
    """The usual English wording of a tag that the lexicon knows whole, in whatever language; else the tag itself."""
    found = classify(tag, lexicon)
    return found.entry.tag if found.entry and found.how == "lexicon" else tag


def claims(tag: str, lexicon: Lexicon) -> tuple[Claim, ...]:
    """What a tag settles of which there is only one; of a colour that is not in the data, what its wording says."""
    usual = canonical(tag, lexicon)
    settled = tuple(Claim(kind=one.kind, values=one.values, is_personal=one.is_personal) for one in settled_by(usual))
    return settled or plain_claims(usual)
