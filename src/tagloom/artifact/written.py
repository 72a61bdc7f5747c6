"""An infotext's parameters -> typed values, and what of them was not understood."""

import re
from collections.abc import Mapping
from typing import Final

_WHOLE: Final = re.compile(r"[0-9]{1,20}")
_NUMBER: Final = re.compile(r"[0-9]{1,9}(\.[0-9]{1,20})?")


class Written:
    """Typed access to an infotext's parameters that remembers which of them were understood."""

    def __init__(self, parameters: Mapping[str, str]) -> None:
        self._parameters = parameters
        self._used: set[str] = set()

    def text(self, key: str, default: str) -> str:
        """A text as it is written."""
        self._used.add(key)
        return self._parameters.get(key, default)

    def whole(self, key: str, default: int | None) -> int | None:
        """A whole number from 0."""
        return int(text) if (text := self._matching(key, _WHOLE)) else default

    def number(self, key: str, default: float) -> float:
        """A decimal number from 0."""
        return float(text) if (text := self._matching(key, _NUMBER)) else default

    def choice(self, key: str, names: Mapping[str, str], default: str) -> str:
        """Our name for what is written; what is none of the names is not understood."""
        name = self._parameters.get(key, "")
        if name in names:
            self._used.add(key)
        return names.get(name, default)

    def has(self, *keys: str) -> bool:
        """Any of these parameters is there."""
        return any(key in self._parameters for key in keys)

    def unused(self) -> tuple[tuple[str, str], ...]:
        """What was not understood, as it is written."""
        return tuple((key, value) for key, value in self._parameters.items() if key not in self._used)

    def _matching(self, key: str, pattern: re.Pattern[str]) -> str:
        text = self._parameters.get(key, "")
        if not pattern.fullmatch(text):
            return ""
        self._used.add(key)
        return text
