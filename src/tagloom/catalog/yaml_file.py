"""A YAML file -> plain values; what is none is refused in words that a caller puts into an error of its own."""

from pathlib import Path
from typing import Final

_LARGEST: Final = 1 << 20


class NotYamlError(Exception):
    """A file is no YAML that we read, and why."""


def read_yaml(path: Path) -> object:
    """What stands in a file of at most 1 MiB; None where it is empty.

    Raises:
        NotYamlError: it is missing, larger, or no YAML of plain values.
    """
    import yaml  # most people have no such file, and pay nothing for it

    try:
        if path.stat().st_size > _LARGEST:
            raise NotYamlError("it is larger than 1 MiB")
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise NotYamlError(str(error.strerror)) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        place = str(error).partition("\n")[0]
        raise NotYamlError(f"it is no YAML file: {place}") from error
