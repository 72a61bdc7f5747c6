"""A path -> the style sheet there, and back, all at once or not at all."""

import os
import shutil
from pathlib import Path
from tempfile import NamedTemporaryFile

from tagloom.errors import RequestError, UnwritableError
from tagloom.tags.style_sheet import StyleSheet, new_sheet, read_sheet

_FIELD = "styles"


def read_style_file(path: Path) -> StyleSheet:
    """The sheet of a file, with what is damaged in it; a new one where there is no file.

    Raises:
        RequestError: the file cannot be read.
    """
    try:
        return read_sheet(path.read_bytes())
    except FileNotFoundError:
        return new_sheet()
    except OSError as error:
        raise RequestError(f"{path} cannot be read: {error.strerror}", field=_FIELD) from error


def check_sound(path: Path, sheet: StyleSheet) -> None:
    """Refuse a damaged sheet.

    Raises:
        RequestError: it is; every damaged line is named.
    """
    if sheet.damage:
        told = "; ".join(f"line {damage.line} {damage.message}" for damage in sheet.damage)
        raise RequestError(f"{path}: {told}", field=_FIELD, hint="correct the file; it is not changed before that")


def write_style_file(path: Path, sheet: StyleSheet) -> None:
    """Put a sheet in the place of a file, which keeps its permissions.

    Raises:
        RequestError: the file that is there is damaged, so that it would lose what could not be read.
        UnwritableError: the folder or the disk refuses it; nothing half-written is left behind.
    """
    target = path.resolve()
    check_sound(path, read_style_file(target))
    hidden: Path | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=target.parent, prefix=".styles-", suffix=".csv", delete=False) as file:
            hidden = Path(file.name)
            file.write(sheet.text().encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            shutil.copymode(target, hidden)
        hidden.replace(target)
    except OSError as error:
        if hidden is not None:
            hidden.unlink(missing_ok=True)
        raise UnwritableError(f"{path} cannot be written: {error.strerror}", hint="name another file") from error
