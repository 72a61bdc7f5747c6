"""Images and masks by content."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace

import pytest

from tagloom.engine import InpaintMask, Picture, SourceImage, check_pictures
from tagloom.errors import RequestError

IMAGE = Picture(width=4, height=2, pixels=bytes(range(24)))
MASK = Picture(width=4, height=2, pixels=bytes(24))
SMALL = Picture(width=2, height=1, pixels=bytes(6))
PICTURES: Mapping[str, Picture] = {one.sha256: one for one in (IMAGE, MASK, SMALL)}
SOURCE = SourceImage(sha256=IMAGE.sha256, width=4, height=2, name="a.png", mask=InpaintMask(sha256=MASK.sha256))


def test_a_picture_s_hash_is_that_of_its_ppm_file() -> None:
    assert IMAGE.sha256 == hashlib.sha256(b"P6\n4 2\n255\n" + IMAGE.pixels).hexdigest()
    assert MASK.sha256 != Picture(width=2, height=4, pixels=bytes(24)).sha256


def test_pictures_that_are_there_are_accepted() -> None:
    check_pictures(None, {})
    check_pictures(SOURCE, PICTURES)


@pytest.mark.parametrize(
    ("source", "field", "message"),
    [
        (replace(SOURCE, sha256="0" * 64), "image", "the image 'a.png' with sha256 000000000000... is not at hand"),
        (replace(SOURCE, width=5), "image", "the image is 4x2 pixels, not 5x2"),
        (replace(SOURCE, mask=InpaintMask(sha256="1" * 64)), "mask", "the mask with sha256 111111111111... is not at hand"),
        (
            replace(SOURCE, mask=InpaintMask(sha256=SMALL.sha256)),
            "mask",
            "the mask is 2x1 pixels, the image 4x2",
        ),
    ],
)
def test_what_is_not_there_or_does_not_fit_is_refused(source: SourceImage, field: str, message: str) -> None:
    with pytest.raises(RequestError, match=re.escape(message)) as refusal:
        check_pictures(source, PICTURES)
    assert refusal.value.field == field
