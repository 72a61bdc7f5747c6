"""`tagloom sort`, and what `tagloom check` knows through the lexicon."""

import json

import pytest

from tests.cli.conftest import CommandLine


def test_a_prompt_is_sorted(tagloom: CommandLine) -> None:
    file = tagloom.folder / "prompt.txt"
    file.write_text("masterpiece, beach, (white dress:1.2), 1girl BREAK sunset, smile\n")
    assert tagloom("sort", str(file)) == 0
    assert tagloom.output == "1girl, (white dress:1.2), beach, masterpiece BREAK smile, sunset\n"
    assert file.read_text().startswith("masterpiece")


def test_ones_own_order_is_kept(tagloom: CommandLine) -> None:
    tagloom.typed = b"1girl, beach, masterpiece"
    assert tagloom("sort", "-", "--order", "detail,scene") == 0
    assert tagloom.output == "masterpiece, beach, 1girl\n"
    assert tagloom("sort", "-", "--order", "detail", "--json") == 0
    assert json.loads(tagloom.output) == {"prompt": "masterpiece, 1girl, beach", "changed": True}


def test_an_unknown_group_is_refused(tagloom: CommandLine, capsys: pytest.CaptureFixture[str]) -> None:
    assert tagloom("sort", "-", "--order", "hats") == 2
    assert "there is no group 'hats'" in capsys.readouterr().err


def test_tags_are_shown_with_their_groups(tagloom: CommandLine) -> None:
    tagloom.typed = "1girl, 红色裙子, qwxz".encode()
    assert tagloom("sort", "-", "--groups") == 0
    assert tagloom.output.splitlines() == ["person   1girl", "clothing 红色裙子", "other    qwxz"]
    assert tagloom("sort", "-", "--groups", "--json") == 0
    first, _, last = json.loads(tagloom.output)
    assert first == {"tag": "1girl", "start": 0, "end": 5, "group": "person", "subgroup": "count", "how": "lexicon"}
    assert (last["group"], last["how"]) == ("other", "other")


@pytest.mark.parametrize(
    ("prompt", "code"),
    [
        ("1girl, beach, white dress", "L010"),
        ("looking at viewer, face the lens", "L005"),
        ("dawn, midnight", "L006"),
        ("1girl, 粉色头发", "L012"),
    ],
)
def test_check_asks_the_lexicon(prompt: str, code: str, tagloom: CommandLine) -> None:
    tagloom.typed = prompt.encode()
    assert tagloom("check", "-", "--json") == 0
    assert code in [found["code"] for found in json.loads(tagloom.output)]


def test_check_offers_the_translation_of_what_is_known_whole(tagloom: CommandLine) -> None:
    tagloom.typed = "粉色头发, 魑魅魍魉鼹鼠".encode()
    assert tagloom("check", "-", "--json") == 0
    first, second = (found for found in json.loads(tagloom.output) if found["code"] == "L012")
    assert (first["hint"], first["fix"]["replacement"]) == ("write 'pink hair'", "pink hair")
    assert (second["hint"], second["fix"]) == ("translate it", None)
