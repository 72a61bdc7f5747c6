"""`tagloom redo` and `tagloom info` of pictures that are damaged, foreign, or from another machine."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tagloom.artifact import Destination, read, write
from tests.cli.conftest import CommandLine
from tests.samples import PICTURE, PROVENANCE, REQUEST

INFOTEXT = "cat\nSteps: 7, Sampler: Euler a, CFG scale: 4, Seed: 9, Size: 64x64"


def picture(folder: Path, **texts: str) -> Path:
    """A PNG with these text chunks."""
    chunks = PngInfo()
    for key, text in texts.items():
        chunks.add_text(key, text)
    path = folder / "theirs.png"
    Image.new("RGB", (64, 64)).save(path, pnginfo=chunks)
    return path


@pytest.mark.parametrize("verb", ["redo", "info"])
def test_metadata_of_ours_that_is_damaged_is_told(verb: str, tagloom: CommandLine) -> None:
    path = picture(tagloom.folder, tagloom="{", parameters=f"{INFOTEXT}, Model: paperdoll")
    assert tagloom(verb, str(path)) == 0
    assert "notice: the picture's metadata is not the JSON that tagloom writes" in tagloom.messages


def test_info_tells_damage_as_json_too(tagloom: CommandLine) -> None:
    assert tagloom("info", str(picture(tagloom.folder, tagloom="{")), "--json") == 0
    assert json.loads(tagloom.output)["damage"] == "the picture's metadata is not the JSON that tagloom writes"


def test_a_picture_that_names_no_model_asks_for_one(tagloom: CommandLine, capsys: pytest.CaptureFixture[str]) -> None:
    assert tagloom("redo", str(picture(tagloom.folder, parameters=INFOTEXT))) == 3
    assert capsys.readouterr().err == (
        f"error: {tagloom.folder / 'theirs.png'} does not say which model painted it\n  hint: name one with --model\n"
    )


def test_a_model_that_is_not_here_asks_for_another(tagloom: CommandLine, capsys: pytest.CaptureFixture[str]) -> None:
    path = picture(tagloom.folder, parameters=f"{INFOTEXT}, Model: somebody's")
    assert tagloom("redo", str(path)) == 3
    told = capsys.readouterr().err
    assert "there is no model 'somebody's'" in told
    assert "--model" in told


def test_a_picture_of_several_at_once_may_differ_in_the_last_bits(tagloom: CommandLine) -> None:
    path = write(PICTURE, REQUEST, replace(PROVENANCE, batch_size=4), Destination(folder=tagloom.folder))
    assert tagloom("redo", str(path)) == 0
    assert "notice: the file was painted with 4 at once: alone, the last bits may differ" in tagloom.messages


def test_a_picture_of_a_device_that_is_not_here_is_painted_on_what_there_is(tagloom: CommandLine) -> None:
    provenance = replace(PROVENANCE, device="cuda", precision="fp16", runtime="torch")
    path = write(PICTURE, REQUEST, provenance, Destination(folder=tagloom.folder))
    tagloom.absent_devices = ("cuda",)
    assert tagloom("redo", str(path)) == 0
    assert [opened[1:3] for opened in tagloom.opened] == [("cuda", "fp16"), ("auto", "auto")]
    assert tagloom.runtimes == ["torch", "torch"]
    assert "notice: this machine has no device 'cuda', on which it was painted: the pixels will differ" in tagloom.messages
    assert read(Path(tagloom.output.strip())).request == REQUEST
    assert tagloom("redo", str(path), "--device", "cuda") == 2
