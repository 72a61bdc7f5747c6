import shutil
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tagloom.artifact.placement import _replace, place
from tagloom.errors import UnwritableError

CONTENT = b"a picture" * 10_000


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def refused(program: str, *arguments: str, command: tuple[str, ...] = ()) -> str:
    """What `place` says when a process of its own tries to write; `program` runs first there."""
    script = f"""
import os, resource, signal, sys
from pathlib import Path
from tagloom.artifact.placement import place
from tagloom.errors import UnwritableError
{program}
try:
    place(b"a picture" * 100_000, folder=Path(sys.argv[1]), name="cat", suffix=".png")
except UnwritableError as refusal:
    print(refusal)
    print(sorted(path.name for path in Path(sys.argv[1]).iterdir()))
"""
    argv = [*command, sys.executable, "-c", script, *arguments]
    return subprocess.run(argv, capture_output=True, text=True, check=True, timeout=60).stdout


def test_a_file_is_written_with_its_folder_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    assert place(CONTENT, folder=folder, name="cat", suffix=".png") == folder / "cat.png"
    assert files(folder) == {"cat.png": CONTENT}


def test_a_file_has_the_rights_that_the_person_gives_new_files(tmp_path: Path) -> None:
    (tmp_path / "usual").touch()
    path = place(CONTENT, folder=tmp_path, name="cat", suffix=".png")
    assert stat.S_IMODE(path.stat().st_mode) == stat.S_IMODE((tmp_path / "usual").stat().st_mode)


def test_no_file_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "cat-2.png").write_bytes(b"mine")
    (tmp_path / "cat-3.png").symlink_to("nowhere")
    paths = [place(CONTENT, folder=tmp_path, name="cat", suffix=".png") for _ in range(2)]
    assert [path.name for path in paths] == ["cat.png", "cat-4.png"]
    assert (tmp_path / "cat-2.png").read_bytes() == b"mine"
    assert not (tmp_path / "nowhere").exists()


def test_many_writers_at_once_get_a_file_each(tmp_path: Path) -> None:
    contents = [bytes([number]) * 1000 for number in range(64)]
    with ThreadPoolExecutor(16) as pool:
        paths = list(pool.map(lambda content: place(content, folder=tmp_path, name="cat", suffix=".png"), contents))
    assert len(set(paths)) == 64
    assert [path.read_bytes() for path in paths] == contents
    assert len(list(tmp_path.iterdir())) == 64


def test_what_a_killed_process_left_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / ".tagloom-1.part").write_bytes(b"half")
    place(CONTENT, folder=tmp_path, name="cat", suffix=".png")
    assert files(tmp_path) == {".tagloom-1.part": b"half", "cat.png": CONTENT}


def test_where_there_are_no_links_a_name_is_reserved_and_then_filled(tmp_path: Path) -> None:
    hidden = tmp_path / ".tagloom-1.part"
    hidden.write_bytes(CONTENT)
    (tmp_path / "cat.png").write_bytes(b"mine")
    assert not _replace(hidden, tmp_path / "cat.png")
    assert _replace(hidden, tmp_path / "cat-2.png")
    assert files(tmp_path) == {"cat.png": b"mine", "cat-2.png": CONTENT}


def test_a_name_that_was_reserved_in_vain_is_given_up(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        _replace(tmp_path / "gone", tmp_path / "cat.png")
    assert files(tmp_path) == {}


def test_a_file_in_place_of_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(UnwritableError) as refusal:
            place(CONTENT, folder=folder, name="cat", suffix=".png")
        assert str(folder) in refusal.value.message
        assert refusal.value.hint == "a file stands where the folder should be: move it, or choose another folder"


@pytest.mark.parametrize("folder", ["a\0b", "\ud800"])
def test_a_folder_that_cannot_exist_is_refused(folder: str, tmp_path: Path) -> None:
    with pytest.raises(UnwritableError, match="cannot write a picture into"):
        place(CONTENT, folder=tmp_path / folder, name="cat", suffix=".png")


def test_a_name_that_is_too_long_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnwritableError, match="choose a shorter name"):
        place(CONTENT, folder=tmp_path, name="x" * 300, suffix=".png")
    assert files(tmp_path) == {}


@pytest.mark.skipif(sys.platform == "win32", reason="a POSIX limit")
def test_a_file_that_may_not_grow_is_removed(tmp_path: Path) -> None:
    limit = "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))"
    assert refused(limit, str(tmp_path)) == (
        f"cannot write a picture into '{tmp_path}': File too large "
        "(the disk or a limit of this session allows no file of this size: choose another folder)\n[]\n"
    )


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX rights")
def test_a_folder_without_the_right_to_write_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    become_nobody = "os.chdir(sys.argv.pop(1)); os.getuid() == 0 and os.setuid(65534)"
    assert refused(become_nobody, str(tmp_path), ".") == (
        "cannot write a picture into '.': Permission denied "
        "(you may not write there: choose another folder, or ask its owner)\n[]\n"
    )


def mounted(options: str, folder: Path) -> tuple[str, ...]:
    """A command in front of another: in a name space of its own, with a small disk on the folder."""
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("no unshare to make a disk with")
    script = f'mount -t tmpfs -o {options} tagloom "{folder}" && exec "$@"'
    command = (unshare, "--user", "--map-root-user", "--mount", "/bin/sh", "-c", script, "sh")
    if subprocess.run([*command, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this system lets nobody make a disk")
    return command


def test_a_full_disk_is_named_and_nothing_is_left_on_it(tmp_path: Path) -> None:
    assert refused("", str(tmp_path), command=mounted("size=256k", tmp_path)) == (
        f"cannot write a picture into '{tmp_path}': No space left on device "
        "(free some space, or choose a folder on another disk)\n[]\n"
    )


def test_a_disk_that_can_only_be_read_is_named(tmp_path: Path) -> None:
    assert refused("", str(tmp_path), command=mounted("ro", tmp_path)) == (
        f"cannot write a picture into '{tmp_path}': Read-only file system "
        "(this disk can only be read: choose a folder on another one)\n[]\n"
    )
