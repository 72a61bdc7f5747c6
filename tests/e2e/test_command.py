"""The installed command with the bundled model, as a process of its own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from tagloom.artifact import pixels, read

TAGLOOM = [sys.executable, "-c", "from tagloom.cli.main import main; main()"]
PROMPT = "1girl, pink hair, upper body, green_shirt, sky blue eyes"


def tagloom(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    variables = dict(os.environ) | {"PYTHONUTF8": "1", "OMP_NUM_THREADS": "2"}
    variables |= {"TAGLOOM_CACHE": str(folder.parent / "cache")} | environment  # one for all tests
    return subprocess.run([*TAGLOOM, *arguments], cwd=folder, env=variables, capture_output=True, text=True, check=False)


def test_the_tutorial_s_example_is_painted_and_painted_again_identically(tmp_path: Path) -> None:
    first = tagloom(tmp_path, "paint", PROMPT, "--negative", "extra hand", "--seed", "7", "--steps", "6")
    assert (first.returncode, first.stderr.count("6 steps in")) == (0, 1)
    again = tagloom(tmp_path, "redo", first.stdout.strip())
    assert again.returncode == 0
    assert "the pixels are identical" in again.stderr
    assert pixels(tmp_path / first.stdout.strip()) == pixels(tmp_path / again.stdout.strip())


def test_a_picture_that_began_with_an_image_and_one_of_two_passes_are_painted_again_identically(tmp_path: Path) -> None:
    options = ["--seed", "7", "--steps", "4", "--size", "64x64"]
    twice = tagloom(tmp_path, "paint", PROMPT, *options, "--hires", "1.5", "--hires-steps", "3", "--out", "twice.png")
    assert "7 steps in" in twice.stderr
    Image.linear_gradient("L").resize((96, 96)).save(tmp_path / "mask.png")
    begun = [*options[:4], "--image", "twice.png", "--mask", "mask.png", "--out", "begun.png"]
    assert "3 steps in" in tagloom(tmp_path, "paint", "fox", *begun).stderr
    for name in ("twice.png", "begun.png"):
        again = tagloom(tmp_path, "redo", name)
        assert "the pixels are identical" in again.stderr
        assert (pixels(tmp_path / name).width, pixels(tmp_path / name).height) == (96, 96)


def test_a_chinese_prompt_paints_the_picture_of_its_english(tmp_path: Path) -> None:
    options = ("--seed", "7", "--steps", "4")
    chinese = tagloom(tmp_path, "paint", "一个女孩,粉色头发,上半身,绿色衬衫,天蓝色的眼睛", *options)
    english = tagloom(tmp_path, "paint", "1girl, pink hair, upper body, green shirt, sky blue eyes", *options)
    assert (chinese.returncode, english.returncode) == (0, 0), chinese.stderr
    assert "1girl,pink hair,upper body,green shirt,sky blue eyes" in chinese.stderr
    assert pixels(tmp_path / chinese.stdout.strip()) == pixels(tmp_path / english.stdout.strip())


def test_redo_computes_with_as_many_threads_as_the_file_says(tmp_path: Path) -> None:
    """Sums depend on how they are split among threads: three give other last bits than two."""
    first = tagloom(tmp_path, "paint", PROMPT, "--seed", "5", "--steps", "4", "--threads", "3")
    again = tagloom(tmp_path, "redo", first.stdout.strip(), OMP_NUM_THREADS="2")
    assert "the pixels are identical" in again.stderr


def test_pictures_of_one_command_equal_pictures_painted_alone(tmp_path: Path) -> None:
    several = tagloom(tmp_path, "paint", PROMPT, "-n", "2", "--seed", "7", "--steps", "4").stdout.splitlines()
    alone = tagloom(tmp_path, "paint", PROMPT, "--seed", "8", "--steps", "4").stdout.strip()
    assert pixels(tmp_path / several[1]) == pixels(tmp_path / alone)


def test_the_prompt_s_controls_change_the_picture(tmp_path: Path) -> None:
    plain = tagloom(tmp_path, "paint", "1girl, fox", "--seed", "7", "--steps", "4").stdout.strip()
    for prompt, options in (
        ("(1girl:0.3), fox", []),
        ("1girl AND fox", []),
        ("[1girl | fox]", []),
        ("1girl BREAK fox", []),
        ("1girl, fox", ["--clip-skip", "4"]),
        ("1girl, fox", ["--negative", "tree"]),
    ):
        other = tagloom(tmp_path, "paint", prompt, *options, "--seed", "7", "--steps", "4").stdout.strip()
        assert pixels(tmp_path / plain) != pixels(tmp_path / other)


@pytest.mark.parametrize("verb", [["--help"], ["paint", "--help"], ["explain", "a (b:1.2)"], ["models"], ["info", "p.png"]])
def test_what_paints_nothing_imports_no_torch(verb: list[str], tmp_path: Path) -> None:
    code = "import sys; from tagloom.cli.main import run; run(sys.argv[1:], {}); sys.exit('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code, *verb], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("line", ["explain a", "check p", "format p", "convert p --to compel", "sort p"])
def test_what_only_reads_prompts_imports_nothing_that_starts_slowly(line: str, tmp_path: Path) -> None:
    (tmp_path / "p").write_text("beach, 1girl, (pink hair:1.2)")
    code = (
        "import sys; from tagloom.cli.main import run; failed = run(sys.argv[1:], {}); "
        "slow = {'numpy', 'cyclopts', 'rich', 'importlib.resources', 'tagloom.translation', 'tagloom.engine.request'}; "
        "sys.exit(str(slow & set(sys.modules)) if failed or slow & set(sys.modules) else 0)"
    )
    command = [sys.executable, "-c", code, *line.split()]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_missing_or_damaged_model_file_is_one_clear_error(tmp_path: Path, paperdoll_folder: Path) -> None:
    model = tmp_path / "mine"
    shutil.copytree(paperdoll_folder, model)
    weights = model / "unet" / "diffusion_pytorch_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    damaged = tagloom(tmp_path, "paint", "x", "--model", str(model))
    weights.unlink()
    missing = tagloom(tmp_path, "paint", "x", "--model", str(model))
    for done in (damaged, missing):
        assert done.returncode == 3
        assert done.stderr.startswith("error: ")
        assert "unet" in done.stderr
        assert "Traceback" not in done.stderr
    assert not (tmp_path / "outputs").exists() or not list((tmp_path / "outputs").iterdir())


@pytest.mark.skipif(os.name != "posix", reason="file size limits are POSIX")
def test_a_full_disk_is_one_clear_error_with_nothing_half_written(tmp_path: Path) -> None:
    limited = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000)); {TAGLOOM[-1]}"
    command = [sys.executable, "-c", limited, "paint", PROMPT, "--steps", "1"]
    variables = dict(os.environ) | {"TAGLOOM_CACHE": str(tmp_path / "cache")}
    done = subprocess.run(command, cwd=tmp_path, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert "error: cannot write" in done.stderr
    assert "Traceback" not in done.stderr
    assert [path for path in (tmp_path / "outputs").rglob("*") if path.is_file()] == []


def test_a_closed_pipe_is_no_traceback(tmp_path: Path) -> None:
    command = [*TAGLOOM, "explain", "a, " * 2000]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait() == 1


def test_a_terminal_that_cannot_show_a_letter_gets_another(tmp_path: Path) -> None:
    done = tagloom(tmp_path, "explain", "猫", PYTHONUTF8="0", PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert '"?"' in done.stdout


def test_the_public_names_paint(tmp_path: Path) -> None:
    code = (
        "from tagloom import Catalog, RequestInput, open_engine, resolve, vocabulary\n"
        "model = Catalog().find('paperdoll')\n"
        "said = RequestInput(prompt='1girl', steps=2, width=32, height=32)\n"
        "request = resolve(said, model=model, vocabulary=vocabulary(), random_seed=1, wildcards={}).request\n"
        "*_, finished = open_engine(model).generate(request)\n"
        "print(finished.picture.width)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stdout == "32\n", done.stderr


def test_metadata_survives(tmp_path: Path) -> None:
    for file_format in ("png", "webp", "jpeg"):
        done = tagloom(
            tmp_path, "paint", "猫 (cat:1.2)", "--no-translate", "--steps", "1", "--seed", "1", "--format", file_format
        )
        artifact = read(tmp_path / done.stdout.strip())
        assert artifact.request is not None
        assert artifact.request.prompt == "猫 (cat:1.2)"
        assert artifact.provenance is not None
        assert artifact.provenance.device in {"cpu", "cuda", "mps"}
