"""`tagloom styles`, and `tagloom paint --style`."""

import json
from pathlib import Path

import pytest

from tagloom.artifact import read
from tests.cli.conftest import CommandLine

HEAD = "name,prompt,negative_prompt\n"


def own(tagloom: CommandLine) -> Path:
    return tagloom.folder / "styles.csv"


def test_the_styles_that_come_along_are_listed(tagloom: CommandLine) -> None:
    assert tagloom("styles") == 0
    assert "style     watercolor (水彩)" in tagloom.output.splitlines()
    assert tagloom("styles", "--json") == 0
    told = json.loads(tagloom.output)
    assert {one["kind"] for one in told} == {"style", "opening", "negative"}
    assert not own(tagloom).exists()


def test_a_style_is_kept_shown_and_removed(tagloom: CommandLine) -> None:
    assert tagloom("styles", "add", "mine", "--prompt", "{prompt}, soft", "--negative", "dark, text") == 0
    assert own(tagloom).read_bytes().decode("utf-8-sig").splitlines()[1:] == ['mine,"{prompt}, soft","dark, text"']
    assert tagloom("styles") == 0
    assert tagloom.output.startswith("own       mine\n")
    assert tagloom("styles", "--json") == 0
    assert json.loads(tagloom.output)[0] == {
        "kind": "own",
        "name": "mine",
        "prompt": "{prompt}, soft",
        "negative_prompt": "dark, text",
    }
    assert tagloom("styles", "show", "mine") == 0
    assert tagloom.output == "prompt: {prompt}, soft\nnegative prompt: dark, text\n"
    assert tagloom("styles", "remove", "mine") == 0
    assert tagloom("styles", "remove", "mine") == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["show", "watercolour"], "did you mean 'watercolor'?"),
        (["show", "qwxz"], "`tagloom styles` lists them"),
        (["add", "#x", "--prompt", "a"], "must say something, and not begin with #"),
        (["add", "x"], "a style says something"),
        (["import", "nowhere.csv"], "there is no file nowhere.csv"),
    ],
)
def test_what_cannot_be_done_is_refused(
    arguments: list[str], message: str, tagloom: CommandLine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tagloom("styles", *arguments) == 2
    assert message in capsys.readouterr().err


def test_a_damaged_file_of_ones_own_is_told_and_never_changed(
    tagloom: CommandLine, capsys: pytest.CaptureFixture[str]
) -> None:
    damaged = HEAD + "A,a,b\nB,b, c, d\n"
    own(tagloom).write_text(damaged)
    assert tagloom("styles") == 1
    assert "line 3 has 4 cells for 3 columns" in tagloom.messages
    assert tagloom.output.startswith("own       A\n")
    for arguments in (["add", "C", "--prompt", "c"], ["remove", "A"], ["export", str(tagloom.folder / "out.csv")]):
        assert tagloom("styles", *arguments) == 2
        assert "line 3 has 4 cells" in capsys.readouterr().err
    assert own(tagloom).read_text() == damaged


def test_styles_are_imported_and_ones_own_are_kept(tagloom: CommandLine) -> None:
    own(tagloom).write_text(HEAD + "A,mine,\nB,b,\n")
    theirs = tagloom.folder / "theirs.csv"
    theirs.write_text(HEAD + "A,theirs,\nB,b,\nC,c,\nD,d, e, f\n")
    assert tagloom("styles", "import", str(theirs)) == 1
    assert tagloom.output == "1 styles taken\n"
    assert "line 5 has 4 cells" in tagloom.messages
    assert "'A' is kept as you have it; --replace takes theirs" in tagloom.messages
    assert own(tagloom).read_text() == HEAD + "A,mine,\nB,b,\nC,c,\n"
    theirs.write_text(HEAD + "A,theirs,\n")
    assert tagloom("styles", "import", str(theirs), "--replace") == 0
    assert own(tagloom).read_text() == HEAD + "A,theirs,\nB,b,\nC,c,\n"
    assert tagloom("styles", "import", str(theirs)) == 0
    assert tagloom.output == "0 styles taken\n"


def test_styles_are_exported_into_a_file_that_keeps_its_own(tagloom: CommandLine) -> None:
    own(tagloom).write_text(HEAD + "A,a,\n")
    out = tagloom.folder / "out.csv"
    out.write_text("name,prompt,negative_prompt,notes\n# theirs,,,\nA,old,,kept\n")
    assert tagloom("styles", "export", str(out)) == 0
    assert out.read_text() == "name,prompt,negative_prompt,notes\n# theirs,,,\nA,a,,kept\n"
    assert tagloom("styles", "export", str(out), "--presets") == 0
    assert "watercolor painting of {prompt}" in out.read_text()
    assert f"styles written to {out}" in tagloom.output


def test_a_picture_is_painted_in_a_style_and_keeps_it(tagloom: CommandLine) -> None:
    assert tagloom("styles", "add", "mine", "--prompt", "soft", "--negative", "text") == 0
    assert tagloom("paint", "a (cat:1.2)", "--negative", "dog", "--style", "线稿", "--style", "mine") == 0
    request = read(Path(tagloom.output.strip())).request
    assert request is not None
    assert request.prompt == "line art, a (cat:1.2), clean black lines, white background, no shading, soft"
    assert request.negative_prompt.startswith("dog, color, gradient")
    assert request.negative_prompt.endswith(", text")


def test_an_unknown_style_is_refused(tagloom: CommandLine, capsys: pytest.CaptureFixture[str]) -> None:
    assert tagloom("paint", "a cat", "--style", "no such") == 2
    assert "there is no style 'no such'" in capsys.readouterr().err
    assert tagloom.opened == []
