"""Batching, resuming and forking of pictures in progress."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load, save

from tagloom.diffusion import DiffusionEngine, Trajectory, fork, load_trajectory, save_trajectory
from tagloom.engine import Request
from tagloom.errors import RequestError, UnreadableError
from tagloom.sampling import SAMPLERS


def finish(engine: DiffusionEngine, request: Request, trajectory: Trajectory | None = None) -> Trajectory:
    route = engine.route(request)
    trajectory = trajectory or engine.stepper.start(route)
    while not trajectory.is_finished:
        (trajectory,) = engine.stepper.advance([(trajectory, route)])
    return trajectory


def eight(request: Request) -> list[Request]:
    """Requests that differ in all that may differ within a batch."""
    return [
        replace(request, prompt="1girl AND fox :0.5", steps=4, sampler="Heun"),
        replace(request, prompt="[girl|fox]", steps=9, sampler="Euler a", seed=1),
        replace(request, prompt="tree BREAK house", steps=7, sampler="DPM++ SDE", schedule="Karras"),
        replace(request, guidance_scale=1.0, steps=5, sampler="UniPC"),
        replace(request, width=48, steps=6, sampler="DPM++ 2M", guidance_scale=9.0),
        replace(request, clip_skip=2.5, steps=8, sampler="LMS"),
        replace(request, noise="cpu", steps=3, sampler="LCM", schedule="SGM Uniform"),
        replace(request, emphasis="comfy", prompt="(girl:1.4)", steps=6, sampler="DPM2 a"),
    ]


@pytest.mark.parametrize("side", [64, 128])
def test_a_picture_alone_equals_the_same_picture_in_a_batch_of_eight_different_ones(
    side: int, engine: DiffusionEngine, request_: Request
) -> None:
    """From the noise to the last step; with torch's kernels of the CPUs it was tried on they are equal bit for bit."""
    requests = eight(replace(request_, width=side, height=side))
    routes = [engine.route(request) for request in requests]
    together = [engine.stepper.start(route) for route in routes]
    while moving := [index for index, trajectory in enumerate(together) if not trajectory.is_finished]:
        advanced = engine.stepper.advance([(together[index], routes[index]) for index in moving])
        for index, trajectory in zip(moving, advanced, strict=True):
            together[index] = trajectory
    for request, trajectory in zip(requests, together, strict=True):
        expected = engine.runtime.to_numpy(finish(engine, request).latents)
        got = engine.runtime.to_numpy(trajectory.latents)
        assert np.abs(got - expected).max() / np.abs(expected).max() < 1e-4, request.sampler


RESUME = """
import sys
from pathlib import Path
from tagloom.catalog import Catalog
from tagloom.diffusion import load_trajectory, open_engine, save_trajectory

engine = open_engine(Catalog().find("paperdoll"), device="cpu", precision="fp32", threads=2)
path = Path(sys.argv[1])
trajectory = load_trajectory(path.read_bytes(), engine.runtime)
route = engine.route(trajectory.request)
while not trajectory.is_finished:
    (trajectory,) = engine.stepper.advance([(trajectory, route)])
path.write_bytes(save_trajectory(trajectory, engine.runtime))
"""


@pytest.mark.parametrize("sampler", ["DPM++ 2M", "DPM++ 3M SDE"])
def test_a_picture_saved_at_step_7_and_finished_in_another_process_is_the_same_bit_for_bit(
    sampler: str, engine: DiffusionEngine, request_: Request, tmp_path: Path
) -> None:
    request = replace(request_, steps=10, sampler=sampler, schedule="Karras")
    route = engine.route(request)
    trajectory = engine.stepper.start(route)
    for _ in range(7):
        (trajectory,) = engine.stepper.advance([(trajectory, route)])
    path = tmp_path / "picture.trajectory"
    path.write_bytes(save_trajectory(trajectory, engine.runtime))
    subprocess.run([sys.executable, "-c", RESUME, str(path)], check=True, env=dict(os.environ))
    resumed = load_trajectory(path.read_bytes(), engine.runtime)
    uninterrupted = finish(engine, request)
    assert resumed.step == uninterrupted.step == 10
    assert resumed.calls == uninterrupted.calls
    expected = engine.runtime.to_numpy(uninterrupted.latents)
    assert engine.runtime.to_numpy(resumed.latents).tobytes() == expected.tobytes()


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_every_sampler_can_be_saved_between_steps_without_a_trace(
    sampler: str, engine: DiffusionEngine, request_: Request
) -> None:
    request = replace(request_, steps=5, width=32, height=32, sampler=sampler)
    route = engine.route(request)
    trajectory = engine.stepper.start(route)
    while not trajectory.is_finished:
        trajectory = load_trajectory(save_trajectory(trajectory, engine.runtime), engine.runtime)
        (trajectory,) = engine.stepper.advance([(trajectory, route)])
    expected = engine.runtime.to_numpy(finish(engine, request).latents)
    assert engine.runtime.to_numpy(trajectory.latents).tobytes() == expected.tobytes()


def test_a_fork_shares_the_steps_done_and_goes_its_own_way(engine: DiffusionEngine, request_: Request) -> None:
    route = engine.route(request_)
    trajectory = engine.stepper.start(route)
    for _ in range(3):
        (trajectory,) = engine.stepper.advance([(trajectory, route)])
    same = finish(engine, request_, fork(trajectory, request_))
    other = finish(engine, replace(request_, prompt="a tree"), fork(trajectory, replace(request_, prompt="a tree")))
    expected = engine.runtime.to_numpy(finish(engine, request_).latents)
    assert engine.runtime.to_numpy(same.latents).tobytes() == expected.tobytes()
    assert np.abs(engine.runtime.to_numpy(other.latents) - expected).max() > 0.1


def test_a_fork_with_other_steps_is_refused_by_name(engine: DiffusionEngine, request_: Request) -> None:
    trajectory = engine.stepper.start(engine.route(request_))
    with pytest.raises(RequestError, match="begun with steps 6 cannot go on with steps 9"):
        fork(trajectory, replace(request_, steps=9))


@pytest.mark.parametrize("saved", [b"", b"no safetensors", b"\xff" * 64, b"\x02\0\0\0\0\0\0\0{}"])
def test_bytes_that_are_no_trajectory_are_refused(saved: bytes, engine: DiffusionEngine) -> None:
    with pytest.raises(UnreadableError):
        load_trajectory(saved, engine.runtime)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"step": -1}, "a picture in 6 steps cannot be at step -1"),
        ({"step": 7}, "a picture in 6 steps cannot be at step 7"),
        ({"step": 10**9}, "a picture in 6 steps cannot be at step 1000000000"),
        ({"step": 2.5}, "cannot be at step 2.5"),
        ({"step": "2"}, "cannot be at step '2'"),
        ({"step": None}, "cannot be at step None"),
        ({"calls": 1}, "Euler cannot have called the network 1 times in 2 steps"),
        ({"calls": 5}, "Euler cannot have called the network 5 times in 2 steps"),
        ({"calls": True}, "Euler cannot have called the network True times"),
        ({"numbers": ["x"]}, "this is no saved picture in progress"),
        ({"numbers": 5}, "this is no saved picture in progress"),
        ({"request": {}}, "the stored request lacks 'prompt'"),
        ({"latents": np.zeros((4, 2), np.float32)}, "this is no saved picture in progress"),
        ({"latents": np.zeros((4, 2, 2), np.float32)}, "this is no saved picture in progress"),
        ({"denoised": np.full((4, 16, 16), np.nan, np.float32)}, "this is no saved picture in progress"),
        ({"memory.0": np.zeros((4, 16, 16), np.int32)}, "this is no saved picture in progress"),
        ({"memory.1": np.zeros((4, 16, 16), np.float32)}, "this is no saved picture in progress"),
    ],
)
def test_a_saved_picture_that_no_run_comes_by_is_refused(
    change: dict[str, object], message: str, engine: DiffusionEngine, request_: Request
) -> None:
    route = engine.route(request_)
    trajectory = engine.stepper.start(route)
    for _ in range(2):
        (trajectory,) = engine.stepper.advance([(trajectory, route)])
    saved = save_trajectory(trajectory, engine.runtime)
    assert load_trajectory(saved, engine.runtime).step == 2
    end = 8 + int.from_bytes(saved[:8], "little")
    metadata = json.loads(saved[8:end])["__metadata__"]
    arrays = {name: value for name, value in change.items() if isinstance(value, np.ndarray)}
    header = {**json.loads(metadata["trajectory"]), **{name: change[name] for name in change.keys() - arrays.keys()}}
    changed = save({**load(saved), **arrays}, metadata={**metadata, "trajectory": json.dumps(header)})
    with pytest.raises((UnreadableError, RequestError), match=message):
        load_trajectory(changed, engine.runtime)


def test_a_picture_goes_no_other_way_than_its_own(engine: DiffusionEngine, request_: Request) -> None:
    route = engine.route(request_)
    begun = engine.stepper.start(route)
    with pytest.raises(RequestError, match="of another request than its route"):
        engine.stepper.advance([(begun, engine.route(replace(request_, seed=43)))])
    with pytest.raises(RequestError, match="there is no step after 6 of 6"):
        engine.stepper.advance([(finish(engine, request_), route)])
    small = engine.stepper.start(engine.route(replace(request_, width=32)))
    with pytest.raises(RequestError, match=r"are \(4, 16, 8\), not \(4, 16, 16\)"):
        engine.stepper.advance([(replace(small, request=request_), route)])


def test_alternation_does_not_starve_with_a_sampler_that_calls_twice_a_step(
    engine: DiffusionEngine, request_: Request
) -> None:
    request = replace(request_, prompt="[girl|fox]", negative_prompt="", sampler="Heun", steps=4)
    exact, a1111 = engine.route(request), engine.route(replace(request, compat="a1111"))
    assert [moment.start for moment in exact.conditioning.moments] == [0, 1, 2, 3]
    assert not exact.conditioning.counts_calls
    assert a1111.conditioning.counts_calls
    # A1111's four entries end at calls 1, 2, 3, 4; what comes after falls back to the first of them.
    assert [moment.start for moment in a1111.conditioning.moments] == [0, 2, 3, 4, 5]
