"""What the commands print through: nothing may be lost or raise on a terminal that cannot show it."""

import io
import json
from dataclasses import replace

import pytest

from tagloom.cli.services import real_services


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "gbk", "utf-8"])
@pytest.mark.parametrize("text", ["猫", "é", "\ud800", "\U0001f431"])
def test_json_says_the_same_on_every_terminal(encoding: str, text: str) -> None:
    raw = io.BytesIO()
    services = replace(real_services({}), output=io.TextIOWrapper(raw, encoding=encoding))
    services.print_json({"prompt": text})
    assert json.loads(raw.getvalue().decode(encoding)) == {"prompt": text}


def test_json_shows_letters_where_the_terminal_can() -> None:
    raw = io.BytesIO()
    services = replace(real_services({}), output=io.TextIOWrapper(raw, encoding="utf-8"))
    services.print_json(["猫"])
    assert "猫" in raw.getvalue().decode()
