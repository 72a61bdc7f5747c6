"""Wordings that differ from a query by one edit: a letter too many, too few, another one, or two neighbours swapped."""


def nearly_start(query: str, wording: str) -> int | None:
    """How many letters at a wording's start differ from the query by one edit; None where all its beginnings differ more."""
    place = next((i for i, (one, other) in enumerate(zip(query, wording, strict=False)) if one != other), None)
    if place is None:
        return len(wording) if len(query) == len(wording) + 1 else None
    swapped = query[place + 1 : place + 2] + query[place] + query[place + 2 :]
    length = len(query)
    if wording.startswith(query[place + 1 :], place + 1):
        return length
    if wording.startswith(swapped, place):
        return length
    if wording.startswith(query[place + 1 :], place):
        return length - 1
    return length + 1 if wording.startswith(query[place:], place + 1) else None


def is_nearly(query: str, wording: str) -> bool:
    """Whether a wording differs from the query by one edit."""
    place = next((i for i, (one, other) in enumerate(zip(query, wording, strict=False)) if one != other), None)
    if place is None:
        return abs(len(query) - len(wording)) == 1
    one, other = query[place:], wording[place:]
    return other in {one[1:], one[1:2] + one[:1] + one[2:]} or other[1:] in {one, one[1:]}
