"""A picture in progress, as a value: it can be kept, forked, saved, and taken up again in another process."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Final

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from tagloom.diffusion.runtime.protocol import Floats, Runtime
from tagloom.engine import Request, passes, request_from_json, total_steps
from tagloom.errors import RequestError, UnreadableError
from tagloom.sampling import SAMPLERS, Memory, find_sampler
from tagloom.sampling.array import Array

_FORMAT: Final = "tagloom trajectory 1"
_SHARED: Final = ("steps", "width", "height", "sampler", "schedule", "model", "compat")
_SHARED_LATER: Final = ("width", "height", "upscaler", "steps", "strength", "sampler", "schedule")
_DIMENSIONS: Final = 3
_HEADER_LENGTH: Final = 8  # a safetensors file begins with the length of its JSON header


@dataclass(frozen=True, slots=True, kw_only=True)
class Trajectory:
    """Where a picture is on its way.

    `step` sampling steps are done, counted through both passes, with `calls` calls of the network in the pass at hand.
    `latents` (4, h, w) are the noisy latents at noise level `sigmas[step]` of its route; `denoised` is the latest estimate
    of the finished ones (before the first step: the noise, at unit variance, or the image). `memory` is what its sampler
    remembers. Noise is no part of it: it is a function of the request and the step. Between two passes `latents` are the
    first's finished ones.
    """

    request: Request
    step: int
    calls: int
    latents: Array
    denoised: Array
    memory: Memory

    @property
    def is_finished(self) -> bool:
        """All steps are done."""
        return self.step == total_steps(self.request)


def fork(trajectory: Trajectory, request: Request) -> Trajectory:
    """Go on from here with another request: a variant that shares the steps done so far.

    Prompts, guidance, CLIP skip, emphasis and the seed (of noise still to come) may differ; so may all of a second pass
    that has not begun.

    Raises:
        RequestError: the requests differ in what the steps done so far are made of; the field is named.
    """
    _check_shared(trajectory.request.to_json(), request.to_json(), _SHARED, "")
    if trajectory.request.image != request.image:
        message = "a picture begun with one image, or strength, or mask, cannot go on with another"
        raise RequestError(message, field="image", hint="start it anew")
    if trajectory.step > passes(trajectory.request)[0].steps:
        ours, theirs = trajectory.request.second_pass, request.second_pass
        _check_shared(asdict(ours) if ours else {}, asdict(theirs) if theirs else {}, _SHARED_LATER, "second pass's ")
    return replace(trajectory, request=request)


def _check_shared(ours: Mapping[str, object], theirs: Mapping[str, object], fields: Sequence[str], what: str) -> None:
    for field in fields:
        if ours.get(field) != theirs.get(field):
            message = f"a picture begun with {what}{field} {ours.get(field)} cannot go on with {field} {theirs.get(field)}"
            raise RequestError(message, field=field, hint="start it anew")


def save_trajectory(trajectory: Trajectory, runtime: Runtime) -> bytes:
    """The trajectory as the bytes of a safetensors file; `load_trajectory` restores it bit for bit."""
    arrays = {f"memory.{index}": array for index, array in enumerate(trajectory.memory.arrays)}
    arrays |= {"latents": trajectory.latents, "denoised": trajectory.denoised}
    header = {
        "request": trajectory.request.to_json(),
        "step": trajectory.step,
        "calls": trajectory.calls,
        "numbers": trajectory.memory.numbers,
    }
    tensors = {name: runtime.to_numpy(array) for name, array in arrays.items()}
    saved: bytes = save(tensors, metadata={"format": _FORMAT, "trajectory": json.dumps(header)})
    return saved


def load_trajectory(saved: bytes, runtime: Runtime) -> Trajectory:
    """Restore what `save_trajectory` wrote.

    Raises:
        UnreadableError: these bytes are no saved trajectory, or one that no run comes by.
        RequestError: its request is none.
    """
    try:
        tensors: dict[str, Floats] = load(saved)
        header = json.loads(_metadata(saved)["trajectory"])
        request = request_from_json(header["request"])
        step, calls = _progress(request, header["step"], header["calls"])
        names = ["latents", "denoised", *(f"memory.{index}" for index in range(len(tensors) - 2))]
        latents, denoised, *remembered = (runtime.from_numpy(_sound(tensors[name], tensors["latents"])) for name in names)
        return Trajectory(
            request=request,
            step=step,
            calls=calls,
            latents=latents,
            denoised=denoised,
            memory=Memory(arrays=tuple(remembered), numbers=tuple(float(number) for number in header["numbers"])),
        )
    except (SafetensorError, KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise UnreadableError("this is no saved picture in progress", hint="start the picture anew") from error


def _progress(request: Request, step: object, calls: object) -> tuple[int, int]:
    """The steps done, and the network's calls in those of the pass at hand: one or more a step, as the sampler has it."""
    first, *later = passes(request)
    steps = total_steps(request)
    if type(step) is not int or not 0 <= step <= steps:
        raise UnreadableError(f"a picture in {steps} steps cannot be at step {step!r}", hint="start the picture anew")
    here, done = (later[0], step - first.steps) if step > first.steps else (first, step)
    most = SAMPLERS[find_sampler(here.request.sampler)[0]].calls
    if type(calls) is not int or not done <= calls <= most * done:
        message = f"{here.request.sampler} cannot have called the network {calls!r} times in {done} steps"
        raise UnreadableError(message, hint="start the picture anew")
    return step, calls


def _sound(array: Floats, latents: Floats) -> Floats:
    """An array of a trajectory, like the latents (4, h, w).

    Raises:
        ValueError: it is of another shape or type, or holds what is no number.
    """
    if array.ndim != _DIMENSIONS or array.shape != latents.shape or array.dtype != np.float32:
        raise ValueError(array.shape)
    if not np.isfinite(array).all():
        raise ValueError("not finite")
    return array


def _metadata(saved: bytes) -> dict[str, str]:
    """The metadata of a safetensors file, which the library reads from paths only."""
    end = _HEADER_LENGTH + int.from_bytes(saved[:_HEADER_LENGTH], "little")
    metadata: dict[str, str] = json.loads(saved[_HEADER_LENGTH:end])["__metadata__"]
    if metadata["format"] != _FORMAT:
        raise ValueError(metadata["format"])
    return metadata
