import re
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagloom.artifact import name_of, safe_name
from tests.samples import REQUEST, any_text


def assert_safe(name: str) -> None:
    assert 0 < len(name.encode("utf-8")) <= 120
    assert not re.search(r'[<>:"/\\|?*]', name)
    assert not any(unicodedata.category(mark).startswith("C") for mark in name)
    assert name.rstrip(" .") == name.lstrip(" .-") == name
    device = name.split(".", maxsplit=1)[0].rstrip(" ").upper()
    assert device not in {"CON", "PRN", "AUX", "NUL", "COM1", "LPT9", "COM²", "CONIN$"}


@given(any_text)
def test_any_text_gives_a_safe_name_and_a_safe_name_stays(text: str) -> None:
    name = safe_name(text)
    assert_safe(name)
    assert safe_name(name) == name


@given(any_text, st.integers(0, 2**64 - 1))
def test_any_prompt_gives_a_safe_name_that_begins_with_the_seed(prompt: str, seed: int) -> None:
    name = name_of(replace(REQUEST, prompt=prompt, seed=seed))
    assert_safe(name)
    assert re.match(rf"{seed}(-|$)", name)


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("1girl, pink hair, (sky blue eyes:1.2)", "42-1girl-pink-hair-sky-blue-eyes-1-2"),
        ("../../etc/passwd", "42-etc-passwd"),
        ("一个女孩, 粉色头发", "42-一个女孩-粉色头发"),
        ("", "42"),
        ("!?", "42"),
        ("a" * 500, "42"),
        ("word " * 100, "42" + "-word" * 9),
        ("日" * 48, "42-" + "日" * 39),
    ],
)
def test_a_picture_is_named_by_its_seed_and_first_words(prompt: str, name: str) -> None:
    assert name_of(replace(REQUEST, prompt=prompt)) == name


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("my picture", "my picture"),
        ("cafe\u0301", "café"),
        ("con", "_con"),
        ("NUL.txt", "_NUL.txt"),
        ("com1 .a", "_com1 .a"),
        ("LPT³", "_LPT³"),
        ("console", "console"),
        ("COM10", "COM10"),
        ("--force", "force"),
        ("..", "picture"),
        ("", "picture"),
        ("a.", "a"),
        ("a/b\\c:d", "a_b_c_d"),
        ("evil\u202egnp\0\n", "evilgnp"),
        ("é" * 100, "é" * 60),
    ],
)
def test_a_name_becomes_what_every_system_accepts(said: str, name: str) -> None:
    assert safe_name(said) == name
