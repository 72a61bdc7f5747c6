"""Seamless pictures through the whole engine: they have no seam, move with their noise, and leave others alone."""

from dataclasses import replace
from typing import cast

import numpy as np
import pytest
from numpy.typing import NDArray

from tagloom.choices import Tiling
from tagloom.diffusion import DiffusionEngine, Trajectory
from tagloom.engine import Finished, Request
from tests.diffusion.test_stepper import finish


def pixels(engine: DiffusionEngine, request: Request) -> NDArray[np.float64]:
    """A picture (H, W, 3) of 0 .. 255."""
    *_, last = engine.generate(request)
    assert isinstance(last, Finished)
    return np.frombuffer(last.picture.pixels, np.uint8).reshape(request.height, request.width, 3).astype(float)


def seam(picture: NDArray[np.float64], axis: int) -> float:
    """The mean difference of neighbours across the border, as a multiple of that of neighbours inside."""
    steps = np.abs(np.roll(picture, -1, axis) - picture)
    across = np.take(steps, -1, axis).mean()
    return float(across / np.delete(steps, -1, axis).mean())


@pytest.mark.parametrize(("tiling", "axes"), [("off", ()), ("x", (1,)), ("y", (0,)), ("both", (0, 1))])
def test_a_seamless_picture_has_no_seam_along_its_axes(
    tiling: Tiling, axes: tuple[int, ...], engine: DiffusionEngine, request_: Request
) -> None:
    request = replace(request_, prompt="1girl, portrait", width=96, height=96, steps=8, tiling=tiling)
    picture = pixels(engine, request)
    measured = [seam(picture, axis) for axis in (0, 1)]
    for axis in (0, 1):
        assert measured[axis] < 1.5 if axis in axes else measured[axis] > 2, measured


def test_a_seamless_picture_moves_with_its_noise(engine: DiffusionEngine, request_: Request) -> None:
    request = replace(request_, tiling="x")
    start = engine.stepper.start(engine.route(request))

    def moved(values: object) -> NDArray[np.float32]:
        return np.roll(engine.runtime.to_numpy(cast("NDArray[np.float32]", values)), 8, axis=2)  # type: ignore[arg-type]

    other = replace(start, latents=engine.runtime.from_numpy(moved(start.latents)))
    here, there = (finish(engine, request, trajectory) for trajectory in (start, other))
    expected, got = moved(here.latents), engine.runtime.to_numpy(there.latents)
    assert np.abs(got - expected).max() / np.abs(expected).max() < 1e-4
    decoded, rolled = (engine.runtime.decode(trajectory.latents, "x").astype(int) for trajectory in (here, there))
    assert np.abs(np.roll(decoded, 32, axis=1) - rolled).max() <= 1


def test_a_batch_of_seamless_and_plain_pictures_gives_each_its_own(engine: DiffusionEngine, request_: Request) -> None:
    tilings: tuple[Tiling, ...] = ("off", "both", "x", "off")
    requests = [replace(request_, tiling=tiling, seed=seed) for seed, tiling in enumerate(tilings)]
    routes = [engine.route(request) for request in requests]
    together: list[Trajectory] = [engine.stepper.start(route) for route in routes]
    for _ in range(3):
        alone = [engine.stepper.advance([pair])[0] for pair in zip(together, routes, strict=True)]
        together = list(engine.stepper.advance(list(zip(together, routes, strict=True))))
        for one, other in zip(alone, together, strict=True):
            expected, got = engine.runtime.to_numpy(one.latents), engine.runtime.to_numpy(other.latents)
            assert np.abs(got - expected).max() / np.abs(expected).max() < 1e-4


@pytest.mark.parametrize("tiling", ["off", "both"])
def test_a_picture_decoded_in_bands_is_the_same_within_one_level(
    tiling: Tiling, engine: DiffusionEngine, request_: Request
) -> None:
    request = replace(request_, steps=4, tiling=tiling)
    whole, banded = pixels(engine, request), pixels(engine, replace(request, vae_tiling="on"))
    assert np.abs(whole - banded).max() <= 1
    assert (whole != banded).mean() < 0.01
