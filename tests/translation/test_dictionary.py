"""A dictionary file of the user's."""

from pathlib import Path

import pytest

from tagloom.errors import RequestError
from tagloom.translation.dictionary import load_dictionary, read_dictionary

LINES = """# CC-CEDICT
靐 靐 [bing4] /rolling of thunder/
龍貓 龙猫 [long2 mao1] /(zoology) chinchilla/
跑步 跑步 [pao3 bu4] /to run/to jog/
臺 台 [tai2] /variant of 台[tai2]/platform; stage/
王 王 [Wang2] /surname Wang/king/
無 无 [wu2] /surname Wu/
not a line
"""


def test_a_word_has_its_first_plain_gloss_in_either_script() -> None:
    assert read_dictionary(LINES) == {
        "靐": "rolling of thunder",
        "龍貓": "chinchilla",
        "龙猫": "chinchilla",
        "跑步": "run",
        "臺": "platform",
        "台": "platform",
        "王": "king",
    }


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "cedict.u8"
    path.write_text(LINES, encoding="utf-8")
    assert load_dictionary(path)("龙猫") == "chinchilla"


def test_a_file_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="cannot be read"):
        load_dictionary(tmp_path / "missing")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(RequestError, match="no UTF-8 text"):
        load_dictionary(tmp_path / "bytes")
    (tmp_path / "empty").write_text("nothing\n", encoding="utf-8")
    with pytest.raises(RequestError, match="holds no entry"):
        load_dictionary(tmp_path / "empty")
