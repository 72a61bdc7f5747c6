"""Bytes -> a new file under a name that nobody has, whole or not at all.

The bytes go to a hidden file in the same folder, to the disk, and only then get their name, by a hard link: the one
operation that every POSIX system and NTFS perform at once and refuse when the name exists. Where a file system has no
links (FAT, some network drives), an empty file reserves the name and is then replaced.
"""

import errno
import os
import sys
from io import BufferedWriter
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import Final

from tagloom.errors import UnwritableError

_NO_LINKS: Final = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EINVAL})
_ELSEWHERE: Final = "choose another folder"
_REMEDIES: Final = MappingProxyType(
    {
        errno.ENOSPC: "free some space, or choose a folder on another disk",
        errno.EDQUOT: "your quota is used up: free some space, or choose a folder on another disk",
        errno.EFBIG: "the disk or a limit of this session allows no file of this size: choose another folder",
        errno.EROFS: "this disk can only be read: choose a folder on another one",
        errno.EACCES: "you may not write there: choose another folder, or ask its owner",
        errno.EPERM: "you may not write there: choose another folder, or ask its owner",
        errno.EEXIST: "a file stands where the folder should be: move it, or choose another folder",
        errno.ENOTDIR: "a file stands where the folder should be: move it, or choose another folder",
        errno.ENAMETOOLONG: "choose a shorter name or folder",
    }
)


def place(content: bytes, *, folder: Path, name: str, suffix: str) -> Path:
    """Write a new file `name + suffix` in the folder, which is made if need be, and return where it is.

    Where the name is taken, the file is called `name-2`, `name-3` and so on: no file is ever overwritten, however
    many processes write at once. When the call returns, the file is on the disk.

    Raises:
        UnwritableError: the folder or the disk refuses; nothing is left behind.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        hidden = _write_hidden(content, folder)
        try:
            path = _name(hidden, folder, name, suffix)
        finally:
            hidden.unlink(missing_ok=True)
        _settle(folder, path)
    except (OSError, ValueError) as error:  # ValueError: a NUL or a lone surrogate in the folder's name
        raise _refusal(folder, error) from error
    return path


def check_folder(folder: Path) -> None:
    """Refuse now a folder that `place` would refuse later; nothing is made there, and nothing stays.

    Raises:
        UnwritableError: the folder or the disk refuses.
    """
    try:
        existing = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
        file = _hidden_file(existing)
        file.close()
        Path(file.name).unlink()
    except (OSError, ValueError) as error:
        raise _refusal(folder, error) from error


def _refusal(folder: Path, error: OSError | ValueError) -> UnwritableError:
    number = error.errno if isinstance(error, OSError) else None
    reason = os.strerror(number) if number else str(error)
    place_of = str(folder).encode("utf-8", "backslashreplace").decode()
    hint = _REMEDIES.get(number or 0, _ELSEWHERE)
    return UnwritableError(f"cannot write a picture into '{place_of}': {reason}", hint=hint)


def _write_hidden(content: bytes, folder: Path) -> Path:
    """Write a new hidden file, down to the disk; on failure it is removed again."""
    file = _hidden_file(folder)
    hidden = Path(file.name)
    try:
        with file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        hidden.unlink(missing_ok=True)
        raise
    return hidden


def _hidden_file(folder: Path) -> BufferedWriter:
    """Create and open a file that did not exist."""
    for number in count(1):
        try:
            return (folder / f".tagloom-{number}.part").open("xb")
        except FileExistsError:
            continue  # another process is writing here, or was killed while it did
    raise AssertionError("there is always a next number")


def _name(hidden: Path, folder: Path, name: str, suffix: str) -> Path:
    """Give the hidden file the first free name."""
    for number in count(1):
        path = folder / (f"{name}{suffix}" if number == 1 else f"{name}-{number}{suffix}")
        if _link(hidden, path):
            return path
    raise AssertionError("there is always a next number")


def _link(hidden: Path, path: Path) -> bool:
    """Give the file this name too; False when it is taken."""
    try:
        os.link(hidden, path)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        return _replace(hidden, path)
    return True


def _replace(hidden: Path, path: Path) -> bool:
    """Reserve this name and move the file there; False when it is taken."""
    try:
        path.open("xb").close()
    except FileExistsError:
        return False
    try:
        hidden.replace(path)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return True


def _settle(folder: Path, path: Path) -> None:
    """Bring the folder's new entry to the disk, where folders can be opened; on failure the entry is removed."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # a file system without it
            path.unlink(missing_ok=True)
            raise
    finally:
        os.close(descriptor)
