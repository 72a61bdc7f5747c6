"""`tagloom translate`, and what `paint` does with Chinese prompts."""

import json
from pathlib import Path

import pytest

from tagloom.artifact import read
from tagloom.engine import Request
from tests.cli.conftest import CommandLine


def test_standard_output_holds_the_translation_alone(tagloom: CommandLine) -> None:
    assert tagloom("translate", "(粉色头发:1.2)，穿着红色裙子，靐") == 0
    assert tagloom.output == "(pink hair:1.2), red skirt, 靐\n"
    assert tagloom.messages.splitlines() == [
        "粉色头发 -> pink hair (lexicon)",
        "穿着红色裙子 -> red skirt (grammar; wearing is implied)",
        "靐: not translated",
    ]


def test_a_prompt_may_come_from_standard_input(tagloom: CommandLine) -> None:
    tagloom.typed = "一个女孩\n".encode()
    assert tagloom("translate", "-") == 0
    assert tagloom.output == "1girl\n"


@pytest.mark.parametrize(("to", "expected"), [("zh-Hans", "粉色头发\n"), ("zh-hant", "粉色頭髮\n"), ("zh", "粉色头发\n")])
def test_the_way_back(to: str, expected: str, tagloom: CommandLine) -> None:
    assert tagloom("translate", "pink hair", "--to", to) == 0
    assert tagloom.output == expected


def test_json_tells_where_each_piece_came_from(tagloom: CommandLine) -> None:
    assert tagloom("translate", "两只白猫", "--json") == 0
    document = json.loads(tagloom.output)
    assert (document["text"], document["to"], document["problems"]) == ("two white cats", "en", [])
    (piece,) = document["pieces"]
    assert (piece["start"], piece["end"], piece["source"], piece["origin"]) == (0, 4, "两只白猫", "grammar")


def test_a_dictionary_helps(tagloom: CommandLine) -> None:
    path = tagloom.folder / "words.u8"
    path.write_text("靐 靐 [bing4] /thunder/\n", encoding="utf-8")
    assert tagloom("translate", "红色的靐", "--dictionary", str(path)) == 0
    assert tagloom.output == "red thunder\n"


def test_a_service_that_does_not_answer_is_told_and_the_rest_translated(tagloom: CommandLine) -> None:
    assert tagloom("translate", "靐, 女孩", "--provider", "ftp://nowhere") == 0
    assert tagloom.output == "靐, girl\n"
    assert "notice: the translation service 'ftp://nowhere' is no http address" in tagloom.messages


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--to", "fr"], "there is no language 'fr'\n  hint: take en, zh-Hans or zh-Hant"),
        (["--timeout", "0"], "timeout 0 is not above 0"),
        (["--dictionary", "missing.u8"], "missing.u8 cannot be read"),
        (["--provider", "http://x", "--model-folder", "y"], "are both named"),
        (["--provider", "http://x", "--provider-key", "missing"], "the key in missing cannot be read"),
    ],
)
def test_refusals_name_what_is_wrong(
    arguments: list[str], message: str, tagloom: CommandLine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tagloom("translate", "靐", *arguments) == 2
    assert message in capsys.readouterr().err


def painted(tagloom: CommandLine) -> Request:
    request = read(Path(tagloom.output.splitlines()[0])).request
    assert request is not None
    return request


def test_a_chinese_prompt_is_painted_in_english_and_said(tagloom: CommandLine) -> None:
    assert tagloom("paint", "一个女孩，靐", "--negative", "多余的手指", "--steps", "3") == 0
    request = painted(tagloom)
    assert (request.prompt, request.negative_prompt) == ("1girl, 靐", "extra fingers")
    assert "notice: the prompt was translated: 1girl, 靐" in tagloom.messages
    assert "notice: the negative prompt was translated: extra fingers" in tagloom.messages
    assert "notice: no translation for 靐 in the prompt; painted as it stands" in tagloom.messages


def test_a_wildcards_line_is_translated_too(tagloom: CommandLine) -> None:
    folder = tagloom.folder / "wildcards"
    folder.mkdir()
    (folder / "颜色.txt").write_text("红色\n", encoding="utf-8")
    assert tagloom("paint", "a __颜色__ cat", "--steps", "3") == 0
    assert painted(tagloom).prompt == "a red cat"


def test_it_can_be_left_alone(tagloom: CommandLine) -> None:
    assert tagloom("paint", "一个女孩", "--no-translate", "--steps", "3") == 0
    assert painted(tagloom).prompt == "一个女孩"
    assert "translated" not in tagloom.messages


def test_an_english_prompt_is_not_touched(tagloom: CommandLine) -> None:
    assert tagloom("paint", "a cat", "--translate", "--steps", "3") == 0
    assert painted(tagloom).prompt == "a cat"
    assert "translated" not in tagloom.messages
