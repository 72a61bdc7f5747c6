"""The folder that a model is exported to: whole or not there, and found again only by the same model."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tagloom.diffusion.runtime.openvino.exported import ExportedFacts, exported_folder, read_exported, write_exported
from tagloom.engine import ModelFacts
from tagloom.errors import UnwritableError

FACTS = ExportedFacts(architecture="small", parameters=7, sinusoid_width=4, text_widths=(8, 16), pooled_width=3)
NAMES = ("unet", "decoder", "encoder", "text_encoder_0", "text_encoder_1")


def fill(folder: Path) -> ExportedFacts:
    for name in NAMES:
        (folder / f"{name}.xml").write_text(name)
        (folder / f"{name}.bin").write_bytes(b"weights")
    np.save(folder / "colours.npy", np.zeros((3, 5), np.float32))
    return FACTS


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    written = write_exported(tmp_path / "cache" / "model", fill)
    assert read_exported(tmp_path / "cache" / "model") == written
    assert written.facts == FACTS
    assert sorted(path.name for path in (tmp_path / "cache").iterdir()) == ["model"]


def test_an_export_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def fail(folder: Path) -> ExportedFacts:
        fill(folder)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_exported(tmp_path / "model", fail)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_lacks_something_is_made_anew(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    write_exported(folder, fill)
    (folder / "unet.bin").unlink()
    assert read_exported(folder) is None
    write_exported(folder, fill)
    assert read_exported(folder) is not None


def test_two_processes_may_export_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "model"

    def overtaken(partial: Path) -> ExportedFacts:
        write_exported(folder.with_name("other"), fill)
        folder.with_name("other").rename(folder)
        return fill(partial)

    assert write_exported(folder, overtaken).facts == FACTS
    assert read_exported(folder) is not None


@pytest.mark.parametrize("facts", ["", "[]", "{}", '{"text_widths": 3}', '{"text_widths": [8], "unknown": 1}'])
def test_damaged_facts_are_no_export(facts: str, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    write_exported(folder, fill)
    (folder / "facts.json").write_text(facts)
    assert read_exported(folder) is None


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UnwritableError, match="model cannot be written: .*TAGLOOM_CACHE"):
        write_exported(tmp_path / "file" / "model", fill)


def test_a_file_that_changes_in_a_folder_is_another_model(paperdoll: ModelFacts, tmp_path: Path) -> None:
    """Its hash is its manifest's, which the change leaves as it was, or is not known."""
    shutil.copytree(paperdoll.path, tmp_path / "model")
    unet = tmp_path / "model" / "unet" / "diffusion_pytorch_model.safetensors"
    for known in (paperdoll, replace(paperdoll, hash="")):
        model = replace(known, path=str(tmp_path / "model"))
        before = exported_folder(tmp_path, model, "2026.4")
        assert exported_folder(tmp_path, model, "2026.4") == before
        stat = unet.stat()
        os.utime(unet, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1_000_000))
        assert exported_folder(tmp_path, model, "2026.4") != before


@pytest.mark.parametrize("hash_", ["", "0123456789"])
def test_single_files_of_equal_size_have_folders_of_their_own(hash_: str, paperdoll: ModelFacts, tmp_path: Path) -> None:
    folders = []
    for name in ("one", "two"):
        file = tmp_path / f"{name}.safetensors"
        file.write_bytes(name.encode())
        os.utime(file, (1, 1))
        folders.append(exported_folder(tmp_path, replace(paperdoll, path=str(file), hash=hash_), "2026.4"))
    assert folders[0] != folders[1]
    os.utime(tmp_path / "one.safetensors", (2, 2))
    one = replace(paperdoll, path=str(tmp_path / "one.safetensors"), hash=hash_)
    assert exported_folder(tmp_path, one, "2026.4") not in folders


def test_every_model_autoencoder_and_version_has_a_folder_of_its_own(paperdoll: ModelFacts, tmp_path: Path) -> None:
    vae = tmp_path / "vae.safetensors"
    vae.write_bytes(b"one")
    os.utime(vae, (1, 1))
    with_vae = replace(paperdoll, vae_path=str(vae))
    folders = [exported_folder(tmp_path, model, "2026.4") for model in (paperdoll, with_vae)]
    folders.append(exported_folder(tmp_path, paperdoll, "2027.1"))
    os.utime(vae, (2, 2))
    folders.append(exported_folder(tmp_path, with_vae, "2026.4"))
    assert len(set(folders)) == len(folders)
    for known in (paperdoll, replace(paperdoll, hash="")):
        assert exported_folder(tmp_path, known, "2026.4") == folders[0]
