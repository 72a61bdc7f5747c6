"""`tagloom paint --image`, `--mask` and `--hires`, `tagloom redo` and `info` of what they paint, against the fake engine."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from tagloom.artifact import Destination, read, read_image, read_mask, write
from tagloom.cli.found_images import find_images
from tagloom.cli.image_options import recorded_name
from tagloom.engine import InpaintMask, SecondPass, SourceImage
from tagloom.errors import RequestError
from tests.artifact.test_source import bomb
from tests.cli.conftest import CommandLine
from tests.samples import PICTURE, PROVENANCE, REQUEST


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    """An image to begin with."""
    path = tmp_path / "photo.png"
    Image.linear_gradient("L").resize((64, 48)).convert("RGB").save(path)
    return path


@pytest.fixture
def mask(tmp_path: Path) -> Path:
    """A mask of the same size."""
    path = tmp_path / "mask.png"
    image = Image.new("L", (64, 48))
    image.paste(255, (10, 10, 40, 30))
    image.save(path)
    return path


def test_image_and_mask_reach_the_request_and_the_engine(tagloom: CommandLine, photo: Path, mask: Path) -> None:
    options = ["--image", str(photo), "--strength", "0.5", "--resize", "crop", "--mask", str(mask), "--mask-blur", "2"]
    options += ["--inpaint-fill", "noise", "--invert-mask", "--only-masked", "--mask-padding", "8", "--size", "32x32"]
    assert tagloom("paint", "x", *options) == 0
    request = read(Path(tagloom.output.strip())).request
    assert request is not None
    assert request.image == SourceImage(
        sha256=read_image(photo).sha256,
        width=64,
        height=48,
        strength=0.5,
        resize="crop",
        mask=InpaintMask(
            sha256=read_mask(mask).sha256, blur=2.0, fill="noise", is_inverted=True, only_masked=True, padding=8
        ),
    )
    assert (request.image.name, request.width, request.height) == ("photo.png", 32, 32)
    assert set(tagloom.pictures.values()) == {read_image(photo), read_mask(mask)}
    assert "10 steps in" in tagloom.messages  # half of 20


def test_an_image_s_size_is_painted_unless_another_is_said(tagloom: CommandLine, photo: Path) -> None:
    assert tagloom("paint", "x", "--image", str(photo)) == 0
    artifact = read(Path(tagloom.output.strip()))
    assert (artifact.width, artifact.height) == (64, 48)


def test_a_second_pass_reaches_the_request(tagloom: CommandLine) -> None:
    options = ["--hires", "1.5", "--hires-upscaler", "lanczos", "--hires-steps", "5", "--hires-strength", "0.4"]
    options += ["--hires-prompt", "y", "--hires-negative", "n", "--hires-sampler", "euler_a", "--hires-schedule", "karras"]
    assert tagloom("paint", "x", "--size", "64x48", *options, "--hires-cfg", "3") == 0
    artifact = read(Path(tagloom.output.strip()))
    assert artifact.request is not None
    assert artifact.request.second_pass == SecondPass(
        width=96,
        height=72,
        upscaler="lanczos",
        steps=5,
        strength=0.4,
        prompt="y",
        negative_prompt="n",
        sampler="Euler a",
        schedule="Karras",
        guidance_scale=3.0,
    )
    assert (artifact.width, artifact.height) == (96, 72)
    assert "25 steps in" in tagloom.messages


def test_the_second_pass_s_prompts_are_translated_and_checked_too(tagloom: CommandLine) -> None:
    assert tagloom("paint", "x", "--hires", "2", "--hires-prompt", "一个女孩, (cat") == 0
    request = read(Path(tagloom.output.strip())).request
    assert request is not None
    assert request.second_pass is not None
    assert request.second_pass.prompt == "1girl, (cat"
    assert "the prompt of the second pass was translated" in tagloom.messages
    assert "error[P001]: expected ')'" in tagloom.messages


def test_styles_are_the_second_pass_s_too_and_its_mistakes_are_drawn_in_its_own_prompt(tagloom: CommandLine) -> None:
    style = ["--style", "ink", "--negative", "n"]
    (tagloom.folder / "styles.csv").write_text(
        'name,prompt,negative_prompt\nink,"{prompt}, ink wash","hat"\n', encoding="utf-8"
    )
    assert tagloom("paint", "x", *style, "--hires", "2", "--hires-prompt", "a quite long prompt, __nowhere__") == 0
    request = read(Path(tagloom.output.strip())).request
    assert request is not None
    assert request.second_pass is not None
    assert request.second_pass.prompt == "a quite long prompt, __nowhere__, ink wash"
    assert request.second_pass.negative_prompt == request.negative_prompt == "n, hat"
    assert " | a quite long prompt, __nowhere__, ink wash" in tagloom.messages
    assert tagloom("paint", "x", "--negative", "a fox, __nobody__") == 0
    assert " | a fox, __nobody__" in tagloom.messages


def test_a_change_that_one_pass_reaches_is_not_said_never_to_come(tagloom: CommandLine) -> None:
    for prompt, told in (("[a:b:0.5]", 0), ("[a:b:1.5]", 0), ("[a:b:90]", 1)):
        assert tagloom("paint", prompt, "--hires", "2") == 0
        assert tagloom.messages.count("P011") == told, prompt
    assert tagloom("paint", "[a:b:1.5]") == 0
    assert tagloom.messages.count("P011") == 1


def test_info_shows_what_a_picture_began_with(tagloom: CommandLine, photo: Path, mask: Path) -> None:
    assert tagloom("paint", "x", "--image", str(photo), "--mask", str(mask)) == 0
    path = tagloom.output.strip()
    assert tagloom("info", path) == 0
    assert f"image: sha256 ({read_image(photo).sha256}), width (64), height (48), strength (0.75)" in tagloom.output
    assert f"mask (sha256 ({read_mask(mask).sha256})" in tagloom.output
    assert "second pass" not in tagloom.output
    assert tagloom("info", path, "--json") == 0
    assert json.loads(tagloom.output)["request"]["image"]["mask"]["fill"] == "original"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--image", "{folder}/none.png"], "none.png': No such file or directory"),
        (["--image", "{folder}/page.png"], "page.png': it is no picture that can be read"),
        (["--image", "{folder}/bomb.png"], "bomb.png': its pixels are too many; 8192x8192 is the most"),
        (["--image", "{folder}"], "it is no file"),
        (
            ["--image", "{folder}/photo.png", "--mask", "{folder}/small.png"],
            "the mask is 8x8 pixels, the image 64x48\n  hint: draw the mask over the image, at its size",
        ),
        (["--image", "{folder}/photo.png", "--strength", "1.5"], "strength 1.5 is not within 0 to 1"),
        (["--image", "{folder}/photo.png", "--strength", "-0.1"], "strength -0.1 is not within 0 to 1"),
        (["--image", "{folder}/photo.png", "--strength", "0.01"], "strength 0.01 is too low: of 20 steps none would run"),
        (["--image", "{folder}/photo.png", "--resize", "strech"], "hint: did you mean 'stretch'?"),
        (["--image", "{folder}/photo.png", "--hires", "2"], "a picture that begins with an image has no second pass"),
        (["--mask", "{folder}/photo.png"], "--mask acts on an image\n  hint: name one with --image"),
        (["--strength", "0.5"], "--strength acts on an image"),
        (["--hires-steps", "5"], "--hires-steps acts on a second pass\n  hint: ask for one with --hires 2"),
        (["--hires", "2", "--hires-width", "200"], "a second pass has a scale, or a width and height, not both"),
        (["--hires", "99"], "hires 99 is not within 0 to 16"),
        (["--hires", "2", "--hires-strength", "0"], "hires strength 0 is too low"),
    ],
)
def test_bad_input_is_one_clear_error(
    options: list[str], message: str, tagloom: CommandLine, photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tagloom.folder / "page.png").write_text("<html></html>", encoding="utf-8")
    (tagloom.folder / "bomb.png").write_bytes(bomb(30000, 30000))
    Image.new("L", (8, 8)).save(tagloom.folder / "small.png")
    assert tagloom("paint", "x", *(option.format(folder=photo.parent) for option in options)) in {1, 2}
    told = capsys.readouterr().err
    assert told.startswith("error: ")
    assert message in told
    assert not (tagloom.folder / "outputs").exists() or not list((tagloom.folder / "outputs").iterdir())


def test_redo_finds_the_image_beside_the_picture_or_asks_for_it(
    tagloom: CommandLine, photo: Path, mask: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--image", str(photo), "--mask", str(mask), "--out", str(tagloom.folder / "painted.png")]
    assert tagloom("paint", "x", *arguments) == 0
    painted = tagloom.output.strip()
    assert tagloom("redo", painted) == 0
    assert "the pixels are identical" in tagloom.messages
    moved = tagloom.folder / "elsewhere"
    moved.mkdir()
    for path in (photo, mask):
        shutil.move(path, moved / path.name)
    assert tagloom("redo", painted) == 2
    assert "the image 'photo.png' that the picture began with is not found" in capsys.readouterr().err
    assert tagloom("redo", painted, "--image", str(moved / "photo.png")) == 2
    assert "hint: name its file with --mask" in capsys.readouterr().err
    named = ["--image", str(moved / "photo.png"), "--mask", str(moved / "mask.png")]
    assert tagloom("redo", painted, *named) == 0
    assert "the pixels are identical" in tagloom.messages
    assert tagloom("redo", painted, "--image", str(moved / "mask.png"), "--mask", str(moved / "mask.png")) == 2
    assert "mask.png is not the image that the picture began with: sha256" in capsys.readouterr().err


def test_another_picture_of_that_name_is_passed_over(tmp_path: Path, photo: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    Image.new("RGB", (64, 48)).save(here / "photo.png")
    there.mkdir()
    shutil.copy(photo, there / "photo.png")
    picture = read_image(photo)
    source = SourceImage(sha256=picture.sha256, width=64, height=48, name="photo.png")
    assert find_images(source, (tmp_path / "none", here, there), None, None) == {picture.sha256: picture}
    with pytest.raises(RequestError, match="the image 'photo.png' that the picture began with is not found"):
        find_images(source, (here,), None, None)
    with pytest.raises(RequestError, match="the picture did not begin with an image"):
        find_images(None, (), photo, None)


def test_redo_of_another_tool_s_image_to_image_asks_for_the_files(
    tagloom: CommandLine, photo: Path, mask: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = tagloom.folder / "theirs.png"
    from PIL.PngImagePlugin import PngInfo

    chunks = PngInfo()
    text = "cat\nSteps: 10, Sampler: Euler, CFG scale: 7, Seed: 1, Size: 64x48, Model: paperdoll, "
    chunks.add_text("parameters", text + "Denoising strength: 0.5, Mask blur: 4, Init image hash: 0123456789abcdef")
    Image.new("RGB", (64, 48)).save(picture, pnginfo=chunks)
    assert tagloom("redo", str(picture)) == 2
    assert "the picture began with an image\n  hint: name its file with --image" in capsys.readouterr().err
    assert tagloom("redo", str(picture), "--image", str(photo)) == 2
    assert "the picture began with a mask\n  hint: name its file with --mask" in capsys.readouterr().err
    assert tagloom("redo", str(picture), "--image", str(photo), "--mask", str(mask)) == 0
    request = read(Path(tagloom.output.strip())).request
    assert request is not None
    assert request.image is not None
    assert (request.compat, request.image.strength, request.image.mask is not None) == ("a1111", 0.5, True)


def test_redo_of_our_own_infotext_checks_the_image(
    tagloom: CommandLine, photo: Path, mask: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    image = SourceImage(sha256=read_image(photo).sha256, width=64, height=48)
    path = write(PICTURE, replace(REQUEST, image=image), PROVENANCE, Destination(folder=tagloom.folder))
    bare = tagloom.folder / "bare.png"
    with Image.open(path) as opened:
        from PIL.PngImagePlugin import PngInfo

        chunks = PngInfo()
        chunks.add_text("parameters", opened.info["parameters"])
        opened.save(bare, pnginfo=chunks)
    assert tagloom("redo", str(bare), "--image", str(mask)) == 2
    assert "mask.png is not the image that the picture began with" in capsys.readouterr().err
    assert tagloom("redo", str(bare), "--image", str(photo)) == 0


def test_what_is_recorded_of_a_file_s_place_names_no_folder_of_the_disk() -> None:
    name: Callable[[str], str] = lambda path: recorded_name(Path(path))  # noqa: E731  # a short name for the test
    assert name("photo.png") == "photo.png"
    assert name("pictures/photo.png") == "pictures/photo.png"
    assert name("/home/me/photo.png") == "photo.png"
    assert name("../me/photo.png") == "photo.png"
