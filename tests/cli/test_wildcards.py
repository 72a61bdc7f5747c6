"""The folder of wildcard files: read when a prompt asks, so that a broken file stops nobody else."""

from pathlib import Path

import pytest

from tagloom.cli.wildcards import read_wildcards
from tagloom.errors import RequestError


def test_a_file_s_lines_are_found_by_its_path(tmp_path: Path) -> None:
    (tmp_path / "animals").mkdir()
    (tmp_path / "animals" / "pet.txt").write_bytes("\ufeffcat\r\n\r\n  # no\r\n 狗 \r\n".encode())
    wildcards = read_wildcards(tmp_path)
    assert dict(wildcards) == {"animals/pet": ("cat", "狗")}
    assert (len(wildcards), "pet" in wildcards) == (1, False)


def test_a_broken_file_is_refused_when_it_is_asked_for_and_not_before(tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text("fox\n")
    (tmp_path / "bad.txt").write_bytes(b"\xff\xfe\xfa")
    wildcards = read_wildcards(tmp_path)
    assert wildcards["good"] == ("fox",)
    assert sorted(wildcards) == ["bad", "good"]
    with pytest.raises(RequestError, match=r"bad\.txt cannot be read"):
        wildcards["bad"]


def test_a_folder_that_is_not_there_holds_none(tmp_path: Path) -> None:
    assert dict(read_wildcards(tmp_path / "nowhere")) == {}
