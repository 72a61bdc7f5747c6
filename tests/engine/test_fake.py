from dataclasses import replace

import pytest

from tagloom.engine import Engine, FakeEngine, Finished, Picture, Preview, Progress, Started
from tests.samples import REQUEST

SHORT = replace(REQUEST, steps=6)


def test_the_events_come_in_the_order_of_the_contract() -> None:
    events = list(FakeEngine().generate(SHORT, preview_every=2))
    kinds = [(type(event), getattr(event, "step", None)) for event in events]
    assert kinds == [
        (Started, None),
        (Progress, 1),
        (Progress, 2),
        (Preview, 2),
        (Progress, 3),
        (Progress, 4),
        (Preview, 4),
        (Progress, 5),
        (Progress, 6),
        (Finished, None),
    ]
    assert events[0] == Started(request=SHORT)
    assert events[1] == Progress(step=1, steps=6)


def test_without_previews_there_are_none() -> None:
    assert [type(event) for event in FakeEngine().generate(SHORT)] == [Started, *[Progress] * 6, Finished]


def painted(engine: Engine, **changes: object) -> Picture:
    *_, last = engine.generate(replace(SHORT, **changes))  # type: ignore[arg-type]  # the tests name real fields
    assert isinstance(last, Finished)
    return last.picture


def test_the_same_request_is_the_same_picture_of_its_size() -> None:
    assert painted(FakeEngine()) == painted(FakeEngine())
    assert (painted(FakeEngine()).width, painted(FakeEngine()).height) == (SHORT.width, SHORT.height)


@pytest.mark.parametrize("change", [{"seed": 43}, {"prompt": "\ud800"}, {"steps": 7}, {"clip_skip": 2.0}])
def test_another_request_is_another_picture(change: dict[str, object]) -> None:
    assert painted(FakeEngine(), **change).pixels != painted(FakeEngine()).pixels


def test_the_picture_is_symmetric_and_the_previews_fade_in_from_grey() -> None:
    picture = painted(FakeEngine())
    row = [picture.pixels[3 * x : 3 * x + 3] for x in range(picture.width)]
    assert row == row[::-1]
    previews = [
        event.picture.pixels for event in FakeEngine().generate(SHORT, preview_every=1) if isinstance(event, Preview)
    ]
    distances = [sum(abs(colour - 128) for colour in pixels) for pixels in previews]
    assert distances == sorted(set(distances))


def test_pause_is_called_before_each_step() -> None:
    seen: list[str] = []
    events = FakeEngine(pause=lambda: seen.append("pause")).generate(replace(SHORT, steps=2))
    seen.extend(type(event).__name__ for event in events)
    assert seen == ["Started", "pause", "Progress", "pause", "Progress", "Finished"]


def test_closing_the_iterator_cancels() -> None:
    pauses: list[int] = []
    events = FakeEngine(pause=lambda: pauses.append(1)).generate(SHORT)
    assert [type(next(events)) for _ in range(3)] == [Started, Progress, Progress]
    events.close()  # type: ignore[attr-defined]  # a generator, as every engine's iterator is
    assert list(events) == []
    assert len(pauses) == 2


def test_an_error_of_pause_reaches_the_caller() -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(FakeEngine(pause=interrupted).generate(SHORT))


@pytest.mark.parametrize(("width", "height"), [(1, 1), (3, 5), (8192, 16)])
def test_any_size_is_painted(width: int, height: int) -> None:
    assert len(painted(FakeEngine(), width=width, height=height).pixels) == 3 * width * height


def test_several_requests_have_the_events_and_pictures_of_each() -> None:
    requests = [SHORT, replace(SHORT, seed=1, steps=3)]
    told = list(FakeEngine().generate_together(requests, preview_every=2))
    for number, request in enumerate(requests):
        alone = list(FakeEngine().generate(request, preview_every=2))
        *together, last = [event for which, event in told if which == number]
        assert together == alone[:-1]
        assert isinstance(last, Finished)
        assert isinstance(alone[-1], Finished)
        assert (last.picture, last.provenance.batch_size) == (alone[-1].picture, 2)
