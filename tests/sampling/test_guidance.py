"""Guidance and parameterisation against the formulas, and against diffusers' v-prediction."""

import math
from typing import cast

import numpy as np
import pytest

from tagloom.sampling import Array, guide, input_scale, negative_share, to_denoised


def array(*values: float) -> Array:
    return cast(Array, np.array(values))


@pytest.mark.parametrize(
    ("parts", "negative", "scale", "expected"),
    [
        ([(2.0, 1.0), (3.0, 0.5)], 1.0, 7.0, 15.0),  # the reference tool's own numbers
        ([(2.0, 1.0), (3.0, -0.5)], 1.0, 7.0, 1.0),
        ([(2.0, 1.0), (3.0, 1.0)], 1.0, 5.0, 16.0),
        ([(5.0, 1.0)], 1.5, 5.0, 19.0),
    ],
)
def test_guidance_adds_every_part_s_difference(
    parts: list[tuple[float, float]], negative: float, scale: float, expected: float
) -> None:
    got = guide([(array(value), weight) for value, weight in parts], array(negative), scale)
    assert np.asarray(got) == pytest.approx([expected])


def test_the_negative_prompt_has_no_share_at_scale_1_of_one_prompt() -> None:
    assert negative_share([1.0], 1.0) == 0
    assert negative_share([0.5, 0.5], 1.0) == 0
    assert negative_share([1.0], 7.0) == -6


@pytest.mark.parametrize("sigma", [0.03, 1.0, 14.6])
def test_epsilon_and_v_lead_back_to_the_same_picture(sigma: float) -> None:
    clean, noise = np.array([0.5, -1.0]), np.array([1.5, 0.25])
    x = clean + sigma * noise
    signal, level = 1 / math.sqrt(1 + sigma**2), sigma / math.sqrt(1 + sigma**2)
    velocity = signal * noise - level * clean
    for kind, output in (("epsilon", noise), ("v_prediction", velocity)):
        got = to_denoised(kind, cast(Array, x), cast(Array, output), sigma)  # type: ignore[arg-type]  # both literals
        assert np.allclose(np.asarray(got), clean)


def test_the_network_sees_inputs_of_unit_variance() -> None:
    assert input_scale(0.0) == 1.0
    assert input_scale(3.0) == pytest.approx(1 / math.sqrt(10))
