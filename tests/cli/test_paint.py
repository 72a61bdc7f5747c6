"""`tagloom paint` against the fake engine."""

import json
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tagloom.artifact import pixels, read
from tagloom.cli.main import run
from tagloom.cli.services import real_services
from tagloom.engine import Engine, Event, FakeEngine, Request, Started
from tagloom.errors import MemoryExhaustedError
from tests.cli.conftest import CommandLine, Stream


def painted(tagloom: CommandLine) -> list[Path]:
    return [Path(line) for line in tagloom.output.splitlines()]


def test_a_picture_is_painted_and_says_how(tagloom: CommandLine) -> None:
    assert tagloom("paint", "a (cat:1.2)", "--seed", "5", "--steps", "9", "--negative", "dog", "--size", "64x32") == 0
    (path,) = painted(tagloom)
    request = read(path).request
    assert request == Request(
        prompt="a (cat:1.2)",
        negative_prompt="dog",
        seed=5,
        steps=9,
        width=64,
        height=32,
        sampler="DPM++ 2M",
        schedule="Automatic",
        guidance_scale=7.0,
        clip_skip=1.0,
        model="paperdoll",
        emphasis="original",
        noise="philox",
        compat="exact",
        underscores="keep",
    )
    assert tagloom.opened == [("paperdoll", "auto", "auto", 0)]
    assert "9 steps in" in tagloom.messages


def test_every_parameter_reaches_the_request(tagloom: CommandLine) -> None:
    options = ["--sampler", "euler_a", "--schedule", "karras", "--cfg", "3.5", "--clip-skip", "2.5", "--emphasis", "comfy"]
    options += ["--noise", "cpu", "--compat", "a1111", "--underscores", "space", "--device", "cpu", "--precision", "bf16"]
    assert tagloom("paint", "x", *options, "--threads", "3", "--runtime", "openvino") == 0
    assert tagloom.runtimes == ["openvino"]
    request = read(painted(tagloom)[0]).request
    assert request is not None
    assert (request.sampler, request.schedule, request.guidance_scale) == ("Euler a", "Karras", 3.5)
    assert (request.clip_skip, request.emphasis, request.noise) == (2.5, "comfy", "cpu")
    assert (request.compat, request.underscores, request.seed) == ("a1111", "space", 1234)
    assert tagloom.opened == [("paperdoll", "cpu", "bf16", 3)]


def test_several_pictures_have_seeds_in_a_row(tagloom: CommandLine) -> None:
    assert tagloom("paint", "{a|b} cat", "-n", "3", "--seed", "7") == 0
    requests = [read(path).request for path in painted(tagloom)]
    assert [request.seed for request in requests if request] == [7, 8, 9]
    assert {request.prompt for request in requests if request} <= {"a cat", "b cat"}


def test_wildcards_come_from_the_folder(tagloom: CommandLine) -> None:
    folder = tagloom.folder / "wildcards" / "animals"
    folder.mkdir(parents=True)
    (folder / "pet.txt").write_text("# pets\nfox\n\n", encoding="utf-8")
    assert tagloom("paint", "a __animals/pet__") == 0
    request = read(painted(tagloom)[0]).request
    assert request is not None
    assert request.prompt == "a fox"


def test_a_wildcard_file_that_is_no_text_is_named(tagloom: CommandLine, capsys: pytest.CaptureFixture[str]) -> None:
    (tagloom.folder / "wildcards").mkdir()
    (tagloom.folder / "wildcards" / "bad.txt").write_bytes(b"\xff\xfe\xfa")
    assert tagloom("paint", "a __bad__") == 2
    assert "bad.txt cannot be read" in capsys.readouterr().err


def test_mistakes_in_the_prompt_are_drawn_once_and_painted(tagloom: CommandLine) -> None:
    assert tagloom("paint", "a (cat", "-n", "2") == 0
    assert tagloom.messages.count("error[P001]: expected ')'") == 1
    assert len(painted(tagloom)) == 2


@pytest.mark.parametrize(
    ("out", "file_format", "expected"),
    [
        ("picture.webp", "", ("picture.webp", "webp")),
        ("picture.jpg", "jpeg", ("picture.jpg", "jpeg")),
        ("folder", "webp", ("folder/1234-x.webp", "webp")),
        ("folder", "", ("folder/1234-x.png", "png")),
    ],
)
def test_out_and_format_say_where_and_what(
    out: str, file_format: str, expected: tuple[str, str], tagloom: CommandLine
) -> None:
    options = ["--format", file_format] if file_format else []
    assert tagloom("paint", "x", "--out", str(tagloom.folder / out), *options) == 0
    (path,) = painted(tagloom)
    assert (str(path.relative_to(tagloom.folder)), read(path).file_format) == expected


def test_nothing_is_overwritten(tagloom: CommandLine) -> None:
    for _ in range(2):
        assert tagloom("paint", "x", "--out", str(tagloom.folder / "one.png")) == 0
    assert sorted(path.name for path in tagloom.folder.glob("*.png")) == ["one-2.png", "one.png"]


def test_events_are_json_lines(tagloom: CommandLine) -> None:
    assert tagloom("paint", "x", "--steps", "4", "--preview", "2", "--json", "--size", "32x32") == 0
    events = [json.loads(line) for line in tagloom.output.splitlines()]
    assert [event["event"] for event in events] == [
        "started",
        "progress",
        "progress",
        "preview",
        "progress",
        "progress",
        "finished",
        "saved",
    ]
    assert events[0]["request"]["steps"] == 4
    assert Path(events[-1]["path"]).is_file()
    assert events[3]["path"] == str(tagloom.folder / "outputs" / "tagloom-preview.png")
    preview = pixels(Path(events[3]["path"]))
    assert (preview.width, preview.height) == (8, 8)


class Watching(Stream):
    """A stream that looks, at every line, whether the file it speaks of is there."""

    def __init__(self) -> None:
        super().__init__(is_terminal=False)
        self.found: list[bool] = []

    def write(self, text: str) -> int:
        if "preview.png" in text:
            self.found.append(Path(json.loads(text)["path"]).is_file())
        return super().write(text)


def test_a_preview_is_there_when_it_is_told(tmp_path: Path) -> None:
    stream = Watching()
    services = replace(
        real_services({"XDG_CONFIG_HOME": str(tmp_path)}), output=stream, open_engine=lambda *_, **__: FakeEngine()
    )
    assert run(["paint", "x", "--json", "--preview", "5", "--out", str(tmp_path)], {}, services) == 0
    assert stream.found == [True] * 3


def test_a_prompt_may_come_from_standard_input(tagloom: CommandLine) -> None:
    tagloom.typed = "一个女孩\n".encode()
    assert tagloom("paint", "-", "--steps", "3") == 0
    request = read(painted(tagloom)[0]).request
    assert request is not None
    assert (request.prompt, request.steps) == ("1girl", 3)


def test_standard_input_that_is_no_text_is_refused(tagloom: CommandLine, capsys: pytest.CaptureFixture[str]) -> None:
    tagloom.typed = b"\xff\xfe"
    assert tagloom("paint", "-") == 2
    assert "standard input is no UTF-8 text" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--sampler", "Eulr"], 2, "there is no sampler 'Eulr'\n  hint: did you mean 'Euler'?"),
        (["--schedule", "Karas"], 2, "there is no schedule 'Karas'\n  hint: did you mean 'Karras'?"),
        (["--size", "130x131"], 2, "width 130 is not a multiple of 4"),
        (["--size", "big"], 2, "size 'big' is not WIDTHxHEIGHT"),
        (["--steps", "0"], 2, "steps 0 is not within 1 to 150"),
        (["--steps", "151"], 2, "steps 151 is not within 1 to 150"),
        (["--steps", "many"], 2, "--steps: 'many' is no whole number"),
        *[
            ([option, text], 2, f"{option}: '{text}' is no whole number")
            for option in ("--steps", "--seed", "-n", "--quality", "--preview", "--threads")
            for text in ("20.5", "1e3", "２０", "1_0", "0x10")
        ],
        (["--seed", "9" * 5000], 2, f"--seed: '{'9' * 40}...' is no whole number"),
        (["--clip-skip", "13"], 2, "clip skip 13 is not within 1 to 12"),
        (["--clip-skip", "nan"], 2, "--clip-skip: 'nan' is no number"),
        (["--clip-skip", "1_0"], 2, "--clip-skip: '1_0' is no number"),
        (["--clip-skip", "２"], 2, "--clip-skip: '２' is no number"),
        (["--cfg", "many"], 2, "--cfg: 'many' is no number"),
        (["--cfg", "1e400"], 2, "guidance scale inf is not within 0 to 100"),
        (["blue", "sky"], 2, "'blue' is one argument too many\n  hint: put a prompt of several words into quotation marks"),
        (["--models-dir", "nowhere"], 2, "the model folder nowhere is not there\n  hint: name another with --models-dir"),
        (["--models-dir", __file__], 2, "test_paint.py is no folder"),
        (["--seed", "-1"], 2, "seed -1 is not within 0"),
        (["--cfg", "1000"], 2, "guidance scale 1000 is not within 0 to 100"),
        (["--emphasis", "orignal"], 2, "hint: did you mean 'original'?"),
        (["--count", "0"], 2, "count 0 is below 1"),
        (["-n", "1000000000"], 2, "count 1000000000 is above 10000"),
        (["-n", "2", "--seed", str(2**64 - 1)], 2, "seed 18446744073709551616 is not within 0 to 18446744073709551615"),
        (["--batch-size", "0"], 2, "batch size 0 is below 1"),
        (["--batch-size", "1.5"], 2, "--batch-size: '1.5' is no whole number"),
        (["--s-churn", "1001"], 2, "s churn 1001 is not within 0 to 1000"),
        (["--variation-strength", "2"], 2, "variation strength 2 is not within 0 to 1"),
        (["--variation-strength", "0.5", "--variation-seed", "-1"], 2, "variation seed -1 is not within 0"),
        (["--seed-from", "large"], 2, "seed from 'large' is not WIDTHxHEIGHT"),
        (["--seed-from", "8x8"], 2, "seed width 8 is not within 16 to 8192"),
        (["--tiling", "z"], 2, "tiling 'z' is none of off, x, y, both"),
        (["--vae-tiling", "never"], 2, "vae tiling 'never' is none of auto, off, on"),
        (["--eta", "2"], 2, "eta 2 is not within 0 to 1"),
        (["--s-churn", "nan"], 2, "--s-churn: 'nan' is no number"),
        (["--format", "gif"], 2, "there is no format 'gif'"),
        (["--out", "x.webp", "--format", "png"], 2, "--out x.webp says webp, --format says png"),
        (["--quality", "0", "--format", "jpeg"], 2, "quality"),
        (["--nonsense"], 2, "nonsense"),
        (["--size"], 2, "size"),
        (["--model", "nope"], 3, "there is no model 'nope'"),
        (["--model", "."], 3, "no diffusers folder"),
        (["--out", "/proc/pictures"], 1, "cannot write a picture into '/proc/pictures'"),
    ],
)
def test_bad_input_is_one_clear_error(
    arguments: list[str], code: int, message: str, tagloom: CommandLine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tagloom("paint", "x", *arguments) == code
    told = capsys.readouterr().err
    assert told.startswith("error: ")
    assert message in told
    assert "Traceback" not in told
    assert list(tagloom.folder.rglob("*.png")) == []


@dataclass
class Failing:
    """An engine that fails at its first step."""

    error: Exception

    def generate(self, request: Request, *, preview_every: int = 0) -> Iterator[Event]:
        yield from list(FakeEngine().generate(request, preview_every=preview_every))[:1]
        raise self.error


def test_exhausted_memory_has_its_own_code(
    tagloom_with: Callable[[Engine], CommandLine], capsys: pytest.CaptureFixture[str]
) -> None:
    tagloom = tagloom_with(Failing(MemoryExhaustedError("no memory", hint="take less")))
    assert tagloom("paint", "x") == 4
    assert capsys.readouterr().err == "error: no memory\n  hint: take less\n"


def test_a_mistake_of_ours_is_one_line_too(
    tagloom_with: Callable[[Engine], CommandLine], capsys: pytest.CaptureFixture[str]
) -> None:
    tagloom = tagloom_with(Failing(ZeroDivisionError("by zero")))
    assert tagloom("paint", "x") == 1
    assert capsys.readouterr().err.startswith("error: ZeroDivisionError: by zero\n  hint: this is a mistake in tagloom")


def test_a_mistake_of_ours_shows_its_traceback_to_those_who_ask(
    tagloom_with: Callable[[Engine], CommandLine], capsys: pytest.CaptureFixture[str]
) -> None:
    tagloom = tagloom_with(Failing(ZeroDivisionError("by zero")))
    tagloom.environment = {"TAGLOOM_DEBUG": "1"}
    assert tagloom("paint", "x") == 1
    assert "Traceback (most recent call last)" in capsys.readouterr().err


def test_a_terminal_gets_a_progress_bar_with_its_rate(tagloom: CommandLine) -> None:
    tagloom.is_terminal = True
    assert tagloom("paint", "x", "--steps", "5", "-n", "2") == 0
    assert "painting" in tagloom.messages
    assert "5/5" in tagloom.messages
    assert "steps/s" in tagloom.messages
    assert len(painted(tagloom)) == 2


@dataclass
class Noticing:
    """An engine that cannot do all that is asked."""

    def generate(self, request: Request, *, preview_every: int = 0) -> Iterator[Event]:
        first, *rest = FakeEngine().generate(request, preview_every=preview_every)
        assert isinstance(first, Started)
        yield replace(first, notices=("<hypernet:x> is no LoRA: it has no effect",))
        yield from rest


@pytest.mark.parametrize("is_terminal", [False, True])
def test_what_has_no_effect_is_told(is_terminal: bool, tagloom_with: Callable[[Engine], CommandLine]) -> None:
    tagloom = tagloom_with(Noticing())
    tagloom.is_terminal = is_terminal
    assert tagloom("paint", "x") == 0
    assert "notice: <hypernet:x> is no LoRA" in tagloom.messages


def test_ctrl_c_once_finishes_the_picture_and_paints_no_other(
    tagloom_with: Callable[[Engine], CommandLine],
) -> None:
    begun = 0

    def press_once() -> None:
        nonlocal begun
        begun += 1
        if begun == 3:
            os.kill(os.getpid(), signal.SIGINT)

    tagloom = tagloom_with(FakeEngine(pause=press_once))
    assert tagloom("paint", "x", "-n", "5", "--steps", "6") == 130
    assert len(painted(tagloom)) == 1
    assert begun == 6
    assert "press Ctrl-C again" in tagloom.messages


def test_ctrl_c_twice_stops_at_once_with_nothing_written(tagloom_with: Callable[[Engine], CommandLine]) -> None:
    begun = 0

    def press() -> None:
        nonlocal begun
        begun += 1
        os.kill(os.getpid(), signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    tagloom = tagloom_with(FakeEngine(pause=press))
    assert tagloom("paint", "x", "--steps", "6") == 130
    assert begun == 2
    assert list(tagloom.folder.rglob("*.png")) == []
    assert signal.getsignal(signal.SIGINT) is before


def test_pictures_go_through_the_network_in_batches(tagloom: CommandLine) -> None:
    assert tagloom("paint", "cat", "-n", "5", "--batch-size", "2", "--seed", "7", "--steps", "3") == 0
    artifacts = [read(path) for path in painted(tagloom)]
    assert [one.request.seed for one in artifacts if one.request] == [7, 8, 9, 10, 11]
    assert [one.provenance.batch_size for one in artifacts if one.provenance] == [2, 2, 2, 2, 1]
    assert tagloom.messages.count("one of 2 at once") == 4
    together = painted(tagloom)[2]
    assert tagloom("paint", "cat", "--seed", "9", "--steps", "3") == 0
    assert pixels(painted(tagloom)[0]) == pixels(together)


def test_events_of_several_pictures_at_once_say_which(tagloom: CommandLine) -> None:
    assert tagloom("paint", "cat", "-n", "3", "--batch-size", "2", "--steps", "2", "--json") == 0
    events = [json.loads(line) for line in tagloom.output.splitlines()]
    assert [(event["event"], event["picture"]) for event in events[:8]] == [
        ("started", 0),
        ("started", 1),
        ("progress", 0),
        ("progress", 1),
        ("progress", 0),
        ("progress", 1),
        ("finished", 0),
        ("finished", 1),
    ]
    assert [event["picture"] for event in events if event["event"] == "saved"] == [0, 1, 2]


def test_variations_count_the_variation_seed(tagloom: CommandLine) -> None:
    options = ["--seed", "7", "--variation-seed", "20", "--variation-strength", "0.25", "--seed-from", "64x96"]
    assert tagloom("paint", "cat", "-n", "3", *options) == 0
    requests = [read(path).request for path in painted(tagloom)]
    assert [(one.seed, one.variation_seed, one.variation_strength) for one in requests if one] == [
        (7, 20, 0.25),
        (7, 21, 0.25),
        (7, 22, 0.25),
    ]
    assert requests[0] is not None
    assert (requests[0].seed_width, requests[0].seed_height) == (64, 96)
    assert "seed 7 varied by 0.25 towards 21" in tagloom.messages


def test_a_variation_seed_comes_by_chance_and_has_no_effect_alone(tagloom: CommandLine) -> None:
    assert tagloom("paint", "cat", "--seed", "7", "--variation-strength", "0.25") == 0
    request = read(painted(tagloom)[0]).request
    assert request is not None
    assert request.variation_seed == 1234
    assert tagloom("paint", "cat", "--variation-seed", "7") == 0
    assert "notice: the variation seed has no effect without --variation-strength" in tagloom.messages


def test_tiling_and_the_noise_of_samplers_reach_the_request(tagloom: CommandLine) -> None:
    options = ["--tiling", "x", "--vae-tiling", "on", "--eta", "0.5", "--eta-ddim", "0.1", "--s-churn", "2"]
    assert tagloom("paint", "x", *options, "--s-tmin", "0.1", "--s-tmax", "9", "--s-noise", "1.01") == 0
    request = read(painted(tagloom)[0]).request
    assert request is not None
    assert (request.tiling, request.vae_tiling, request.eta, request.eta_ddim) == ("x", "on", 0.5, 0.1)
    assert (request.s_churn, request.s_tmin, request.s_tmax, request.s_noise) == (2.0, 0.1, 9.0, 1.01)
