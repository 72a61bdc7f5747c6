"""`tagloom tags`, and where tagloom keeps the user's data."""

import json
from pathlib import Path

import pytest

from tagloom.cli.settings import read_settings
from tagloom.tags import GROUPS, NO_USAGE, read_usage, write_usage
from tests.cli.conftest import CommandLine


def test_search_shows_the_tag_its_name_and_what_fits(tagloom: CommandLine) -> None:
    assert tagloom("tags", "search", "fensetoufa", "--limit", "1") == 0
    tag, name, *_, found = (cell for cell in tagloom.output.strip().split("  ") if cell)
    assert (tag, name, found) == ("pink hair", "粉色头发", "pinyin: 粉色头发")


def test_search_answers_in_the_script_of_the_query(tagloom: CommandLine) -> None:
    assert tagloom("tags", "search", "粉色頭髮", "--limit", "1") == 0
    assert "粉色頭髮" in tagloom.output


def test_search_as_json_tells_where_it_fits(tagloom: CommandLine) -> None:
    write_usage(tagloom.folder / "data" / "usage.json", NO_USAGE.plus(["pink hair"]))
    assert tagloom("tags", "search", "pink hai", "--limit", "1", "--json") == 0
    assert json.loads(tagloom.output) == [
        {
            "tag": "pink hair",
            "name": "粉色头发",
            "match": "prefix",
            "wording": "pink hair",
            "spans": [[0, 8]],
            "group": "person",
            "subgroup": "hair colour",
            "kind": None,
            "count": 0,
            "uses": 1,
        }
    ]


def test_search_says_when_nothing_fits(tagloom: CommandLine) -> None:
    assert tagloom("tags", "search", "qqzzxxqq") == 0
    assert (tagloom.output, tagloom.messages) == ("", "no tag fits 'qqzzxxqq'\n")
    assert tagloom("tags", "search", "qqzzxxqq", "--json") == 0
    assert json.loads(tagloom.output) == []


def test_sensitive_tags_are_shown_when_they_are_asked_for(tagloom: CommandLine) -> None:
    assert tagloom("tags", "search", "bikini", "--json") == 0
    assert "bikini" not in [hit["tag"] for hit in json.loads(tagloom.output)]
    assert tagloom("tags", "search", "bikini", "--all", "--json") == 0
    assert json.loads(tagloom.output)[0]["tag"] == "bikini"


def test_a_limit_below_one_is_refused(tagloom: CommandLine, capsys: pytest.CaptureFixture[str]) -> None:
    assert tagloom("tags", "search", "hair", "--limit", "0") == 2
    assert "a limit of 0 shows nothing" in capsys.readouterr().err


def test_show_tells_all_that_is_known_of_a_tag(tagloom: CommandLine) -> None:
    assert tagloom("tags", "show", "粉色的頭髮") == 0
    lines = tagloom.output.splitlines()
    assert lines[0] == "pink hair"
    assert any(line.startswith("  zh-Hans: 粉色头发, ") for line in lines)
    assert any(line.startswith("  zh-Hant: 粉色頭髮, ") for line in lines)
    assert any(line.startswith("  pinyin: fen3 se4 tou2 fa") for line in lines)
    assert "  group: person/hair colour (person and expression, 人物与表情)" in lines
    assert not any(line.startswith(("  flags", "  used", "  pictures", "  kind")) for line in lines)


def test_show_tells_flags_and_uses(tagloom: CommandLine) -> None:
    write_usage(tagloom.folder / "data" / "usage.json", NO_USAGE.plus(["lowres", "lowres"]))
    assert tagloom("tags", "show", "lowres") == 0
    assert {"  flags: negative", "  used: 2 times"} <= set(tagloom.output.splitlines())


def test_show_names_the_nearest_tag_where_there_is_none(tagloom: CommandLine, capsys: pytest.CaptureFixture[str]) -> None:
    assert tagloom("tags", "show", "pink hiar") == 2
    assert capsys.readouterr().err == "error: there is no tag 'pink hiar'\n  hint: did you mean 'pink hair'?\n"
    assert tagloom("tags", "show", "qqzzxxqq") == 2
    assert "tagloom tags search finds tags" in capsys.readouterr().err


def test_groups_come_in_the_recommended_order_with_their_sub_groups(tagloom: CommandLine) -> None:
    assert tagloom("tags", "groups") == 0
    lines = tagloom.output.splitlines()
    heads = [line for line in lines if not line.startswith("  ")]
    assert [head.split(":")[0] for head in heads] == list(GROUPS)
    assert heads[0].startswith("person: person and expression, 人物与表情: ")
    assert any(line.startswith("  hair colour: ") for line in lines)
    assert tagloom("tags", "groups", "--traditional") == 0
    assert "人物與表情" in tagloom.output


@pytest.mark.parametrize("name", ["camera", "Camera", "镜头", "鏡頭"])
def test_a_group_is_shown_in_chinese_and_english(name: str, tagloom: CommandLine) -> None:
    assert tagloom("tags", "groups", name) == 0
    rows = [line.split() for line in tagloom.output.splitlines()]
    assert any(row[1:] == ["from", "behind"] for row in rows)


def test_sensitive_tags_of_a_group_are_shown_when_they_are_asked_for(tagloom: CommandLine) -> None:
    assert tagloom("tags", "groups", "clothing") == 0
    without = tagloom.output
    assert tagloom("tags", "groups", "clothing", "--all") == 0
    assert len(tagloom.output.splitlines()) > len(without.splitlines())


def test_a_group_that_is_not_there_is_refused(tagloom: CommandLine, capsys: pytest.CaptureFixture[str]) -> None:
    assert tagloom("tags", "groups", "people") == 2
    assert "there are: person, clothing, scene" in capsys.readouterr().err


def test_an_imported_list_joins_the_search(tagloom: CommandLine) -> None:
    (tagloom.folder / "more.csv").write_text('kusanagi_(sword),4,1234,"grass_cutter"\npink_hair,0,99,\n')
    (tagloom.folder / "zh.csv").write_text("kusanagi_(sword),草薙剑\n", encoding="utf-8")
    code = tagloom("tags", "import", str(tagloom.folder / "more.csv"), "--translations", str(tagloom.folder / "zh.csv"))
    assert code == 0
    path = tagloom.folder / "data" / "tags" / "more.tags.tsv"
    assert tagloom.output == f"2 tags, 1 of them with names, are now in {path}\n"
    assert tagloom("tags", "search", "caotijian") == 0
    assert tagloom.output.split("  ") == ["kusanagi (sword)", "草薙剑", "character", "pinyin: 草薙剑", "1,234\n"]
    assert tagloom("tags", "show", "grass_cutter") == 0
    assert tagloom.output.splitlines() == [
        "kusanagi (sword)",
        "  other names: 草薙剑",
        "  aliases: grass cutter",
        "  kind: character",
        "  pictures: 1,234",
    ]


def test_a_file_that_is_no_list_is_refused(tagloom: CommandLine, capsys: pytest.CaptureFixture[str]) -> None:
    (tagloom.folder / "more.csv").write_text("pink_hair,0,99,\n{}\n")
    assert tagloom("tags", "import", str(tagloom.folder / "more.csv")) == 2
    assert "more.csv is no such CSV file: line 2: 1 columns" in capsys.readouterr().err
    assert tagloom("tags", "import") == 2
    assert "no file is named" in capsys.readouterr().err


def test_a_damaged_file_of_uses_is_told_and_does_not_stop_the_search(tagloom: CommandLine) -> None:
    path = tagloom.folder / "data" / "usage.json"
    path.parent.mkdir()
    path.write_text("damaged")
    assert tagloom("tags", "search", "hair") == 0
    assert tagloom.output
    assert "notice: " in tagloom.messages
    assert "it was set aside as usage.json.damaged" in tagloom.messages
    assert read_usage(path).notice == ""


@pytest.mark.parametrize(
    ("environment", "platform", "folder"),
    [
        ({}, "linux", "/home/.local/share/tagloom"),
        ({"XDG_DATA_HOME": "/data"}, "linux", "/data/tagloom"),
        ({"XDG_DATA_HOME": "/data"}, "darwin", "/data/tagloom"),
        ({}, "darwin", "/home/Library/Application Support/tagloom"),
        ({}, "win32", "/home/AppData/Local/tagloom"),
        ({"LOCALAPPDATA": "/local"}, "win32", "/local/tagloom"),
        ({"XDG_DATA_HOME": "/data", "TAGLOOM_DATA": "/mine"}, "linux", "/mine"),
    ],
)
def test_data_is_kept_where_the_platform_keeps_it(environment: dict[str, str], platform: str, folder: str) -> None:
    assert read_settings(environment, Path("/home"), platform).data_folder == Path(folder)


def test_the_settings_file_may_name_the_data_folder(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text('data_folder = "/mine"\n')
    assert read_settings({"TAGLOOM_SETTINGS": str(tmp_path / "settings.toml")}, tmp_path).data_folder == Path("/mine")
