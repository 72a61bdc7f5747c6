"""LoRAs and textual inversions on the command line: found, listed, refused by name, and told by `redo` when they changed."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tagloom.engine import Event, FakeEngine, Finished, Request, UsedNetwork
from tests.catalog.test_network_files import safetensors
from tests.cli.conftest import CommandLine


@dataclass
class Using:
    """An engine that says that it used these networks."""

    networks: tuple[UsedNetwork, ...]

    def generate(self, request: Request, *, preview_every: int = 0) -> Iterator[Event]:
        for event in FakeEngine().generate(request, preview_every=preview_every):
            if isinstance(event, Finished):
                yield replace(event, provenance=replace(event.provenance, networks=self.networks))
            else:
                yield event


@pytest.fixture
def stocked(tagloom: CommandLine, tmp_path: Path) -> CommandLine:
    """A LoRA in a folder of its own, another and a textual inversion beside ComfyUI's models."""
    safetensors(tmp_path / "loras" / "ink.safetensors")
    safetensors(tmp_path / "comfy" / "models" / "loras" / "gold.safetensors")
    safetensors(tmp_path / "comfy" / "models" / "embeddings" / "crayon.safetensors")
    (tmp_path / "comfy" / "models" / "checkpoints").mkdir()
    tagloom.lora_folders = (tmp_path / "loras",)
    tagloom.model_folders = (tmp_path / "comfy",)
    return tagloom


def test_they_are_found_in_their_own_folders_and_beside_models(stocked: CommandLine) -> None:
    assert stocked("paint", "girl <lora:ink> [<lora:gold:0.5>:3] <embedding:crayon>", "--seed", "1") == 0
    assert list(stocked.files.loras()) == ["ink", "gold"]
    assert list(stocked.files.embeddings()) == ["crayon"]


def test_a_folder_named_for_one_command_is_looked_through_too(tagloom: CommandLine, tmp_path: Path) -> None:
    safetensors(tmp_path / "mine" / "Lora" / "ink.safetensors")
    assert tagloom("paint", "girl <lora:ink>") == 3
    assert tagloom("paint", "girl <lora:ink>", "--models-dir", str(tmp_path / "mine")) == 0


def test_models_lists_them_as_a_prompt_names_them(stocked: CommandLine, tmp_path: Path) -> None:
    assert stocked("models", "--networks") == 0
    assert stocked.output.splitlines() == [
        f"<lora:ink>  {tmp_path / 'loras' / 'ink.safetensors'}",
        f"<lora:gold>  {tmp_path / 'comfy' / 'models' / 'loras' / 'gold.safetensors'}",
        f"<embedding:crayon>  {tmp_path / 'comfy' / 'models' / 'embeddings' / 'crayon.safetensors'}",
    ]
    assert stocked("models", "--networks", "--json") == 0
    assert [entry["name"] for entry in json.loads(stocked.output)] == ["ink", "gold", "crayon"]


def test_an_unknown_name_is_refused_before_an_engine_is_opened(
    stocked: CommandLine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert stocked("paint", "a girl, <lora:inc:1>", "-n", "3") == 3
    expected = "error: there is no LoRA 'inc': the prompt says <lora:inc:1> at column 9\n  hint: did you mean 'ink'?\n"
    assert capsys.readouterr().err == expected
    assert stocked("paint", "a girl", "--negative", "<embedding:crayom>") == 3
    assert "the negative prompt says <embedding:crayom> at column 1" in capsys.readouterr().err
    assert stocked.opened == []


def painted(folder: Path) -> Path:
    (path,) = folder.glob("**/*.png")
    return path


def test_redo_tells_what_is_painted_with_another_file_or_not_at_all(stocked: CommandLine, tmp_path: Path) -> None:
    ink, gold = (UsedNetwork(kind="lora", name=name, hash=f"{name}00000000"[:12]) for name in ("ink", "gold"))
    crayon = UsedNetwork(kind="embedding", name="crayon", hash="c" * 12)
    stocked.engine = Using((ink, gold, crayon))
    assert stocked("paint", "girl <lora:ink><lora:gold>, crayon", "--out", str(tmp_path / "before")) == 0
    picture = str(painted(tmp_path / "before"))
    assert stocked("redo", picture, "--out", str(tmp_path / "same")) == 0
    assert "painted with LoRA" not in stocked.messages
    assert "the pixels are identical" in stocked.messages
    stocked.engine = Using((ink, replace(gold, hash="f" * 12)))
    assert stocked("redo", picture, "--out", str(tmp_path / "after")) == 0
    assert f"notice: the file was painted with LoRA 'gold' {gold.hash}, not {'f' * 12}" in stocked.messages
    assert f"painted with textual inversion 'crayon' {'c' * 12}, which is not used now" in stocked.messages
    assert "'ink'" not in stocked.messages
