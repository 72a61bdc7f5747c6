"""A style file is replaced all at once, or stays as it is."""

from pathlib import Path

import pytest

from tagloom.errors import RequestError, UnwritableError
from tagloom.tags.style_file import check_sound, read_style_file, write_style_file
from tagloom.tags.style_sheet import new_sheet
from tagloom.tags.styles import Style
from tests.full_disk import full_disk

MINE = Style("mine", "a, b", "c")


def test_a_file_is_written_and_read(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "styles.csv"
    assert read_style_file(path).styles() == ()
    write_style_file(path, new_sheet([MINE]))
    assert read_style_file(path).styles() == (MINE,)
    assert path.read_bytes().startswith(b"\xef\xbb\xbfname,prompt,negative_prompt\r\n")
    assert [file.name for file in path.parent.iterdir()] == ["styles.csv"]


def test_permissions_and_links_stay(tmp_path: Path) -> None:
    target, link = tmp_path / "real.csv", tmp_path / "styles.csv"
    write_style_file(target, new_sheet())
    target.chmod(0o640)
    link.symlink_to(target)
    write_style_file(link, new_sheet([MINE]))
    assert link.is_symlink()
    assert target.stat().st_mode & 0o777 == 0o640
    assert read_style_file(target).styles() == (MINE,)


def test_a_damaged_file_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "styles.csv"
    path.write_text('name,prompt,negative_prompt\nA,"open\n')
    with pytest.raises(RequestError, match="line 2 opens a quote that nothing closes"):
        write_style_file(path, new_sheet([MINE]))
    assert path.read_text() == 'name,prompt,negative_prompt\nA,"open\n'
    with pytest.raises(RequestError, match="it is not changed before that"):
        check_sound(path, read_style_file(path))


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="cannot be read"):
        read_style_file(tmp_path)


def test_a_folder_that_takes_no_file_is_told() -> None:
    with pytest.raises(UnwritableError, match="cannot be written"):
        write_style_file(Path("/proc/styles.csv"), new_sheet([MINE]))


def test_a_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "styles.csv"
    write_style_file(path, new_sheet([MINE]))
    before = path.read_bytes()
    with full_disk(), pytest.raises(UnwritableError, match="File too large"):
        write_style_file(path, new_sheet())
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["styles.csv"]
