"""A JSON configuration file: typed access to its values, with errors that name the file, the key and the remedy."""

import json
import reprlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from tagloom.errors import ModelDamagedError, ModelUnsupportedError

TAKE_AGAIN: Final = "take the file from the model's origin again"
PAINTABLE: Final = "SD 1.x, SD 2.x and SDXL base models can be painted with"
_MOST: Final = 1 << 16  # no size in any model's configuration comes near
_LONGEST: Final = 1 << 24  # bytes; the index of a model of many shards has a few hundred thousand

_Value = TypeVar("_Value", int, str, bool)


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """A JSON object with the path it was read from; every access checks the type and names the file.

    Whole numbers are from 1 to `most`: nobody has a network of a billion layers, and nobody should wait for one.
    """

    path: str
    values: Mapping[str, object]

    def integer(self, name: str, default: int | None = None, *, least: int = 1, most: int = _MOST) -> int:
        """A whole number from `least` to `most`; `default` where the key is missing or null."""
        value = self._get(name, int, default)
        if not least <= value <= most:
            raise self.refuse(name, f"a whole number from {least} to {most}")
        return value

    def number(self, name: str, default: float | None = None, *, least: float, most: float) -> float:
        """A number from `least` to `most`; `default` where the key is missing or null."""
        value = self.values.get(name)
        value = default if value is None else value
        if not isinstance(value, int | float) or isinstance(value, bool) or not least <= value <= most:
            raise self.refuse(name, f"a number from {least:g} to {most:g}")
        return float(value)

    def text(self, name: str, default: str | None = None) -> str:
        """A string; `default` where the key is missing or null."""
        return self._get(name, str, default)

    def flag(self, name: str, default: bool) -> bool:
        """True or false; `default` where the key is missing or null."""
        return self._get(name, bool, default)

    def integers(self, name: str, *, longest: int, most: int = _MOST) -> tuple[int, ...]:
        """A list of 1 to `longest` whole numbers from 1 to `most`."""
        value = self.values.get(name)
        if not isinstance(value, list) or not 1 <= len(value) <= longest:
            raise self.refuse(name, f"a list of 1 to {longest} whole numbers")
        if not all(type(item) is int and 1 <= item <= most for item in value):
            raise self.refuse(name, f"a list of whole numbers from 1 to {most}")
        return tuple(value)

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of strings."""
        value = self.values.get(name)
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.refuse(name, "a list of strings")
        return tuple(value)

    def spread(self, name: str, count: int, default: int | None = None, *, most: int = _MOST) -> tuple[int, ...]:
        """A list of `count` whole numbers, or one that stands for all of them."""
        if isinstance(self.values.get(name), list):
            values = self.integers(name, longest=count, most=most)
            if len(values) != count:
                raise self.refuse(name, f"{count} whole numbers")
            return values
        return (self.integer(name, default, most=most),) * count

    def require(self, name: str, accepted: Sequence[object]) -> None:
        """Refuse the model unless the key is missing or has one of the accepted values.

        Raises:
            ModelUnsupportedError: it has another one.
        """
        if name in self.values and not any(_same(self.values[name], value) for value in accepted):
            raise self.unsupported(name, " or ".join(json.dumps(value) for value in accepted))

    def refuse(self, name: str, expected: str) -> ModelDamagedError:
        """The error that `name` is not what it must be."""
        return ModelDamagedError(self._message(name, expected), hint=TAKE_AGAIN)

    def unsupported(self, name: str, expected: str) -> ModelUnsupportedError:
        """The error that `name` asks for something that we do not build."""
        return ModelUnsupportedError(self._message(name, expected), hint=PAINTABLE)

    def _message(self, name: str, expected: str) -> str:
        return f"{self.path}: '{name}' is {reprlib.repr(self.values.get(name))}, where {expected} is expected"

    def _get(self, name: str, kind: type[_Value], default: _Value | None) -> _Value:
        value = self.values.get(name)
        value = default if value is None else value
        if type(value) is not kind:
            raise self.refuse(name, {int: "a whole number", str: "a string", bool: "true or false"}[kind])
        return value


def _same(value: object, accepted: object) -> bool:
    """Equal as JSON: 1 and 1.0 are, 1 and true are not."""
    return value == accepted and isinstance(value, bool) == isinstance(accepted, bool)


def read_config(path: Path) -> ConfigFile:
    """The JSON object in a file.

    Raises:
        ModelDamagedError: it is missing, unreadable, too long to be one, or no JSON object.
    """
    try:
        if path.exists() and not path.is_file():
            raise ModelDamagedError(f"{path} is no file", hint=TAKE_AGAIN)
        with path.open("rb") as file:
            raw = file.read(_LONGEST + 1)
        if len(raw) > _LONGEST:
            raise ModelDamagedError(f"{path} is too long for a configuration", hint=TAKE_AGAIN)
        values = json.loads(raw.decode("utf-8"))
    except FileNotFoundError as error:
        raise ModelDamagedError(f"{path} is missing", hint=TAKE_AGAIN) from error
    except OSError as error:
        raise ModelDamagedError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise ModelDamagedError(f"{path} is no JSON file", hint=TAKE_AGAIN) from error
    if not isinstance(values, dict):
        raise ModelDamagedError(f"{path} holds no JSON object", hint=TAKE_AGAIN)
    return ConfigFile(str(path), values)
