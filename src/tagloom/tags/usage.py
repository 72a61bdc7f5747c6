"""How often the user has used which tag: counts in a JSON file that a damaged one never brings down."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import Final

from tagloom.tags.whole_file import write_whole

_VERSION: Final = 1
_MOST_USES: Final = 10**9


@dataclass(frozen=True, slots=True, eq=False)
class Usage:
    """uses: how often each tag was used, at least once; a tag is written as `Tag.text` is."""

    uses: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    def of(self, tag: str) -> int:
        """How often a tag was used."""
        return self.uses.get(tag, 0)

    def plus(self, tags: Iterable[str]) -> "Usage":
        """The usage after these tags were used once more each."""
        uses = dict(self.uses)
        for tag in tags:
            uses[tag] = min(uses.get(tag, 0) + 1, _MOST_USES)
        return Usage(MappingProxyType(uses))


NO_USAGE: Final = Usage()


@dataclass(frozen=True, slots=True)
class UsageReading:
    """notice: what to tell the user, or ""."""

    usage: Usage
    notice: str


def read_usage(path: Path) -> UsageReading:
    """What the file says; nothing is used where there is none.

    A file that cannot be understood is renamed to `NAME.damaged` (`NAME.damaged-2`, ...), and the notice says so.
    """
    try:
        text = path.read_bytes().decode("utf-8")
        return UsageReading(Usage(MappingProxyType(_uses(json.loads(text)))), "")
    except FileNotFoundError:
        return UsageReading(NO_USAGE, "")
    except OSError as error:
        return UsageReading(NO_USAGE, f"{path} cannot be read ({error.strerror}): tags are ranked as if none had been used")
    except (ValueError, RecursionError) as error:
        return UsageReading(NO_USAGE, _set_aside(path, error))


def write_usage(path: Path, usage: Usage) -> None:
    """Replace the file at once; on failure the old one stays.

    Raises:
        UnwritableError: the folder or the disk refuses.
    """
    told = {"version": _VERSION, "uses": dict(sorted(usage.uses.items()))}
    write_whole(path, json.dumps(told, indent=1).encode("ascii"))


def _uses(told: object) -> dict[str, int]:
    match told:
        case {"version": 1, "uses": dict(uses)}:
            if wrong := [tag for tag, number in uses.items() if type(number) is not int or not 0 < number <= _MOST_USES]:
                raise ValueError(f"'{wrong[0]}' has no count")
            return uses
        case _:
            raise ValueError("it holds no use counts of version 1")


def _set_aside(path: Path, error: Exception) -> str:
    """Rename the file, and say so."""
    told = f"{path} is damaged ({error})"
    try:
        asides = (path.with_name(f"{path.name}.damaged" + (f"-{number}" if number > 1 else "")) for number in count(1))
        aside = next(aside for aside in asides if not aside.exists())
        path.rename(aside)
    except (OSError, ValueError) as refusal:
        return f"{told} and cannot be set aside ({refusal}): tags are ranked as if none had been used"
    return f"{told}: it was set aside as {aside.name}, and counting begins anew"
