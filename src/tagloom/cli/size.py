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
    if not (width.isascii() and width.isdigit() and height.isascii() and height.isdigit()):
        raise RequestError(f"{field} '{text}' is not WIDTHxHEIGHT", field=field, hint="write 512x768, say")
    return int(width), int(height)
