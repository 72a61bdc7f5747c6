"""Trajectories -> trajectories one step further: what all of them want denoised goes into one call of the network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tagloom.diffusion.conditioning import Moment
from tagloom.diffusion.resizing import LATENT_UPSCALERS, resize_latents, resize_pixels
from tagloom.diffusion.route import Route
from tagloom.diffusion.runtime.protocol import Condition, Runtime
from tagloom.diffusion.trajectory import Trajectory
from tagloom.engine import ModelFacts
from tagloom.errors import RequestError
from tagloom.sampling import (
    Denoising,
    Memory,
    NoiseLevels,
    guide,
    input_scale,
    negative_share,
    noise_levels,
    to_denoised,
)
from tagloom.sampling.array import Array

_NEGLIGIBLE = 1e-9


@dataclass(slots=True)
class _Walk:
    """One trajectory during one step: its sampler, and what the sampler wants denoised next.

    `route` is that of the pass at hand, `step` the step in it, `calls` the calls of the network in it so far.
    """

    trajectory: Trajectory
    route: Route
    step: int
    denoising: Denoising
    wanted: tuple[Array, float]
    calls: int
    denoised: Array

    @property
    def moment(self) -> Moment:
        return self.route.conditioning.at(self.step, self.calls)


class Stepper:
    """Advances pictures of one model, any number at once, each with its own steps, sampler, seed and guidance."""

    def __init__(self, runtime: Runtime, model: ModelFacts) -> None:
        self._runtime = runtime
        self._model = model
        self.levels: NoiseLevels = noise_levels(
            model.beta_schedule,
            model.beta_start,
            model.beta_end,
            model.train_timesteps,
            zero_terminal_snr=model.zero_terminal_snr,
        )

    def start(self, route: Route) -> Trajectory:
        """The trajectory of a route before its first step: noise at the first noise level, over its image if it has one."""
        noise = self._runtime.from_numpy(route.noise.initial())
        image = route.image
        denoised = noise if image is None else image.latents
        if image is None or image.starts_from_noise:
            latents = noise * route.sampler.initial_scale(route.sigmas[0])
        else:
            latents = image.latents + noise * route.sigmas[0]
        return Trajectory(request=route.request, step=0, calls=0, latents=latents, denoised=denoised, memory=Memory())

    def advance(self, pictures: Sequence[tuple[Trajectory, Route]]) -> tuple[Trajectory, ...]:
        """Every picture one sampling step further; samplers that call twice a step share the second call too.

        Raises:
            RequestError: a trajectory is finished, or is not on the route that it is given; nothing has moved then.
        """
        for trajectory, route in pictures:
            _check(trajectory, route)
        walks = [self._begin(trajectory, route) for trajectory, route in pictures]
        finished: dict[int, Trajectory] = {}
        while len(finished) < len(walks):
            walking = {index: walk for index, walk in enumerate(walks) if index not in finished}
            denoised = self._denoise(walking)
            for index, walk in walking.items():
                walk.denoised = denoised[index]
                walk.calls += 1
                try:
                    walk.wanted = walk.denoising.send(walk.denoised)
                except StopIteration as stop:
                    finished[index] = _arrive(walk, *stop.value)
        return tuple(finished[index] for index in range(len(walks)))

    def _begin(self, trajectory: Trajectory, whole: Route) -> _Walk:
        route, step = whole.at(trajectory.step)
        if route is not whole and step == 0:
            trajectory = self._enlarged(trajectory, route)

        def noise(index: int) -> Array:
            return self._runtime.from_numpy(route.noise.at(step, index))

        denoising = route.sampler.step(trajectory.latents, step, route.sigmas, trajectory.memory, noise, route.stochasticity)
        return _Walk(trajectory, route, step, denoising, next(denoising), trajectory.calls, trajectory.denoised)

    def _enlarged(self, trajectory: Trajectory, route: Route) -> Trajectory:
        """The first pass's result at the size of the second, with noise of its first level."""
        request = trajectory.request
        second = request.second_pass
        assert second is not None
        channels, height, width = route.noise.shape
        if second.upscaler in LATENT_UPSCALERS:
            small = self._runtime.to_numpy(trajectory.latents)
            latents = self._runtime.from_numpy(resize_latents(small, height, width, second.upscaler, request.tiling))
        else:
            small_pixels = self._runtime.decode(trajectory.latents, request.tiling, in_bands=request.vae_tiling == "on")
            pixels = resize_pixels(small_pixels, second.width, second.height, "crop", second.upscaler, request.tiling)
            latents = self._runtime.encode(pixels, request.tiling)
        assert latents.shape == (channels, height, width)
        noise = self._runtime.from_numpy(route.noise.initial())
        return replace(trajectory, calls=0, latents=latents + noise * route.sigmas[0], memory=Memory())

    def _denoise(self, walking: Mapping[int, _Walk]) -> dict[int, Array]:
        """One call of the network for all rows of all pictures, then guidance for each."""
        latents: list[Array] = []
        timesteps: list[float] = []
        conditions: list[Condition] = []
        for walk in walking.values():
            x, sigma = walk.wanted
            rows = _rows(walk)
            latents += [x * input_scale(sigma)] * len(rows)
            timesteps += [self.levels.timestep(sigma)] * len(rows)
            conditions += rows
        outputs = iter(self._runtime.predict(latents, timesteps, conditions))
        return {index: self._guided(walk, [next(outputs) for _ in _rows(walk)]) for index, walk in walking.items()}

    def _guided(self, walk: _Walk, outputs: Sequence[Array]) -> Array:
        """The denoised latents; guidance acts on the network's outputs, of which the denoised ones are an affine map."""
        x, sigma = walk.wanted
        parts = walk.moment.parts
        output = outputs[0]
        if len(outputs) > len(parts):
            weighted = [(own, weight) for own, (_, weight) in zip(outputs, parts, strict=False)]
            output = guide(weighted, outputs[-1], walk.route.request.guidance_scale)
        denoised = to_denoised(self._model.prediction_type, x, output, sigma)
        image = walk.route.image
        return denoised if image is None else image.kept(denoised)


def _check(trajectory: Trajectory, route: Route) -> None:
    if trajectory.request != route.request:
        message = "this picture in progress is of another request than its route"
        raise RequestError(message, field="request", hint="fork it, or make the route of its own request")
    steps = route.steps + (route.second_pass.steps if route.second_pass else 0)
    if not 0 <= trajectory.step < steps:
        raise RequestError(f"there is no step after {trajectory.step} of {steps}", field="step")
    done, _ = route.at(max(trajectory.step - 1, 0))  # between two passes the latents are still the first's
    if tuple(trajectory.latents.shape) != done.noise.shape:
        message = f"the latents of this picture in progress are {tuple(trajectory.latents.shape)}, not {done.noise.shape}"
        raise RequestError(message, field="latents", hint="start the picture anew")


def _rows(walk: _Walk) -> list[Condition]:
    """What to predict with: the parts, and the negative prompt unless a single part needs no guidance."""
    moment = walk.moment
    share = negative_share([weight for _, weight in moment.parts], walk.route.request.guidance_scale)
    conditions = [condition for condition, _ in moment.parts]
    is_unguided = len(conditions) == 1 and abs(share) < _NEGLIGIBLE
    return conditions if is_unguided else [*conditions, moment.negative]


def _arrive(walk: _Walk, latents: Array, memory: Memory) -> Trajectory:
    if walk.route.image is not None and walk.step + 1 == walk.route.steps:
        latents = walk.route.image.kept(latents)
    return Trajectory(
        request=walk.trajectory.request,
        step=walk.trajectory.step + 1,
        calls=walk.calls,
        latents=latents,
        denoised=walk.denoised,
        memory=memory,
    )
