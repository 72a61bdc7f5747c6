import pytest

from tagloom.engine import Picture


def test_a_picture_has_three_bytes_a_pixel() -> None:
    assert Picture(width=2, height=1, pixels=bytes(6)).pixels == bytes(6)
    with pytest.raises(AssertionError):
        Picture(width=2, height=1, pixels=bytes(5))
