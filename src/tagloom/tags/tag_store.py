"""The user's folder of tag lists: CSV files come in, tag lists come out."""

from pathlib import Path
from typing import Final

from tagloom.errors import RequestError
from tagloom.tags.tag_csv import read_tags, read_translations
from tagloom.tags.tag_list import EMPTY_LIST, TagList, read_tag_list
from tagloom.tags.whole_file import write_whole

_SUFFIX: Final = ".tags.tsv"


def import_list(folder: Path, tags: Path | None, translations: Path | None) -> tuple[Path, TagList]:
    """Read a list, translations, or both, and keep them in the folder as one list, named after the first file.

    A list that was kept under that name is replaced, whole or not at all.

    Raises:
        RequestError: a file cannot be read or is no such file, or none is named.
        UnwritableError: the folder refuses.
    """
    source = tags or translations
    if source is None:
        raise RequestError("no file is named", field="file", hint="name a list of tags, translations, or both")
    found = read_tags(str(tags), _content(tags)) if tags else EMPTY_LIST
    if translations:
        found = found.named(read_translations(str(translations), _content(translations)))
    path = folder / f"{source.stem}{_SUFFIX}"
    write_whole(path, found.to_text().encode("utf-8"))
    return path, found


def load_lists(folder: Path) -> tuple[TagList, ...]:
    """All lists that were kept, in the order of their names; none where there is no folder.

    Raises:
        RequestError: one cannot be read, or is not what was written.
    """
    return tuple(_load(path) for path in sorted(folder.glob(f"*{_SUFFIX}")))


def _load(path: Path) -> TagList:
    try:
        return read_tag_list(path.read_bytes().decode("utf-8"))
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        hint = "import the list again, or delete the file"
        raise RequestError(f"the tag list {path} cannot be used: {reason}", field="data_folder", hint=hint) from error


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise RequestError(f"{path} cannot be read: {reason}", field="file") from error
