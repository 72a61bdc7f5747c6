"""What `paint` and `redo` share: where pictures go, previews, and a progress bar that leaves nothing behind."""

import io
import itertools
import os
import re
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from tagloom.artifact import Destination, pixels
from tagloom.cli.interrupt import Interrupt
from tagloom.cli.painting import destination, progress, write_preview
from tagloom.cli.services import Services, real_services
from tagloom.engine import FakeEngine
from tagloom.errors import RequestError, UnwritableError
from tests.cli.conftest import CommandLine, Stream
from tests.samples import PICTURE, REQUEST


def services_of(folder: Path, stream: io.StringIO) -> Services:
    """Services whose results and messages go to one stream, as they do on a terminal."""
    ticks = itertools.count()
    environment = {"XDG_CONFIG_HOME": str(folder), "TAGLOOM_OUTPUT": str(folder / "outputs")}
    return replace(real_services(environment), clock=lambda: float(next(ticks)), output=stream, messages=stream)


def seen(written: str) -> list[str]:
    """The lines that a terminal shows, for what the bar uses: carriage return, line feed, up, and erase line."""
    lines, row, column = [""], 0, 0
    for control, text in re.findall(r"(\x1b\[[0-9;?]*[A-Za-z]|\r|\n)|([^\x1b\r\n]+)", written):
        if text:
            line = lines[row].ljust(column)
            lines[row], column = line[:column] + text + line[column + len(text) :], column + len(text)
        elif control == "\r":
            column = 0
        elif control == "\n":
            row, column = row + 1, 0
            lines += [""] * (row + 1 - len(lines))
        elif control.endswith("K"):
            lines[row] = ""
        elif control.endswith("A"):
            row -= int(control[2:-1] or "1")
    return [line for line in lines if line.strip()]


def test_the_progress_bar_is_gone_when_a_picture_is_told() -> None:
    stream = Stream(is_terminal=True)
    services = services_of(Path(), stream)
    with progress(services, Path(), as_json=False) as report:
        for number in range(2):
            for event in FakeEngine().generate(replace(REQUEST, steps=3)):
                report(event)
            services.print(f"picture {number}.png")
    assert "3/3" in stream.getvalue()
    assert seen(stream.getvalue()) == ["picture 0.png", "picture 1.png"]


def test_a_message_during_the_bar_has_a_line_of_its_own() -> None:
    """Ctrl-C is answered while the bar stands there: the first half of a line is the bar's."""
    stream = Stream(is_terminal=True)
    services = services_of(Path(), stream)
    with Interrupt(services.say) as interrupt, progress(services, Path(), as_json=False) as report:
        for event in list(FakeEngine().generate(replace(REQUEST, steps=3)))[:2]:
            report(event)
        os.kill(os.getpid(), signal.SIGINT)
    assert interrupt.is_wanted
    assert "finishing this picture; press Ctrl-C again to stop at once" in seen(stream.getvalue())


def test_a_preview_is_replaced_and_leaves_no_other_file_alone(tmp_path: Path) -> None:
    (tmp_path / "preview.png").write_bytes(b"mine")
    paths = {write_preview(picture, tmp_path) for picture in (PICTURE, replace(PICTURE, pixels=PICTURE.pixels[::-1]))}
    (path,) = paths
    assert pixels(path) == replace(PICTURE, pixels=PICTURE.pixels[::-1])
    assert sorted(file.name for file in tmp_path.iterdir()) == ["preview.png", path.name]
    assert (tmp_path / "preview.png").read_bytes() == b"mine"


def test_a_preview_that_cannot_be_written_leaves_nothing_half_written(tmp_path: Path) -> None:
    taken = write_preview(PICTURE, tmp_path)
    taken.unlink()
    taken.mkdir()
    with pytest.raises(UnwritableError, match="cannot be written"):
        write_preview(PICTURE, tmp_path)
    assert list(tmp_path.iterdir()) == [taken]


def test_an_unwritable_folder_is_refused_before_anything_is_painted(
    tagloom: CommandLine, capsys: pytest.CaptureFixture[str]
) -> None:
    (tagloom.folder / "file").touch()
    assert tagloom("paint", "x", "--out", str(tagloom.folder / "file" / "below")) == 1
    assert "a file stands where the folder should be" in capsys.readouterr().err
    assert tagloom.opened == []


@pytest.mark.parametrize("ending", ["gif", "BMP", "tiff", "avif"])
def test_a_file_of_a_format_that_is_not_written_is_no_folder(ending: str, tmp_path: Path) -> None:
    services = services_of(tmp_path, Stream(is_terminal=False))
    with pytest.raises(RequestError, match="there is no format"):
        destination(tmp_path / f"picture.{ending}", "", 90, services)
    (tmp_path / "folder.gif").mkdir()
    assert destination(tmp_path / "folder.gif", "", 90, services) == Destination(folder=tmp_path / "folder.gif")


@pytest.mark.parametrize("out", ["x" * 300, "x" * 300 + ".png", "x" * 300 + "/y.png", "a\0b", "\ud800/x.png"])
def test_a_place_that_cannot_be_is_one_clear_error(
    out: str, tagloom: CommandLine, capsys: pytest.CaptureFixture[str]
) -> None:
    code = tagloom("paint", "x", "--out", str(tagloom.folder / out))
    told = capsys.readouterr().err
    assert code == (0 if out == "x" * 300 + ".png" else 1), told  # a file's name is shortened, a folder's is not
    assert "mistake in tagloom" not in told
