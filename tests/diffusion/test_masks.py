"""Masks: blurred, cut to their region, brought to latents, and what is put under them."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from tagloom.diffusion.masks import Region, blurred, filled, latent_mask, masked_region, overlaid


def mask(height: int, width: int, rows: slice, columns: slice) -> NDArray[np.uint8]:
    values = np.zeros((height, width), np.uint8)
    values[rows, columns] = 255
    return values


@pytest.mark.parametrize("blur", [0.5, 1.0, 4.0])
def test_a_mask_is_blurred_by_a_gaussian_that_ends(blur: float) -> None:
    sharp = mask(40, 50, slice(10, 20), slice(0, 30))
    reach = int(2.5 * blur + 0.5)
    expected = ndimage.gaussian_filter(sharp.astype(float), blur, mode="mirror", radius=reach)
    assert np.abs(blurred(sharp, blur) - expected).max() <= 0.51
    assert not blurred(sharp, blur)[:, 30 + reach :].any()


def test_without_blur_a_mask_stays_as_it_is() -> None:
    sharp = mask(9, 9, slice(3, 5), slice(3, 5))
    assert np.array_equal(blurred(sharp, 0.0), sharp)
    assert blurred(sharp[:1], 2.0).shape == (1, 9)


@pytest.mark.parametrize(
    ("rows", "columns", "padding", "size", "region"),
    [
        (slice(20, 30), slice(20, 30), 0, (64, 64), Region(left=20, top=20, right=30, bottom=30)),
        (slice(20, 30), slice(20, 30), 5, (64, 64), Region(left=15, top=15, right=35, bottom=35)),
        (slice(20, 30), slice(20, 40), 0, (64, 64), Region(left=20, top=15, right=40, bottom=35)),
        (slice(20, 30), slice(20, 30), 0, (64, 32), Region(left=15, top=20, right=35, bottom=30)),
        (slice(0, 10), slice(0, 20), 0, (64, 64), Region(left=0, top=0, right=20, bottom=20)),
        (slice(40, 50), slice(60, 80), 0, (64, 64), Region(left=60, top=30, right=80, bottom=50)),
        (slice(0, 50), slice(0, 80), 9, (64, 64), Region(left=0, top=0, right=80, bottom=50)),
    ],
)
def test_the_masked_region_is_padded_and_grows_to_the_shape_that_is_painted(
    rows: slice, columns: slice, padding: int, size: tuple[int, int], region: Region
) -> None:
    assert masked_region(mask(50, 80, rows, columns), padding, *size) == region


def test_a_latent_cell_is_repainted_where_most_of_it_is_masked() -> None:
    cells = latent_mask(mask(16, 16, slice(4, 12), slice(0, 16)), 4, 4)
    assert np.array_equal(cells, [[0] * 4, [1] * 4, [1] * 4, [0] * 4])
    assert set(np.unique(latent_mask(blurred(mask(64, 64, slice(9, 33), slice(7, 50)), 4.0), 16, 16))) == {0.0, 1.0}


def test_outside_the_mask_the_original_s_pixels_stay_exactly() -> None:
    rng = np.random.default_rng(0)
    painted, original = (rng.integers(0, 256, (16, 16, 3), np.uint8) for _ in range(2))
    soft = np.arange(256, dtype=np.uint8).reshape(16, 16)
    result = overlaid(painted, original, soft)
    assert np.array_equal(result[soft == 0], original[soft == 0])
    assert np.array_equal(result[soft == 255], painted[soft == 255])
    assert ((result >= np.minimum(painted, original)) & (result <= np.maximum(painted, original))).all()


def test_what_is_filled_takes_the_colours_around_it_and_leaves_the_rest() -> None:
    pixels = np.zeros((64, 64, 3), np.uint8)
    pixels[:, :32], pixels[:, 32:] = (200, 0, 0), (0, 0, 200)
    hole = mask(64, 64, slice(16, 48), slice(8, 56))
    pixels[hole > 0] = (0, 255, 0)
    result = filled(pixels, hole)
    assert np.array_equal(result[hole == 0], pixels[hole == 0])
    assert result[hole > 0][:, 1].max() <= 2  # nothing of the green is left
    assert (result[32, 10] // 50 == (3, 0, 0)).all()  # 150 to 199 of red
    assert (result[32, 53] // 50 == (0, 0, 3)).all()


def test_a_picture_that_is_masked_altogether_is_filled_with_grey() -> None:
    assert (filled(np.full((8, 8, 3), 255, np.uint8), np.full((8, 8), 255, np.uint8)) == 128).all()
