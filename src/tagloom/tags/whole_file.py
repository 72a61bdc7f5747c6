"""Bytes -> a file that holds either all of them or what it held before."""

import os
import shutil
import threading
from pathlib import Path

from tagloom.errors import UnwritableError


def write_whole(path: Path, content: bytes) -> None:
    """Write the file, and its folder if need be: under a hidden name beside it, to the disk, then in its place.

    A file that was there before keeps its permissions.

    Raises:
        UnwritableError: the folder or the disk refuses; nothing is left behind.
    """
    hidden = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with hidden.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            if path.exists():
                shutil.copymode(path, hidden)
            hidden.replace(path)
        finally:
            hidden.unlink(missing_ok=True)
    except (OSError, ValueError) as error:  # ValueError: a NUL or a lone surrogate in the path
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise UnwritableError(f"cannot write {path}: {reason}", hint="choose another folder, or free some space") from error
