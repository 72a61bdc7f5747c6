"""`tagloom doctor` must not fall ill of what it is to find."""

import shutil
from pathlib import Path

import pytest

from tagloom.cli.doctor import bundled_models, runtimes
from tagloom.diffusion.runtime.choice import Installed
from tests.cli.conftest import CommandLine
from tests.diffusion.runtime.test_machine import PLAIN


@pytest.fixture
def bundled(paperdoll_folder: Path, tmp_path: Path) -> Path:
    """A folder of bundled models that a test may damage."""
    shutil.copytree(paperdoll_folder, tmp_path / "bundled" / "paperdoll")
    return tmp_path / "bundled"


def test_a_sound_model_is_well(bundled: Path) -> None:
    assert [(found.what, found.is_well) for found in bundled_models(bundled)] == [("model paperdoll", True)]


@pytest.mark.parametrize(
    ("file", "content", "seen"),
    [
        ("manifest.json", None, "manifest.json is missing"),
        ("manifest.json", b"{", "manifest.json is no JSON file"),
        ("manifest.json", b'{"files": 3}', "manifest.json: 'files' is 3"),
        ("unet/config.json", None, "unet/config.json is not as shipped"),
        ("unet/config.json", b"{}", "unet/config.json is not as shipped"),
        ("vae/diffusion_pytorch_model.safetensors", b"", "vae/diffusion_pytorch_model.safetensors is not as shipped"),
    ],
)
def test_a_damaged_model_is_a_finding(file: str, content: bytes | None, seen: str, bundled: Path) -> None:
    path = bundled / "paperdoll" / file
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    (found,) = bundled_models(bundled)
    assert not found.is_well
    assert seen in found.seen
    assert found.remedy == "reinstall tagloom"


def test_a_model_that_is_gone_is_a_finding(bundled: Path) -> None:
    shutil.rmtree(bundled / "paperdoll")
    (found,) = bundled_models(bundled)
    assert (found.is_well, found.seen) == (False, "not there")


@pytest.mark.parametrize(
    ("openvino", "has_torch", "seen"),
    [
        ("2026.4", True, "openvino 2026.4, torch; openvino is taken: the fastest on a CPU"),
        ("", True, "torch; torch is taken: openvino is not installed: pip install 'tagloom[openvino]'"),
        ("", False, "none; torch is taken: openvino is not installed: pip install 'tagloom[openvino]'"),
    ],
)
def test_the_runtimes_are_told_and_which_is_taken_and_why(openvino: str, has_torch: bool, seen: str, tmp_path: Path) -> None:
    (tmp_path / "kept").write_bytes(bytes(3 << 20))
    cpu, found, cache = runtimes(Installed(openvino=openvino, has_torch=has_torch), PLAIN, tmp_path)
    assert cpu.seen == "Example CPU, 4 cores, avx2"
    assert (found.is_well, found.seen) == (bool(openvino) or has_torch, seen)
    assert cache.seen == "3 MiB; it may be deleted"


def test_folders_that_are_none_are_findings(tagloom: CommandLine, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tagloom.folder
    (folder / "file").touch()
    (folder / "models").mkdir()
    (folder / "bad.yaml").write_text("- [")
    tagloom.model_folders = (folder / "models", folder / "nowhere", folder / "file", folder / "bad.yaml")
    tagloom.lora_folders = (folder / "file",)
    tagloom.embedding_folders = (folder / "nowhere",)
    tagloom.output_folder = folder / "file" / "below"
    assert tagloom("doctor") == 1
    lines = tagloom.output.replace(str(folder), ".").splitlines()
    assert "ok       models in ./models: found" in lines
    problems = [line for line in lines if line.startswith("problem")]
    assert problems.pop(2).startswith("problem  models in ./bad.yaml: ./bad.yaml is no list of model folders: it is no YAML")
    assert problems == [
        "problem  models in ./nowhere: not there",
        "problem  models in ./file: no folder",
        "problem  LoRAs in ./file: no folder",
        "problem  textual inversions in ./nowhere: not there",
        "problem  pictures go to ./file/below: Not a directory",
    ]
    assert "         correct TAGLOOM_LORAS or the settings" in lines
    assert "         name another folder with TAGLOOM_OUTPUT" in lines
    assert capsys.readouterr().err == ""
