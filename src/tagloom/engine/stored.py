"""A stored JSON object -> typed values; each access that fails names the field."""

import reprlib
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Final

from tagloom.errors import RequestError

_LARGEST: Final = 1e9  # no parameter of a request comes near; larger integers would overflow a float
_NO_CHOICES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({})


class Stored:
    """Typed access to the fields of a request, or of a part of it, as they were read from JSON.

    `default` stands for a field that older pictures lack. Every method raises a `RequestError` that names the field.
    """

    def __init__(
        self, values: Mapping[object, object], *, choices: Mapping[str, tuple[str, ...]] = _NO_CHOICES, part: str = ""
    ) -> None:
        """`choices` are the texts that a field may hold; `part` is the request's field that these values stand in."""
        self._values = values
        self._choices = choices
        self._prefix = f"{part}." if part else ""

    def refuse_others(self, known: Collection[str]) -> None:
        """Refuse a field that is not among the known."""
        if strange := [str(name) for name in self._values if name not in known]:
            field = self._prefix + strange[0]
            raise RequestError(f"the stored request has an unknown field {reprlib.repr(field)}", field=field)

    def text(self, name: str, default: str | None = None) -> str:
        """A text, one of the choices if there are any for this field."""
        value = self._get(name, default)
        if not isinstance(value, str) or value not in self._choices.get(name, (value,)):
            raise self._refusal(name, value)
        return value

    def integer(self, name: str, default: int | None = None) -> int:
        """A whole number."""
        value = self._get(name, default)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self._refusal(name, value, ", not a whole number")
        return value

    def number(self, name: str, default: float | None = None) -> float:
        """A number, as a float."""
        value = self._get(name, default)
        if not isinstance(value, int | float) or isinstance(value, bool) or not abs(value) <= _LARGEST:
            raise self._refusal(name, value, ", not a number")
        return float(value)

    def flag(self, name: str, default: bool | None = None) -> bool:
        """True or false."""
        value = self._get(name, default)
        if not isinstance(value, bool):
            raise self._refusal(name, value, ", neither true nor false")
        return value

    def part(self, name: str, choices: Mapping[str, tuple[str, ...]] = _NO_CHOICES) -> "Stored | None":
        """A JSON object inside this one; None where there is none, or null."""
        value = self._values.get(name)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self._refusal(name, value, ", not a JSON object")
        return Stored(value, choices=choices, part=self._prefix + name)

    def _get(self, name: str, default: object) -> object:
        if name not in self._values and default is None:
            raise RequestError(f"the stored request lacks '{self._prefix}{name}'", field=self._prefix + name)
        return self._values.get(name, default)

    def _refusal(self, name: str, value: object, reason: str = "") -> RequestError:
        field = self._prefix + name
        return RequestError(f"the stored request's '{field}' is {reprlib.repr(value)}{reason}", field=field)
