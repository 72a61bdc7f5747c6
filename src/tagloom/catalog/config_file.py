"""A JSON configuration file: typed access to its values, with errors that name the file, the key and the remedy."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from tagloom.errors import ModelDamagedError

TAKE_AGAIN: Final = "take the file from the model's origin again"

_Value = TypeVar("_Value", int, str, bool)


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """A JSON object with the path it was read from; every access checks the type and names the file."""

    path: str
    values: Mapping[str, object]

    def integer(self, name: str, default: int | None = None) -> int:
        """A whole number from 1; `default` where the key is missing or null."""
        value = self._get(name, int, default)
        if value < 1:
            raise self.refuse(name, "a whole number from 1")
        return value

    def number(self, name: str, default: float | None = None) -> float:
        """A number; `default` where the key is missing or null."""
        value = self.values.get(name)
        value = default if value is None else value
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise self.refuse(name, "a number")
        return float(value)

    def text(self, name: str, default: str | None = None) -> str:
        """A string; `default` where the key is missing or null."""
        return self._get(name, str, default)

    def flag(self, name: str, default: bool) -> bool:
        """True or false; `default` where the key is missing or null."""
        return self._get(name, bool, default)

    def integers(self, name: str) -> tuple[int, ...]:
        """A list of whole numbers."""
        value = self.values.get(name)
        if not isinstance(value, list) or not value or not all(isinstance(item, int) for item in value):
            raise self.refuse(name, "a list of whole numbers")
        return tuple(value)

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of strings."""
        value = self.values.get(name)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.refuse(name, "a list of strings")
        return tuple(value)

    def spread(self, name: str, count: int, default: int | None = None) -> tuple[int, ...]:
        """A list of `count` whole numbers, or one that stands for all of them."""
        if isinstance(self.values.get(name), list):
            values = self.integers(name)
            if len(values) != count:
                raise self.refuse(name, f"{count} whole numbers")
            return values
        return (self.integer(name, default),) * count

    def refuse(self, name: str, expected: str) -> ModelDamagedError:
        """The error that `name` is not what it must be."""
        found = self.values.get(name)
        message = f"{self.path}: '{name}' is {found!r}, where {expected} is expected"
        return ModelDamagedError(message, hint=TAKE_AGAIN)

    def _get(self, name: str, kind: type[_Value], default: _Value | None) -> _Value:
        value = self.values.get(name)
        value = default if value is None else value
        if type(value) is not kind:
            raise self.refuse(name, {int: "a whole number", str: "a string", bool: "true or false"}[kind])
        return value


def read_config(path: Path) -> ConfigFile:
    """The JSON object in a file.

    Raises:
        ModelDamagedError: it is missing, unreadable, or no JSON object.
    """
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ModelDamagedError(f"{path} is missing", hint=TAKE_AGAIN) from error
    except OSError as error:
        raise ModelDamagedError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise ModelDamagedError(f"{path} is no JSON file", hint=TAKE_AGAIN) from error
    if not isinstance(values, dict):
        raise ModelDamagedError(f"{path} holds no JSON object", hint=TAKE_AGAIN)
    return ConfigFile(str(path), values)
