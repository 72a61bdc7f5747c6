"""A folder of .txt files -> the wildcards that `__name__` takes lines from."""

from pathlib import Path

from tagloom.errors import RequestError


def read_wildcards(folder: Path) -> dict[str, tuple[str, ...]]:
    """Every file's lines by its path in the folder without .txt; empty lines and lines that begin with # are left out.

    Raises:
        RequestError: a file cannot be read as UTF-8 text.
    """
    return {path.relative_to(folder).with_suffix("").as_posix(): _lines(path) for path in sorted(folder.rglob("*.txt"))}


def _lines(path: Path) -> tuple[str, ...]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise RequestError(f"the wildcard file {path} cannot be read: {error}", field="wildcards") from error
    return tuple(line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#"))
