"""Hashes of files, and what is remembered of them."""

import hashlib
import os
from pathlib import Path

import pytest

from tagloom.catalog.hashes import Hashes, old_hash, sha256


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "model.safetensors"
    path.write_bytes(bytes(range(256)) * 8192)
    return path


def test_a_hash_is_the_sha_256_of_the_whole_file(file: Path) -> None:
    assert sha256(file) == hashlib.sha256(file.read_bytes()).hexdigest() == Hashes().of(file)


def test_the_old_hash_is_of_64_kib_behind_the_first_mib(file: Path) -> None:
    assert old_hash(file) == hashlib.sha256(file.read_bytes()[1 << 20 : (1 << 20) + (1 << 16)]).hexdigest()[:8]


def test_a_hash_is_remembered_until_the_file_changes(file: Path, tmp_path: Path) -> None:
    hashes = Hashes(tmp_path / "cache" / "hashes.json")
    assert hashes.known(file) is None
    digest = hashes.of(file)
    assert Hashes(hashes.cache).known(file) == digest
    before = file.stat()
    file.write_bytes(bytes(before.st_size))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert hashes.of(file) == digest  # path, size and time are all it goes by: the file is not read again
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    assert hashes.known(file) is None
    assert hashes.of(file) != digest


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff", b"[" * 9999, b'{"a": 5}'])
def test_a_damaged_cache_is_done_without_and_replaced(content: bytes, file: Path, tmp_path: Path) -> None:
    cache = tmp_path / "hashes.json"
    cache.write_bytes(content)
    digest = Hashes(cache).of(file)
    assert Hashes(cache).known(file) == digest == sha256(file)
    assert [path.name for path in tmp_path.iterdir() if path != file] == ["hashes.json"]


def test_a_cache_that_cannot_be_written_is_done_without(file: Path) -> None:
    assert Hashes(file / "hashes.json").of(file) == sha256(file)
