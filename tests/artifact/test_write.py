from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tagloom.artifact import Artifact, Destination, Format, format_infotext, pixels, read, write
from tagloom.engine import FakeEngine, Finished, Picture, Provenance, Request
from tagloom.errors import RequestError, UnwritableError
from tests.samples import PICTURE, PROVENANCE, REQUEST, any_text, provenances, requests

formats: st.SearchStrategy[Format] = st.sampled_from(["png", "webp", "jpeg"])


@given(requests(any_text, any_text), provenances(any_text), formats)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_written_is_read_back(tmp_path: Path, request: Request, provenance: Provenance, file_format: Format) -> None:
    path = write(PICTURE, request, provenance, Destination(folder=tmp_path, name="cat", file_format=file_format))
    assert read(path) == Artifact(
        file_format=file_format,
        width=PICTURE.width,
        height=PICTURE.height,
        request=request,
        provenance=provenance,
        infotext=format_infotext(request, provenance),
        damage="",
    )


@given(st.integers(1, 70), st.integers(1, 70), st.sampled_from(["png", "webp"]), st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_pixels_come_back(tmp_path: Path, width: int, height: int, file_format: Format, data: st.DataObject) -> None:
    noise = data.draw(st.binary(min_size=64, max_size=64))
    picture = Picture(width=width, height=height, pixels=(noise * (width * height * 3 // 64 + 1))[: width * height * 3])
    destination = Destination(folder=tmp_path, name="cat", file_format=file_format, quality=100)
    assert pixels(write(picture, REQUEST, PROVENANCE, destination)) == picture


def test_a_picture_of_an_engine_is_named_by_its_request_and_numbered(tmp_path: Path) -> None:
    *_, finished = FakeEngine().generate(REQUEST)
    assert isinstance(finished, Finished)
    paths = [
        write(finished.picture, REQUEST, finished.provenance, Destination(folder=tmp_path, file_format=file_format))
        for file_format in ("png", "png", "webp", "jpeg")
    ]
    name = "42-1girl-pink-hair-sky-blue-eyes-1-2"
    assert [path.name for path in paths] == [f"{name}.png", f"{name}-2.png", f"{name}.webp", f"{name}.jpg"]
    assert [read(path).request for path in paths] == [REQUEST] * 4
    assert pixels(paths[0]) == finished.picture


def test_a_given_name_is_made_safe_and_stays_in_its_folder(tmp_path: Path) -> None:
    path = write(PICTURE, REQUEST, PROVENANCE, Destination(folder=tmp_path, name="../con"))
    assert path == tmp_path / "_con.png"


@pytest.mark.parametrize("quality", [0, 101])
def test_an_impossible_quality_is_refused(tmp_path: Path, quality: int) -> None:
    with pytest.raises(RequestError, match=f"quality {quality} is not within 1 to 100") as refusal:
        write(PICTURE, REQUEST, PROVENANCE, Destination(folder=tmp_path, quality=quality))
    assert refusal.value.field == "quality"
    assert not list(tmp_path.iterdir())


def test_a_prompt_that_cannot_be_read_back_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(UnwritableError, match="too long"):
        write(PICTURE, replace(REQUEST, prompt="x" * 10_000_000), PROVENANCE, Destination(folder=tmp_path))
    assert not list(tmp_path.iterdir())
