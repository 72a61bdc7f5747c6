"""LoRAs and textual inversions by the names that prompts give them."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest

from tagloom.catalog import Hashes, NetworkFiles
from tagloom.errors import ModelDamagedError, ModelNotFoundError


def safetensors(path: Path, data: bytes = bytes(8), **metadata: str) -> Path:
    header = json.dumps(
        {"__metadata__": metadata, "a": {"dtype": "U8", "shape": [len(data)], "data_offsets": [0, len(data)]}}
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(len(header).to_bytes(8, "little") + header.encode() + data)
    return path


@pytest.fixture
def files(tmp_path: Path) -> NetworkFiles:
    safetensors(tmp_path / "loras" / "Ink Wash.safetensors", ss_output_name="ink_v2")
    safetensors(tmp_path / "loras" / "anime" / "gold.safetensors")
    safetensors(tmp_path / "loras" / ".hidden" / "no.safetensors")
    safetensors(tmp_path / "more" / "gold.safetensors", b"another")
    (tmp_path / "loras" / "notes.txt").write_text("no LoRA")
    (tmp_path / "loras" / "old.pt").write_bytes(b"")
    for name in ("bad_hands.pt", "good.bin", "sub/fine.safetensors"):
        (tmp_path / "embeddings" / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / "embeddings" / name).write_bytes(name.encode())
    return NetworkFiles(
        lora_folders=(tmp_path / "loras", tmp_path / "nowhere", tmp_path / "more"),
        embedding_folders=(tmp_path / "embeddings",),
    )


def test_all_that_is_there_is_listed_by_its_path_the_first_of_a_name_only(files: NetworkFiles) -> None:
    assert list(files.loras()) == ["Ink Wash", "anime/gold", "gold"]
    assert list(files.embeddings()) == ["bad_hands", "good", "sub/fine"]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("Ink Wash", "loras/Ink Wash.safetensors"),
        ("ink wash", "loras/Ink Wash.safetensors"),
        ("Ink Wash.safetensors", "loras/Ink Wash.safetensors"),
        ("anime/gold", "loras/anime/gold.safetensors"),
        ("anime\\gold", "loras/anime/gold.safetensors"),
        ("gold", "more/gold.safetensors"),
        ("ink_v2", "loras/Ink Wash.safetensors"),
    ],
)
def test_a_lora_is_found_by_path_name_or_the_name_it_was_trained_under(
    wanted: str, found: str, files: NetworkFiles, tmp_path: Path
) -> None:
    file = files.lora(wanted)
    assert (file.name, file.path) == ((tmp_path / found).stem, tmp_path / found)


def test_the_hash_of_a_lora_is_of_its_tensors_alone(files: NetworkFiles, tmp_path: Path) -> None:
    expected = hashlib.sha256(b"another").hexdigest()[:12]
    assert files.lora("gold").hash == expected
    safetensors(tmp_path / "more" / "gold.safetensors", b"another", note="with a remark")
    assert files.lora("gold").hash == expected
    safetensors(tmp_path / "more" / "gold.safetensors", b"changed")
    assert files.lora("gold").hash == hashlib.sha256(b"changed").hexdigest()[:12]


def test_the_two_hashes_of_one_file_are_remembered_apart(tmp_path: Path) -> None:
    path = safetensors(tmp_path / "x.safetensors", b"tensors")
    hashes = Hashes(tmp_path / "cache.json")
    for _ in range(2):
        assert hashes.of_tensors(path) == hashlib.sha256(b"tensors").hexdigest()
        assert hashes.of(path) == hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_hash_of_a_textual_inversion_is_of_the_whole_file(files: NetworkFiles) -> None:
    found = files.embedding("BAD_HANDS.pt")
    assert (found.name, found.hash) == ("bad_hands", hashlib.sha256(b"bad_hands.pt").hexdigest()[:12])


def test_a_name_that_is_nobody_s_is_refused_with_the_nearest(files: NetworkFiles, tmp_path: Path) -> None:
    with pytest.raises(ModelNotFoundError, match=r"there is no LoRA 'ink wasch' \(did you mean 'Ink Wash'\?\)"):
        files.lora("ink wasch")
    with pytest.raises(ModelNotFoundError, match="there are: Ink Wash, gold"):
        files.lora("zyzzy")
    with pytest.raises(ModelNotFoundError, match="there is no textual inversion 'finne'.*'fine'"):
        files.embedding("finne")
    with pytest.raises(ModelNotFoundError, match="name the folder that holds it as 'lora_folders' in the settings"):
        NetworkFiles().lora("x")
    with pytest.raises(ModelNotFoundError):
        files.lora("../more/gold")
    (tmp_path / "loras" / "gone.safetensors").symlink_to(tmp_path / "nothing")
    with pytest.raises(ModelNotFoundError):
        files.lora("gone")


def test_a_pickled_lora_is_found_by_permission_alone(files: NetworkFiles, tmp_path: Path) -> None:
    path = tmp_path / "loras" / "old.pt"
    for wanted in ("old", "Old.pt"):
        with pytest.raises(ModelNotFoundError, match=f"the LoRA '{wanted}' is {path}, a pickle.*say --allow-pickle"):
            files.lora(wanted)
    allowed = replace(files, may_unpickle=True)
    assert sorted(allowed.loras()) == ["Ink Wash", "anime/gold", "gold", "old"]
    assert (allowed.lora("OLD").path, allowed.lora("old.pt").hash) == (path, hashlib.sha256(b"").hexdigest()[:12])
    safetensors(path.with_suffix(".safetensors"))
    assert allowed.lora("old").path.suffix == files.lora("old").path.suffix == ".safetensors"


def test_a_file_that_cannot_be_read_is_refused(files: NetworkFiles) -> None:
    class Unreadable(Hashes):
        """A disk that fails."""

        def of_tensors(self, path: Path) -> str:
            raise OSError(5, "Input/output error", path)

    broken = NetworkFiles(lora_folders=files.lora_folders, hashes=Unreadable())
    with pytest.raises(ModelDamagedError, match="Input/output error"):
        broken.lora("gold")
