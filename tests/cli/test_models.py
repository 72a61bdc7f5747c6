"""`tagloom models`, and the options of `paint` and `redo` that say which model: in memory, on small files."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tagloom.artifact import Destination, read, write
from tagloom.catalog import Hashes
from tagloom.catalog.hashes import sha256
from tagloom.cli.hub import chosen_files
from tagloom.engine import Picture
from tagloom.errors import ModelNotFoundError, RequestError
from tests.catalog.files import small_shapes, write_file
from tests.cli.conftest import CommandLine
from tests.samples import PROVENANCE, REQUEST


@pytest.fixture
def webui(tmp_path: Path) -> Path:
    """A1111's folder of models with one checkpoint and one autoencoder."""
    root = tmp_path / "webui" / "models"
    write_file(root / "Stable-diffusion" / "dream.safetensors", small_shapes("sd2"))
    write_file(root / "VAE" / "clear.safetensors", {"decoder.conv_in.weight": (1,)})
    return root


class Shelf:
    """A hub whose files are names."""

    def __init__(self, *names: str) -> None:
        self.names = names

    def files(self, repository: str) -> Sequence[str]:
        if repository != "someone/thing":
            raise ModelNotFoundError(f"'{repository}' cannot be fetched: it is not there")
        return self.names

    def download(self, repository: str, file: str, folder: Path) -> None:
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(repository)


def test_models_lists_single_files_with_what_is_known_of_them(tagloom: CommandLine, webui: Path) -> None:
    path = webui / "Stable-diffusion" / "dream.safetensors"
    assert tagloom("models", "--models-dir", str(webui)) == 0
    assert tagloom.output.splitlines()[1] == f"dream  -  sd2  768x768  0.00 GB  {path}"
    Hashes(tagloom.folder / "data" / "hashes.json").of(path)  # as a first painting does
    assert tagloom("models", "--models-dir", str(webui)) == 0
    assert f"dream  {sha256(path)[:10]}  sd2" in tagloom.output


def test_models_says_why_a_file_is_no_model_and_lists_the_rest(tagloom: CommandLine, webui: Path) -> None:
    (webui / "Stable-diffusion" / "page.safetensors").write_bytes(b"<!DOCTYPE html><html></html>")
    (webui / "Stable-diffusion" / "old.ckpt").write_bytes(b"PK\x03\x04")
    assert tagloom("models", "--models-dir", str(webui)) == 0
    assert [line.split()[0] for line in tagloom.output.splitlines()] == ["paperdoll", "dream"]
    assert "it is a web page" in tagloom.messages
    assert "say --allow-pickle" in tagloom.messages


def test_comfyui_s_list_of_folders_goes_where_a_folder_goes(
    tagloom: CommandLine, webui: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = webui.parent / "extra_model_paths.yaml"
    path.write_text("a111:\n    base_path: models\n    checkpoints: Stable-diffusion\n    vae: VAE\n")
    tagloom.model_folders = (path,)
    assert tagloom("models") == 0
    assert [line.split()[0] for line in tagloom.output.splitlines()] == ["paperdoll", "dream"]
    path.write_text("a111: 5")
    assert tagloom("models") == 2
    assert "its section 'a111' holds no folders" in capsys.readouterr().err


def test_an_autoencoder_beside_the_model_is_kept_in_the_picture_and_taken_again(tagloom: CommandLine, webui: Path) -> None:
    beside = write_file(webui / "Stable-diffusion" / "dream.vae.safetensors", {"decoder.conv_in.weight": (1,)})
    options = ("--models-dir", str(webui))
    assert tagloom("paint", "cat", "--model", "dream", *options, "--steps", "1", "--seed", "1") == 0
    path = tagloom.output.strip()
    request = read(Path(path)).request
    assert request is not None
    assert request.vae == "dream.vae.safetensors"
    assert tagloom("redo", path, *options) == 0
    assert "the pixels are identical" in tagloom.messages
    beside.unlink()
    assert tagloom("redo", path, *options) == 3  # another autoencoder would paint another picture


def test_what_overrules_a_model_is_painted_with_and_kept_in_the_picture(tagloom: CommandLine, webui: Path) -> None:
    options = ("--models-dir", str(webui), "--vae", "clear", "--prediction", "epsilon")
    assert tagloom("paint", "cat", "--model", "dream", *options, "--steps", "1", "--seed", "1") == 0
    request = read(Path(tagloom.output.strip())).request
    assert request is not None
    assert (request.vae, request.prediction_type, request.width) == ("clear", "epsilon", 512)
    assert tagloom("redo", tagloom.output.strip(), "--models-dir", str(webui)) == 0
    assert "the pixels are identical" in tagloom.messages


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (("--vae", "fog"), 3, "there is no autoencoder 'fog'"),
        (("--prediction", "x0"), 2, "there is no prediction type 'x0'"),
        (("--model", "0123456789"), 3, "there is no model '0123456789'"),
    ],
)
def test_what_is_not_there_is_refused(
    options: tuple[str, ...], code: int, message: str, tagloom: CommandLine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tagloom("paint", "cat", *options) == code
    assert message in capsys.readouterr().err


def test_redo_does_without_an_autoencoder_that_is_not_here_and_says_so(
    tagloom: CommandLine, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = Picture(width=64, height=48, pixels=bytes(64 * 48 * 3))
    path = write(picture, replace(REQUEST, vae="clear"), PROVENANCE, Destination(folder=tagloom.folder))
    assert tagloom("redo", str(path)) == 3  # our own record is exact, or nothing
    assert "there is no autoencoder 'clear'" in capsys.readouterr().err
    from PIL import Image, PngImagePlugin

    text = PngImagePlugin.PngInfo()
    text.add_text("parameters", "cat\nSteps: 2, Sampler: Euler, Size: 64x48, Model: paperdoll, VAE: clear.safetensors")
    Image.new("RGB", (64, 48)).save(tagloom.folder / "other.png", pnginfo=text)
    assert tagloom("redo", str(tagloom.folder / "other.png")) == 0
    assert "notice: there is no autoencoder 'clear.safetensors' here: the model's own paints instead" in tagloom.messages


def test_a_folder_that_is_named_must_be_there(tagloom: CommandLine, capsys: pytest.CaptureFixture[str]) -> None:
    assert tagloom("models", "--models-dir", str(tagloom.folder / "nowhere")) == 2
    assert f"the model folder {tagloom.folder / 'nowhere'} is not there" in capsys.readouterr().err


def test_a_single_file_needs_no_export(tagloom: CommandLine, webui: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tagloom.model_folders = (webui,)
    assert tagloom("models", "export", "dream", str(tagloom.folder / "there")) == 3
    assert "other tools read it as it is" in capsys.readouterr().err


FOLDER = (
    "README.md",
    "model_index.json",
    "scheduler/scheduler_config.json",
    "text_encoder/config.json",
    "text_encoder/model.fp16.safetensors",
    "text_encoder/model.safetensors",
    "unet/config.json",
    "unet/diffusion_pytorch_model-00001-of-00002.safetensors",
    "unet/diffusion_pytorch_model-00002-of-00002.safetensors",
    "unet/diffusion_pytorch_model.fp16.safetensors",
    "unet/diffusion_pytorch_model.safetensors.index.json",
    "unet/onnx/model.onnx",
    "vae/config.json",
    "vae/diffusion_pytorch_model.fp16.safetensors",
    "whole.safetensors",
)


def test_of_a_folder_on_a_hub_only_what_painting_needs_is_chosen() -> None:
    assert sorted(chosen_files(FOLDER, "", "a/b")) == [
        "model_index.json",
        "scheduler/scheduler_config.json",
        "text_encoder/config.json",
        "text_encoder/model.safetensors",
        "unet/config.json",
        "unet/diffusion_pytorch_model-00001-of-00002.safetensors",
        "unet/diffusion_pytorch_model-00002-of-00002.safetensors",
        "unet/diffusion_pytorch_model.safetensors.index.json",
        "vae/config.json",
        "vae/diffusion_pytorch_model.fp16.safetensors",
    ]
    assert chosen_files(FOLDER, "whole.safetensors", "a/b") == ["whole.safetensors"]


@pytest.mark.parametrize(
    ("files", "file", "message"),
    [
        (FOLDER, "part.safetensors", "'a/b' has no file 'part.safetensors'"),
        (("a.safetensors", "b.safetensors"), "", "'a/b' holds several models .name one: a.safetensors, b.safetensors"),
        (("a.bin",), "", "'a/b' holds no model that tagloom reads"),
    ],
)
def test_what_cannot_be_chosen_is_refused(files: Sequence[str], file: str, message: str) -> None:
    with pytest.raises(RequestError, match=message):
        chosen_files(files, file, "a/b")


def test_pull_puts_a_model_where_models_are_found(tagloom: CommandLine) -> None:
    tagloom.hub = Shelf("thing.safetensors", "README.md")
    assert tagloom("models", "pull", "someone/thing") == 0
    path = tagloom.folder / "data" / "models" / "thing.safetensors"
    assert (Path(tagloom.output.strip()), path.read_text()) == (path, "someone/thing")
    tagloom.hub = Shelf(*FOLDER)
    assert tagloom("models", "pull", "someone/thing", "--into", str(tagloom.folder / "mine")) == 0
    assert (tagloom.folder / "mine" / "thing" / "unet" / "config.json").is_file()
    assert not (tagloom.folder / "mine" / "thing" / "whole.safetensors").exists()


def test_pull_refuses_what_is_no_repository(tagloom: CommandLine, capsys: pytest.CaptureFixture[str]) -> None:
    tagloom.hub = Shelf()
    for name in ("thing", "a/b/c", "a/..", "/x"):
        assert tagloom("models", "pull", name) == 2
        assert f"'{name}' is no OWNER/NAME" in capsys.readouterr().err
    assert tagloom("models", "pull", "no/body") == 3


def test_a_hub_that_cannot_be_reached_is_one_clear_line(tmp_path: Path) -> None:
    code = "import sys; from tagloom.cli.main import main; sys.argv = ['tagloom', 'models', 'pull', 'a/b']; main()"
    environment = {"HF_HUB_OFFLINE": "1", "HOME": str(tmp_path), "TAGLOOM_DATA": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment)
    error, hint = done.stderr.strip().splitlines()
    assert (done.returncode, done.stdout) == (3, "")
    assert error.startswith("error: 'a/b' cannot be fetched: ")
    assert "check the name and the connection" in hint


def test_a_missing_client_is_named_with_its_remedy(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['huggingface_hub'] = None; from tagloom.cli.main import main; "
        "sys.argv = ['tagloom', 'models', 'pull', 'a/b']; main()"
    )
    environment = {"HOME": str(tmp_path), "TAGLOOM_DATA": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 2
    assert "huggingface_hub, is not installed" in done.stderr
    assert "pip install 'tagloom[hub]'" in done.stderr


def test_the_json_of_models_holds_everything_known(tagloom: CommandLine, webui: Path) -> None:
    assert tagloom("models", "--json", "--models-dir", str(webui)) == 0
    dream = json.loads(tagloom.output)[1]
    assert (dream["name"], dream["family"], dream["hash"], dream["may_unpickle"]) == ("dream", "sd2", "", False)
    assert "v is assumed" in dream["assumptions"][0]
