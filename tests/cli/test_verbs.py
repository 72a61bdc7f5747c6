"""`explain`, `redo`, `info`, `models`, `doctor` and the command itself."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tagloom.artifact import Destination, pixels, read, write
from tagloom.cli.settings import Settings, read_settings
from tagloom.engine import Picture, UsedNetwork
from tagloom.errors import RequestError
from tests.cli.conftest import CommandLine
from tests.full_disk import full_disk
from tests.samples import PROVENANCE, REQUEST


def test_explain_shows_tree_tokens_and_timeline(tagloom: CommandLine) -> None:
    assert tagloom("explain", "a (pink_hair:1.2) [x|y] AND b <lora:z:0.5>", "--steps", "2") == 0
    lines = tagloom.output.splitlines()
    assert '  weighted 2-17 "(pink_hair:1.2)"' in lines
    assert "Step 1 of 2" in lines
    assert "  prompt 2 of 2, joined by AND, strength 1" in lines
    assert '     2   3360  "pink "              from "pink"  x1.2' in lines
    assert "  lora z: U-Net 0.5, text encoder 0.5" in lines


def test_explain_points_at_mistakes(tagloom: CommandLine) -> None:
    assert tagloom("explain", "a (cat") == 0
    assert "error[P001]: expected ')'" in tagloom.output


def test_explain_as_json_tells_every_token(tagloom: CommandLine) -> None:
    assert tagloom("explain", "a, (猫:1.5) BREAK [b:c:0.5]", "--steps", "4", "--json") == 0
    told = json.loads(tagloom.output)
    assert [(stage["start"], stage["stop"]) for stage in told["stages"]] == [(0, 2), (2, 4)]
    chunks = told["stages"][0]["parts"][0]["chunks"]
    weighted = [token for token in chunks[0] if token["weight"] == 1.5]
    assert {token["text"] for token in weighted} == {"猫"}
    assert [token["text"] for token in chunks[1]] == ["b"]
    assert [node["kind"] for node in told["tree"]] == [
        "text",
        "separator",
        "text",
        "weighted",
        "text",
        "break",
        "text",
        "scheduled",
    ]


def test_explain_tells_which_brackets_made_a_weight(tagloom: CommandLine) -> None:
    assert tagloom("explain", "((a:0.5) b:1.5) c", "--dialect", "comfyui", "--json") == 0
    told = json.loads(tagloom.output)
    tokens = told["stages"][0]["parts"][0]["chunks"][0]
    assert told["dialect"] == "comfyui"
    assert [(token["text"], token["weight"]) for token in tokens] == [("a", 0.5), ("b", 1.5), ("c", 1.0)]
    assert tokens[0]["weighted_by"] == [
        {"start": 0, "end": 15, "factor": 1.5, "sets": True},
        {"start": 1, "end": 8, "factor": 0.5, "sets": True},
    ]
    assert tokens[2]["weighted_by"] == []


@pytest.mark.parametrize("arguments", [["--steps", "0"], ["--compat", "b"], ["--underscores", "drop"]])
def test_explain_refuses_what_a_request_would(arguments: list[str], tagloom: CommandLine) -> None:
    assert tagloom("explain", "a", *arguments) == 2


@pytest.mark.parametrize(
    ("text", "code", "found"),
    [("a (b:1.2), c", 0, []), ("a (cat\n", 1, ["P001"]), ("[a:b:30]", 0, ["P011"]), ("cat and dog", 0, ["P006"])],
)
def test_check_tells_what_is_wrong_and_fails_on_errors_alone(
    text: str, code: int, found: list[str], tagloom: CommandLine
) -> None:
    file = tagloom.folder / "prompt.txt"
    file.write_text(text)
    assert tagloom("check", str(file), "--json") == code
    assert [one["code"] for one in json.loads(tagloom.output)] == found
    tagloom.typed = text.encode()
    assert tagloom("check", "-") == code
    assert all(f"[{one}]" in tagloom.output for one in found)


def test_check_refuses_a_file_that_cannot_be_read(tagloom: CommandLine, capsys: pytest.CaptureFixture[str]) -> None:
    (tagloom.folder / "binary").write_bytes(b"\xff\xfe")
    assert tagloom("check", str(tagloom.folder / "binary")) == 2
    assert "is no UTF-8 text" in capsys.readouterr().err
    assert tagloom("check", str(tagloom.folder / "nowhere")) == 2
    assert "cannot be read" in capsys.readouterr().err


def test_redo_paints_the_same_pixels(tagloom: CommandLine) -> None:
    assert tagloom("paint", "a cat", "--seed", "3", "--precision", "bf16") == 0
    first = Path(tagloom.output.strip())
    assert tagloom("redo", str(first)) == 0
    second = Path(tagloom.output.strip())
    assert first != second
    assert pixels(first) == pixels(second)
    assert read(first).request == read(second).request
    assert "the pixels are identical" in tagloom.messages
    assert "painted with model hash" not in tagloom.messages
    assert tagloom.opened[-1] == ("paperdoll", "none", "none", 0)  # as the file says
    assert tagloom.runtimes == ["auto", "auto"]  # it names a runtime that there is not
    assert tagloom("redo", str(first), "--runtime", "torch") == 0
    assert tagloom.runtimes[-1] == "torch"


def test_redo_tells_when_the_model_is_another(tagloom: CommandLine) -> None:
    picture = Picture(width=64, height=48, pixels=bytes(64 * 48 * 3))
    request = replace(REQUEST, model="paperdoll")
    path = write(picture, request, PROVENANCE, Destination(folder=tagloom.folder))
    assert tagloom("redo", str(path)) == 0
    said = f"painted with model hash {PROVENANCE.model_hash}, not 0000000000"  # the fake engine's own
    assert said in tagloom.messages


def test_redo_of_a_jpeg_does_not_claim_to_compare(tagloom: CommandLine) -> None:
    assert tagloom("paint", "a cat", "--format", "jpeg") == 0
    assert tagloom("redo", tagloom.output.strip()) == 0
    assert "a JPEG keeps no exact pixels to compare with" in tagloom.messages


def test_redo_understands_other_tools_pictures(tagloom: CommandLine) -> None:
    from PIL import Image, PngImagePlugin

    text = "cat\nNegative prompt: dog\nSteps: 7, Sampler: DPM++ 2M Karras, CFG scale: 4, Seed: 9, Size: 64x64, ENSD: 31337"
    chunk = PngImagePlugin.PngInfo()
    chunk.add_text("parameters", text)
    path = tagloom.folder / "theirs.png"
    Image.new("RGB", (64, 64)).save(path, pnginfo=chunk)
    assert tagloom("redo", str(path), "--model", "paperdoll") == 0
    request = read(Path(tagloom.output.strip())).request
    assert request is not None
    assert (request.prompt, request.negative_prompt, request.steps, request.seed) == ("cat", "dog", 7, 9)
    assert (request.sampler, request.schedule, request.compat) == ("DPM++ 2M", "Karras", "a1111")
    assert "notice: 'ENSD: 31337' has no effect here" in tagloom.messages


def test_redo_of_a_picture_that_says_nothing_is_refused(tagloom: CommandLine, capsys: pytest.CaptureFixture[str]) -> None:
    from PIL import Image

    path = tagloom.folder / "plain.png"
    Image.new("RGB", (8, 8)).save(path)
    assert tagloom("redo", str(path)) == 1
    assert "does not say how it was painted" in capsys.readouterr().err


def test_info_shows_what_stands_in_a_picture(tagloom: CommandLine) -> None:
    assert tagloom("paint", "a cat", "--seed", "3") == 0
    path = tagloom.output.strip()
    assert tagloom("info", path) == 0
    assert "  prompt: a cat" in tagloom.output.splitlines()
    assert tagloom("info", path, "--json") == 0
    told = json.loads(tagloom.output)
    assert told["request"]["seed"] == 3
    assert told["infotext"].startswith("a cat\nSteps: 20, Sampler: DPM++ 2M")


def test_info_shows_the_networks_and_libraries_that_a_picture_was_painted_with(tagloom: CommandLine) -> None:
    used = (UsedNetwork(kind="lora", name="ink", hash="0" * 12), UsedNetwork(kind="embedding", name="hat", hash="1" * 12))
    provenance = replace(PROVENANCE, networks=used)
    picture = Picture(width=64, height=48, pixels=bytes(64 * 48 * 3))
    path = write(picture, REQUEST, provenance, Destination(folder=tagloom.folder))
    assert tagloom("info", str(path)) == 0
    lines = tagloom.output.splitlines()
    assert f"  networks: lora ink {'0' * 12}, embedding hat {'1' * 12}" in lines
    assert f"  libraries: {', '.join(' '.join(pair) for pair in PROVENANCE.libraries)}" in lines


def test_models_lists_what_can_be_named(tagloom: CommandLine) -> None:
    assert tagloom("models") == 0
    assert tagloom.output.startswith("paperdoll  ")
    assert tagloom("models", "--json") == 0
    assert [facts["name"] for facts in json.loads(tagloom.output)] == ["paperdoll"]


def test_doctor_finds_a_sound_installation_well(tagloom: CommandLine) -> None:
    assert tagloom("doctor") == 0
    assert "problem" not in tagloom.output
    assert "ok       model paperdoll: 10 files as shipped" in tagloom.output.splitlines()


def test_doctor_points_at_what_ails(tagloom: CommandLine) -> None:
    tagloom.model_folders = (tagloom.folder / "nowhere",)
    tagloom.output_folder = Path("/proc/pictures")
    assert tagloom("doctor") == 1
    problems = [line for line in tagloom.output.splitlines() if line.startswith("problem")]
    assert len(problems) == 2
    assert "correct TAGLOOM_MODELS" in tagloom.output
    assert "name another folder with TAGLOOM_OUTPUT" in tagloom.output


def test_models_tells_of_a_damaged_one_and_lists_the_rest(tagloom: CommandLine, paperdoll_folder: Path) -> None:
    shutil.copytree(paperdoll_folder, tagloom.folder / "models" / "mine")
    (tagloom.folder / "models" / "mine" / "vae" / "config.json").unlink()
    tagloom.model_folders = (tagloom.folder / "models",)
    assert tagloom("models") == 0
    assert len(tagloom.output.splitlines()) == 1
    assert "config.json is missing" in tagloom.messages


def test_info_of_a_picture_that_says_nothing(tagloom: CommandLine) -> None:
    from PIL import Image

    path = tagloom.folder / "plain.png"
    Image.new("RGB", (8, 8)).save(path)
    assert tagloom("info", str(path)) == 0
    assert tagloom.output.splitlines()[-1] == "It does not say how it was painted."


def test_without_a_verb_the_help_is_shown(tagloom: CommandLine, capsys: pytest.CaptureFixture[str]) -> None:
    assert tagloom() == 0
    assert "paint" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["--help"], ["paint", "--help"], ["redo", "--help"], ["--version"]])
def test_help_and_version_are_no_errors(arguments: list[str], tagloom: CommandLine) -> None:
    assert tagloom(*arguments) == 0


def test_an_unknown_verb_is_refused(tagloom: CommandLine, capsys: pytest.CaptureFixture[str]) -> None:
    assert tagloom("draw", "a cat") == 2
    assert 'Unknown command "draw"' in capsys.readouterr().err


def test_settings_come_from_the_file_and_the_environment(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('model_folders = ["/models"]\nlora_folders = ["/loras"]\noutput_folder = "/pictures"\n')
    plain = read_settings({"TAGLOOM_SETTINGS": str(file)}, tmp_path, "linux")
    assert plain == Settings(
        model_folders=(Path("/models"),),
        lora_folders=(Path("/loras"),),
        output_folder=Path("/pictures"),
        wildcard_folder=tmp_path / ".config" / "tagloom" / "wildcards",
        styles_file=tmp_path / "styles.csv",
        data_folder=tmp_path / ".local" / "share" / "tagloom",
        cache_folder=tmp_path / ".cache" / "tagloom",
    )
    named = {"TAGLOOM_LORAS": "/l:~/m", "TAGLOOM_EMBEDDINGS": "/e"}
    assert read_settings(named, tmp_path).lora_folders == (Path("/l"), Path("~/m").expanduser())
    assert read_settings(named, tmp_path).embedding_folders == (Path("/e"),)
    overruled = read_settings({"TAGLOOM_SETTINGS": str(file), "TAGLOOM_MODELS": "/a:/b", "TAGLOOM_OUTPUT": "/c"}, tmp_path)
    assert overruled.model_folders == (Path("/a"), Path("/b"))
    assert overruled.output_folder == Path("/c")
    assert read_settings({"TAGLOOM_CACHE": "/k", "XDG_CACHE_HOME": "/x"}, tmp_path).cache_folder == Path("/k")
    assert read_settings({"XDG_CACHE_HOME": "/x"}, tmp_path).cache_folder == Path("/x/tagloom")
    assert read_settings({}, tmp_path, "darwin").cache_folder == tmp_path / "Library" / "Caches" / "tagloom"
    assert read_settings({"LOCALAPPDATA": "/l"}, tmp_path, "win32").cache_folder == Path("/l/tagloom/cache")
    assert read_settings({"TAGLOOM_STYLES": "/d.csv"}, tmp_path).styles_file == Path("/d.csv")
    assert read_settings({}, tmp_path).styles_file == tmp_path / ".config" / "tagloom" / "styles.csv"
    assert read_settings({}, tmp_path).output_folder == Path("outputs")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("model_folders = 3", "'model_folders' must be a list of strings"),
        ("output_folder = 3", "'output_folder' must be a string"),
        ("lora_folders = [3]", "'lora_folders' must be a list of strings"),
        ('embedding_folders = "x"', "'embedding_folders' must be a list of strings"),
        ("colour = 3", "there is no setting 'colour'"),
        ("= 3", "is no TOML file"),
        (None, "cannot be read"),
    ],
)
def test_bad_settings_are_named(content: str | None, message: str, tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    if content is not None:
        file.write_text(content)
    with pytest.raises(RequestError, match=message):
        read_settings({"TAGLOOM_SETTINGS": str(file)}, tmp_path)


def test_format_prints_checks_and_writes(tagloom: CommandLine) -> None:
    file = tagloom.folder / "prompt.txt"
    file.write_text("a ,b\n")
    assert tagloom("format", str(file)) == 0
    assert tagloom.output == "a, b\n"
    assert tagloom("format", str(file), "--check") == 1
    assert file.read_text() == "a ,b\n"
    assert tagloom("format", str(file), "--write") == 0
    assert (tagloom.output, file.read_text()) == ("", "a, b\n")
    assert tagloom("format", str(file), "--check") == 0
    assert tagloom("format", str(file), "--write") == 0
    tagloom.typed = b"1.50::a ,b::"
    assert tagloom("format", "-", "--dialect", "novelai", "--write") == 0
    assert tagloom.output == "1.5::a, b::\n"


def test_format_leaves_a_file_as_it_was_where_the_disk_is_full(
    tagloom: CommandLine, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tagloom.folder / "prompt.txt"
    file.write_text("a ,b")
    with full_disk():
        assert tagloom("format", str(file), "--write") == 1
    assert f"cannot write {file}: File too large" in capsys.readouterr().err
    assert {path.name: path.read_text() for path in tagloom.folder.iterdir()} == {"prompt.txt": "a ,b"}


def test_format_keeps_a_link_and_the_permissions_of_what_it_leads_to(tagloom: CommandLine) -> None:
    file, link = tagloom.folder / "prompt.txt", tagloom.folder / "link.txt"
    file.write_text("a ,b")
    file.chmod(0o600)
    link.symlink_to(file)
    assert tagloom("format", str(link), "--write") == 0
    assert (link.is_symlink(), file.read_text(), file.stat().st_mode & 0o777) == (True, "a, b\n", 0o600)


def test_convert_prints_the_text_and_tells_losses(tagloom: CommandLine) -> None:
    tagloom.typed = b"[[halfling]], [x:y:5]"
    assert tagloom("convert", "-", "--to", "comfyui") == 0
    assert tagloom.output == "((halfling:0.826446280992):0.909090909091), y\n"
    assert tagloom.messages == "lost at 1:15: comfyui has no prompt editing: what stands after the change stays\n"
    assert tagloom("convert", "-", "--to", "comfyui", "--strict") == 1
    assert tagloom("convert", "-", "--to", "a1111", "--strict") == 0
    assert tagloom("convert", "-", "--to", "comfyui", "--json") == 0
    assert json.loads(tagloom.output)["losses"][0]["start"] == 14
    tagloom.typed = b"cat++"
    assert tagloom("convert", "-", "--from", "compel", "--to", "tagloom") == 0
    assert tagloom.output == "(cat:1.21)\n"


def test_an_unknown_dialect_is_named(tagloom: CommandLine, capsys: pytest.CaptureFixture[str]) -> None:
    assert tagloom("convert", "-", "--to", "comfyu") == 2
    assert "did you mean 'comfyui'?" in capsys.readouterr().err


def test_check_advises_on_settings_and_the_negative_prompt(tagloom: CommandLine) -> None:
    tagloom.typed = b"1girl, smile"
    arguments = ["check", "-", "--negative", "smile", "--steps", "5", "--clip-skip", "8"]
    assert tagloom(*arguments, "--json") == 0
    assert [(found["code"], found["about"]) for found in json.loads(tagloom.output)] == [
        ("L001", "settings"),
        ("L002", "settings"),
        ("L007", "negative"),
    ]
    assert tagloom(*arguments, "--off", "L001", "--off", "L007") == 0
    assert tagloom.output.startswith("warning[L002]: 5 steps leave noise")
    assert tagloom("check", "-", "--clip-skip", "13") == 2
