import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tagloom.artifact.exif import parse_user_comment, print_user_comment

ENGLISH = "a cat\nSteps: 20"


def block(order: str, comment: bytes) -> bytes:
    """A TIFF block in either byte order, with another entry before each of the two that matter."""
    mark = {"<": b"II", ">": b"MM"}[order]
    entry = f"{order}HHII"
    return b"".join(
        [
            struct.pack(f"{order}2sHI", mark, 42, 8),
            struct.pack(f"{order}H", 2),
            struct.pack(entry, 0x0100, 4, 1, 64),
            struct.pack(entry, 0x8769, 4, 1, 38),
            struct.pack(f"{order}I", 0),
            struct.pack(f"{order}H", 2),
            struct.pack(entry, 0x9000, 7, 4, 0x30323332),
            struct.pack(entry, 0x9286, 7, len(comment), 68),
            struct.pack(f"{order}I", 0),
            comment,
        ]
    )


@given(st.text())
def test_any_text_comes_back(text: str) -> None:
    assert parse_user_comment(print_user_comment(text)) == text


def test_pillow_finds_the_comment_where_the_standard_puts_it() -> None:
    exif = Image.Exif()
    exif.load(print_user_comment(ENGLISH))
    assert exif.get_ifd(0x8769) == {0x9286: b"UNICODE\0" + ENGLISH.encode("utf-16-be")}


@pytest.mark.parametrize(
    ("order", "comment", "text"),
    [
        (">", b"UNICODE\0" + ENGLISH.encode("utf-16-be"), ENGLISH),
        (">", b"UNICODE\0" + "日本".encode("utf-16-be"), "日本"),
        ("<", b"UNICODE\0" + ENGLISH.encode("utf-16-le"), ENGLISH),
        ("<", b"UNICODE\0" + ENGLISH.encode("utf-16-be"), ENGLISH),
        ("<", b"ASCII\0\0\0" + ENGLISH.encode(), ENGLISH),
        ("<", b"\0\0\0\0\0\0\0\0" + ENGLISH.encode(), ENGLISH),
        (">", ENGLISH.encode(), ENGLISH),
        ("<", b"UNICODE\0\xff", "�"),
    ],
)
def test_the_spellings_of_other_programs_are_read(order: str, comment: bytes, text: str) -> None:
    assert parse_user_comment(block(order, comment)) == text
    assert parse_user_comment(b"Exif\0\0" + block(order, comment)) == text


def test_a_block_without_a_comment_has_none() -> None:
    assert parse_user_comment(b"") is None
    assert parse_user_comment(b"JUNK") is None
    assert parse_user_comment(struct.pack(">2sHIHI", b"MM", 42, 8, 0, 0)) is None


@given(st.integers(0, 80), st.integers(0, 80), st.binary(max_size=8))
def test_a_damaged_block_has_a_comment_or_none(at: int, end: int, junk: bytes) -> None:
    whole = block(">", b"UNICODE\0" + ENGLISH.encode("utf-16-be"))
    damaged = (whole[:at] + junk + whole[at + len(junk) :])[:end]
    assert isinstance(parse_user_comment(damaged), str | None)
