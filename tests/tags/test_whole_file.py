"""Files that are never half written."""

from pathlib import Path

import pytest

from tagloom.errors import UnwritableError
from tagloom.tags.whole_file import write_whole


def test_a_file_is_replaced_and_nothing_else_stays(tmp_path: Path) -> None:
    for content in (b"one", b"two"):
        write_whole(tmp_path / "folder" / "file", content)
    assert [(path.name, path.read_bytes()) for path in (tmp_path / "folder").iterdir()] == [("file", b"two")]


@pytest.mark.parametrize("name", ["a\0b", "n" * 300])
def test_an_impossible_name_is_refused_and_nothing_stays(name: str, tmp_path: Path) -> None:
    with pytest.raises(UnwritableError, match="cannot write"):
        write_whole(tmp_path / name, b"content")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "file" / "more").mkdir(parents=True)
    with pytest.raises(UnwritableError):
        write_whole(tmp_path / "file", b"content")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
