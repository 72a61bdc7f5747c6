"""How often tags were used."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagloom.errors import UnwritableError
from tagloom.tags import NO_USAGE, Usage, read_usage, write_usage


def test_uses_are_counted() -> None:
    usage = NO_USAGE.plus(["smile", "pink hair", "smile"])
    assert [usage.of(tag) for tag in ("smile", "pink hair", "blush")] == [2, 1, 0]
    assert NO_USAGE.of("smile") == 0


def test_nothing_is_used_where_there_is_no_file(tmp_path: Path) -> None:
    reading = read_usage(tmp_path / "usage.json")
    assert (dict(reading.usage.uses), reading.notice) == ({}, "")


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "new" / "usage.json"
    for tags in (["微笑", "smile"], ["smile"]):
        write_usage(path, read_usage(path).usage.plus(tags))
    reading = read_usage(path)
    assert (dict(reading.usage.uses), reading.notice) == ({"smile": 2, "微笑": 1}, "")
    assert [file.name for file in path.parent.iterdir()] == ["usage.json"]


@settings(derandomize=True, max_examples=50, deadline=None)
@given(st.dictionaries(st.text(), st.integers(1, 10**9), max_size=5))
def test_any_usage_is_read_as_it_was_written(tmp_path_factory: pytest.TempPathFactory, uses: dict[str, int]) -> None:
    path = tmp_path_factory.mktemp("usage") / "usage.json"
    write_usage(path, Usage(uses))
    assert dict(read_usage(path).usage.uses) == uses


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff",
        b"[]",
        b'{"version": 2, "uses": {}}',
        b'{"version": 1, "uses": []}',
        b'{"version": 1, "uses": {"a": "b"}}',
        b'{"version": 1, "uses": {"a": true}}',
        b'{"version": 1, "uses": {"a": 0}}',
        b'{"version": 1, "uses": {"a": 1e3}}',
        b'{"version": 1, "uses": {"a": 99999999999999}}',
        b"[" * 100_000,
    ],
)
def test_a_damaged_file_is_set_aside_and_told(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "usage.json"
    for number in range(2):
        path.write_bytes(content)
        reading = read_usage(path)
        assert dict(reading.usage.uses) == {}
        aside = tmp_path / ("usage.json.damaged" if number == 0 else "usage.json.damaged-2")
        assert f"it was set aside as {aside.name}, and counting begins anew" in reading.notice
        assert aside.read_bytes() == content
        assert not path.exists()


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "usage.json").mkdir()
    reading = read_usage(tmp_path / "usage.json")
    assert dict(reading.usage.uses) == {}
    assert "usage.json cannot be read (Is a directory)" in reading.notice


def test_a_damaged_file_that_cannot_be_set_aside_is_told(tmp_path: Path) -> None:
    path = tmp_path / ("u" * 250)
    path.write_text("damaged")
    reading = read_usage(path)
    assert "cannot be set aside" in reading.notice
    assert path.read_text() == "damaged"


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UnwritableError, match=r"cannot write .*usage.json: "):
        write_usage(tmp_path / "file" / "usage.json", NO_USAGE)
