"""A folder of .txt files -> the wildcards that `__name__` takes lines from."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from tagloom.errors import RequestError


def read_wildcards(folder: Path) -> Mapping[str, tuple[str, ...]]:
    """Every file's lines by its path in the folder without .txt; empty lines and lines that begin with # are left out.

    A file is read when its lines are asked for. That raises RequestError where it is no UTF-8 text: one bad file among many
    stops only the prompt that names it.
    """
    return _Wildcards({path.relative_to(folder).with_suffix("").as_posix(): path for path in folder.rglob("*.txt")})


class _Wildcards(Mapping[str, tuple[str, ...]]):
    """Files by name, as the mapping of names to lines that the language asks for."""

    def __init__(self, paths: Mapping[str, Path]) -> None:
        self._paths = paths

    def __getitem__(self, name: str) -> tuple[str, ...]:
        path = self._paths[name]
        try:
            lines = path.read_text(encoding="utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise RequestError(f"the wildcard file {path} cannot be read: {error}", field="wildcards") from error
        return tuple(line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#"))

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)
