"""A picture in progress, as a value: it can be kept, forked, saved, and taken up again in another process."""

import json
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from tagloom.diffusion.runtime.protocol import Runtime
from tagloom.engine import Request, request_from_json
from tagloom.errors import RequestError, UnreadableError
from tagloom.sampling import Memory
from tagloom.sampling.array import Array

_FORMAT: Final = "tagloom trajectory 1"
_SHARED: Final = ("steps", "width", "height", "sampler", "schedule", "model", "compat")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trajectory:
    """Where a picture is on its way.

    `step` sampling steps are done, with `calls` calls of the network. `latents` (4, h, w) are the noisy latents at noise
    level `sigmas[step]` of its route. `memory` is what its sampler remembers of earlier steps. Noise is no part of it: it
    is a function of the request and the step.
    """

    request: Request
    step: int
    calls: int
    latents: Array
    memory: Memory

    @property
    def is_finished(self) -> bool:
        """All steps are done."""
        return self.step == self.request.steps


def fork(trajectory: Trajectory, request: Request) -> Trajectory:
    """Go on from here with another request: a variant that shares the steps done so far.

    Prompts, guidance, CLIP skip, emphasis and seed (of the noise still to come) may differ.

    Raises:
        RequestError: the requests differ in what the steps done so far are made of; the field is named.
    """
    for field in _SHARED:
        ours, theirs = trajectory.request.to_json()[field], request.to_json()[field]
        if ours != theirs:
            message = f"a picture painted with {field} {ours} cannot go on with {field} {theirs}"
            raise RequestError(message, field=field, hint="start it anew")
    return replace(trajectory, request=request)


def save_trajectory(trajectory: Trajectory, runtime: Runtime) -> bytes:
    """The trajectory as the bytes of a safetensors file; `load_trajectory` restores it bit for bit."""
    arrays, numbers = trajectory.memory
    tensors = {f"memory.{index}": runtime.to_numpy(array) for index, array in enumerate(arrays)}
    tensors["latents"] = runtime.to_numpy(trajectory.latents)
    header = {
        "request": trajectory.request.to_json(),
        "step": trajectory.step,
        "calls": trajectory.calls,
        "numbers": numbers,
    }
    return save(tensors, metadata={"format": _FORMAT, "trajectory": json.dumps(header)})
