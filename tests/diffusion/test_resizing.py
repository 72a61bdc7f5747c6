"""Pixels and latents at another size."""

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch.nn import functional

from tagloom.diffusion.resizing import resize_latents, resize_pixels


def picture(height: int, width: int) -> NDArray[np.uint8]:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)


@pytest.mark.parametrize(
    ("how", "mode"), [("latent", "bilinear"), ("latent-bicubic", "bicubic"), ("latent-nearest", "nearest")]
)
@pytest.mark.parametrize("size", [(16, 12), (24, 18), (20, 15), (4, 3)])
def test_latents_are_interpolated_as_torch_does(how: str, mode: str, size: tuple[int, int]) -> None:
    latents = np.random.default_rng(1).normal(size=(4, 8, 6)).astype(np.float32)
    corners = {} if mode == "nearest" else {"align_corners": False}
    expected = functional.interpolate(torch.from_numpy(latents)[None], size=size, mode=mode, **corners)[0].numpy()
    assert np.abs(resize_latents(latents, *size, how) - expected).max() < 1e-5


def test_latents_of_another_shape_cover_the_new_one_and_are_cut_at_both_sides() -> None:
    latents = np.random.default_rng(1).normal(size=(4, 8, 8)).astype(np.float32)
    whole = resize_latents(latents, 16, 16, "latent")
    assert np.array_equal(resize_latents(latents, 16, 12, "latent"), whole[:, :, 2:14])
    assert np.array_equal(resize_latents(latents, 10, 16, "latent"), whole[:, 3:13])


@pytest.mark.parametrize("size", [(40, 30), (30, 40), (64, 16), (16, 64), (7, 5)])
@pytest.mark.parametrize("how", ["stretch", "crop", "fill"])
def test_pixels_come_out_at_the_size_asked_for(how: str, size: tuple[int, int]) -> None:
    width, height = size
    resized = resize_pixels(picture(20, 50), width, height, how)  # type: ignore[arg-type]  # one of the choices
    assert resized.shape == (height, width, 3)
    grey = resize_pixels(picture(20, 50)[:, :, 0], width, height, how)  # type: ignore[arg-type]
    assert np.array_equal(grey, resized[:, :, 0])


def test_a_picture_of_the_right_size_is_left_as_it_is() -> None:
    pixels = picture(20, 50)
    for how in ("stretch", "crop", "fill"):
        assert np.array_equal(resize_pixels(pixels, 50, 20, how), pixels)


def test_cropping_keeps_the_middle_and_filling_repeats_the_edges() -> None:
    pixels = picture(20, 50)
    assert np.array_equal(resize_pixels(pixels, 20, 20, "crop"), pixels[:, 15:35])
    assert np.array_equal(resize_pixels(pixels, 50, 10, "crop"), pixels[5:15])
    high = resize_pixels(pixels, 50, 30, "fill")
    assert np.array_equal(high[5:25], pixels)
    assert (high[:5] == pixels[0]).all()
    assert (high[25:] == pixels[-1]).all()


def test_nearest_pixels_of_twice_the_size_are_doubled() -> None:
    pixels = picture(4, 6)
    assert np.array_equal(resize_pixels(pixels, 12, 8, "stretch", "nearest"), pixels.repeat(2, 0).repeat(2, 1))


@pytest.mark.parametrize("how", ["latent", "latent-bicubic", "latent-nearest"])
def test_latents_of_a_ring_may_be_turned_before_or_after(how: str) -> None:
    latents = np.random.default_rng(1).normal(size=(4, 8, 8)).astype(np.float32)
    turned = np.roll(resize_latents(latents, 12, 12, how, "x"), 6, axis=2)
    assert np.abs(resize_latents(np.roll(latents, 4, axis=2), 12, 12, how, "x") - turned).max() < 1e-5
    if how != "latent-nearest":
        assert np.abs(resize_latents(np.roll(latents, 4, axis=2), 12, 12, how, "y") - turned).max() > 0.1


@pytest.mark.parametrize("by", ["bicubic", "lanczos"])
@pytest.mark.parametrize("size", [12, 4])
def test_pixels_of_a_ring_may_be_turned_before_or_after(by: str, size: int) -> None:
    pixels = picture(8, 8)
    turned = np.roll(resize_pixels(pixels, size, size, "stretch", by, "both"), (size // 2, size // 2), axis=(0, 1))
    assert np.array_equal(resize_pixels(np.roll(pixels, (4, 4), (0, 1)), size, size, "stretch", by, "both"), turned)
    assert not np.array_equal(resize_pixels(np.roll(pixels, (4, 4), (0, 1)), size, size, "stretch", by), turned)
