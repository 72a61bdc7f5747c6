"""How many steps run, and what a prompt's moments count, in image-to-image and in a second pass."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagloom.engine import Pass, Request, SourceImage, passes, picture_size, total_steps
from tagloom.engine.passes import image_steps, second_schedule
from tests.samples import REQUEST, SECOND_PASS, SOURCE_IMAGE


def begun(strength: float, **changes: object) -> Request:
    """A request of 20 steps that begins with an image."""
    image = SourceImage(sha256="ab" * 32, width=64, height=48, strength=strength)
    return replace(REQUEST, image=image, **changes)  # type: ignore[arg-type]  # fields of a request


@pytest.mark.parametrize(
    ("steps", "strength", "exact", "a1111"),
    [
        (20, 0.75, 15, 16),
        (20, 1.0, 20, 20),
        (20, 0.5, 10, 11),
        (20, 0.04, 0, 1),
        (20, 0.05, 1, 2),
        (100, 0.29, 29, 29),  # as binary fractions 0.29 * 100 is 28.999..., which that tool rounds down before it adds one
        (30, 0.1, 3, 4),
        (150, 0.999, 149, 150),
        (20, 0.0, 0, 1),
    ],
)
def test_how_many_steps_of_image_to_image_run(steps: int, strength: float, exact: int, a1111: int) -> None:
    assert image_steps(steps, strength, is_a1111=False) == exact
    assert image_steps(steps, strength, is_a1111=True) == a1111


@given(st.integers(1, 150), st.integers(0, 1000).map(lambda thousandths: thousandths / 1000))
def test_no_more_steps_run_than_there_are(steps: int, strength: float) -> None:
    assert 0 <= image_steps(steps, strength, is_a1111=False) <= steps
    assert 1 <= image_steps(steps, strength, is_a1111=True) <= steps


@given(st.integers(1, 150), st.integers(1, 1000).map(lambda thousandths: thousandths / 1000), st.booleans())
def test_a_second_pass_lays_out_enough_steps_to_run_all_of_its_own(steps: int, strength: float, is_a1111: bool) -> None:
    laid_out = second_schedule(steps, strength, is_a1111=is_a1111)
    assert laid_out >= steps
    assert abs(steps / laid_out - strength) <= 1 / laid_out + 1e-3


def test_a_plain_request_is_one_pass() -> None:
    assert passes(REQUEST) == (Pass(request=REQUEST, steps=20, laid_out=20, prompt_steps=20),)
    assert (total_steps(REQUEST), picture_size(REQUEST)) == (20, (64, 48))


def test_shares_in_a_prompt_are_of_the_steps_that_run_but_in_a1111_of_all() -> None:
    prompt = "[a:b:0.5]"
    (exact,), (a1111,) = passes(begun(0.75)), passes(begun(0.75, compat="a1111"))
    assert [stage.stop for stage in exact.plan(prompt).stages] == [7, 15]
    # That tool's entry holds for the calls 0 .. 10, and the run has 16 of them.
    assert [stage.stop for stage in a1111.plan(prompt).stages] == [11, 16]


def test_a_second_pass_paints_its_own_request_and_goes_on_counting() -> None:
    first, second = passes(replace(REQUEST, second_pass=SECOND_PASS))
    assert first == passes(REQUEST)[0]
    painted = second.request
    assert (painted.width, painted.height, painted.steps) == (128, 96, 12)
    assert (painted.prompt, painted.negative_prompt, painted.sampler) == ("1girl", "lowres", "DPM++ 2M")
    assert (painted.schedule, painted.guidance_scale, painted.second_pass) == ("Normal", 5.0, None)
    assert (painted.seed, painted.model) == (REQUEST.seed, REQUEST.model)
    assert (second.steps, second.laid_out) == (12, 17)
    assert [stage.stop for stage in second.plan("[a:b:1.5]").stages] == [6, 12]
    assert [stage.stop for stage in second.plan("[a:b:25]").stages] == [5, 12]
    assert [stage.stop for stage in second.plan("[a:b:0.5]").stages] == [12]


def test_steps_and_size_are_those_of_the_whole_picture() -> None:
    twice = replace(REQUEST, second_pass=SECOND_PASS)
    assert (total_steps(twice), picture_size(twice)) == (32, (128, 96))
    assert (total_steps(begun(0.75)), picture_size(begun(0.75))) == (15, (64, 48))
    assert SOURCE_IMAGE.mask is not None
    region = replace(SOURCE_IMAGE, width=100, height=70, mask=replace(SOURCE_IMAGE.mask, only_masked=True))
    assert picture_size(replace(REQUEST, image=region)) == (100, 70)
