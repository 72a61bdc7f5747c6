"""A size as people write it: 512x768."""

from tagloom.errors import RequestError


def parse_size(text: str, field: str = "size") -> tuple[int | None, int | None]:
    """WIDTHxHEIGHT as two numbers; nothing as None, None. `field` is what the user calls it.

    Raises:
        RequestError: the text is no size.
    """
    if not text:
        return None, None
    width, _, height = text.lower().replace("×", "x").partition("x")
    if not all(side.isascii() and side.isdigit() and len(side) <= 9 for side in (width, height)):
        raise RequestError(f"{field} '{text[:40]}' is not WIDTHxHEIGHT", field=field, hint="write 512x768, say")
    return int(width), int(height)
