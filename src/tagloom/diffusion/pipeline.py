"""Requests -> events: the engine that paints with a model's networks."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from tagloom.catalog import NO_FILES, NetworkFiles, PendingHash
from tagloom.diffusion.conditioning import Conditioner
from tagloom.diffusion.extra_finder import ExtraFinder
from tagloom.diffusion.prepared_image import prepare
from tagloom.diffusion.reading import reading_of
from tagloom.diffusion.route import Route
from tagloom.diffusion.runtime.protocol import Bytes, Runtime
from tagloom.diffusion.stepper import Stepper
from tagloom.diffusion.trajectory import Trajectory
from tagloom.engine import (
    NO_PICTURES,
    Event,
    Finished,
    ModelFacts,
    Pass,
    Picture,
    Preview,
    Progress,
    Provenance,
    Request,
    Started,
    Vocabulary,
    check,
    passes,
    total_steps,
)
from tagloom.sampling import (
    SAMPLERS,
    NoiseSource,
    Sampler,
    Stochasticity,
    Variation,
    find_sampler,
    find_schedule,
    run_sigmas,
)
from tagloom.tokenizer import Tokenizer


def vocabulary() -> Vocabulary:
    """The samplers and schedules this engine knows."""
    return Vocabulary(find_sampler=find_sampler, find_schedule=find_schedule)


class DiffusionEngine:
    """Paints with one model on one runtime. Satisfies `tagloom.engine.BatchEngine`."""

    def __init__(
        self,
        runtime: Runtime,
        model: ModelFacts,
        tokenizer: Tokenizer,
        *,
        version: str,
        files: NetworkFiles = NO_FILES,
        pictures: Mapping[str, Picture] = NO_PICTURES,
    ) -> None:
        """`version` is tagloom's own, for the record of each picture.

        `files` has the LoRAs and textual inversions, and remembers hashes; `pictures` has the images and masks that requests
        begin with, by their sha256.
        """
        self.runtime = runtime
        self.stepper = Stepper(runtime, model)
        self._model = model
        self._conditioner = Conditioner(runtime, tokenizer, reading_of(model))
        self._finder = ExtraFinder(runtime, tokenizer, files)
        self._pictures = pictures
        self._version = version
        self._hash = PendingHash(model, files.hashes)

    def generate(self, request: Request, *, preview_every: int = 0) -> Iterator[Event]:
        """See `tagloom.engine.Engine`.

        Raises:
            RequestError: the request cannot be painted with this model.
            ModelError: a LoRA or textual inversion is not there, damaged, or for other models.
            MemoryExhaustedError: it does not fit into memory.
        """
        for _, event in self.generate_together([request], preview_every=preview_every):
            yield event

    def generate_together(self, requests: Sequence[Request], *, preview_every: int = 0) -> Iterator[tuple[int, Event]]:
        """See `tagloom.engine.BatchEngine`. The requests may differ in everything but the model; decoding is one by one.

        Raises:
            RequestError, ModelError, MemoryExhaustedError: see `generate`.
        """
        routes = [self.route(request) for request in requests]
        for number, route in enumerate(routes):
            yield number, Started(request=route.request, notices=route.notices)
        under_way = {number: self.stepper.start(route) for number, route in enumerate(routes)}
        while under_way:
            numbers = list(under_way)
            advanced = self.stepper.advance([(under_way[number], routes[number]) for number in numbers])
            self._hash.begin()  # after the first step, not before: it must not wait for gigabytes to be read
            for number, trajectory in zip(numbers, advanced, strict=True):
                under_way[number] = trajectory
                yield number, Progress(step=trajectory.step, steps=total_steps(trajectory.request))
                if preview_every and trajectory.step % preview_every == 0 and not trajectory.is_finished:
                    yield number, Preview(step=trajectory.step, picture=self.preview(trajectory))
                if trajectory.is_finished:
                    del under_way[number]
                    provenance = replace(self.provenance(routes[number]), batch_size=len(requests))
                    yield number, Finished(picture=self.finish(trajectory, routes[number]), provenance=provenance)

    def route(self, request: Request) -> Route:
        """Make a request ready: compile and encode its prompts, lay out its noise levels, encode its image.

        Raises:
            RequestError: it cannot be painted with this model, or its image is not at hand.
            ModelError: a LoRA or textual inversion is not there, damaged, or for other models.
        """
        check(request, self._model)
        first, *rest = (self._pass(one) for one in passes(request))
        if not rest:
            return first
        (second,) = rest
        notices = tuple(dict.fromkeys((*first.notices, *second.notices)))
        networks = tuple(dict.fromkeys((*first.networks, *second.networks)))
        return replace(first, request=request, second_pass=second, notices=notices, networks=networks)

    def _pass(self, one: Pass) -> Route:
        """The way of one pass."""
        request = one.request
        sampler = SAMPLERS[find_sampler(request.sampler)[0]]
        plan, negative_plan = (one.plan(text, sampler.calls) for text in (request.prompt, request.negative_prompt))
        found = self._finder.find(plan, negative_plan, request)
        factor = self._model.latent_factor
        shape = (self._model.latent_channels, request.height // factor, request.width // factor)
        noise = self._noise(request, shape)
        sigmas = run_sigmas(sampler, find_schedule(request.schedule), self.stepper.levels, one.laid_out)
        return Route(
            request=request,
            sampler=sampler,
            sigmas=sigmas[len(sigmas) - one.steps - 1 :],
            conditioning=self._conditioner.condition(found.plan, found.negative_plan, request, found.extras),
            noise=noise,
            stochasticity=_stochasticity(request),
            notices=(*self._model.assumptions, *found.notices, *_without_effect(request, sampler)),
            networks=found.used,
            image=prepare(request, self._pictures, self.runtime, noise.initial()) if request.image else None,
        )

    def _noise(self, request: Request, shape: tuple[int, int, int]) -> NoiseSource:
        factor = self._model.latent_factor
        is_resized = request.seed_width > 0
        variation = Variation(
            seed=request.variation_seed, strength=request.variation_strength, in_steps=request.compat != "a1111"
        )
        return NoiseSource(
            kind=request.noise,
            seed=request.seed,
            shape=shape,
            variation=variation,
            seed_shape=(shape[0], request.seed_height // factor, request.seed_width // factor) if is_resized else None,
        )

    def preview(self, trajectory: Trajectory) -> Picture:
        """A rough picture of where a trajectory is heading, one pixel for each latent cell."""
        return _picture(self.runtime.preview(trajectory.denoised))

    def decode(self, trajectory: Trajectory) -> Picture:
        """The picture that a finished trajectory's latents stand for."""
        return _picture(self._pixels(trajectory))

    def finish(self, trajectory: Trajectory, route: Route) -> Picture:
        """The finished picture: decoded, and outside the mask, where there is one, the image itself."""
        pixels = self._pixels(trajectory)
        return _picture(pixels if route.image is None else route.image.finished(pixels))

    def _pixels(self, trajectory: Trajectory) -> Bytes:
        request = trajectory.request
        return self.runtime.decode(trajectory.latents, request.tiling, in_bands=request.vae_tiling == "on")

    def provenance(self, route: Route) -> Provenance:
        """What this engine paints with, on this route; waits for the model's hash if it is still being computed."""
        facts = self.runtime.facts
        return Provenance(
            version=self._version,
            model_hash=self._hash.result(),
            runtime=facts.name,
            device=facts.device,
            precision=facts.precision,
            threads=facts.threads,
            libraries=facts.libraries,
            networks=route.networks,
        )


def _stochasticity(request: Request) -> Stochasticity:
    return Stochasticity(
        eta=request.eta,
        eta_ddim=request.eta_ddim,
        churn=request.s_churn,
        lowest=request.s_tmin,
        highest=request.s_tmax or math.inf,
        noise_scale=request.s_noise,
    )


def _without_effect(request: Request, sampler: Sampler) -> list[str]:
    """What is said of a sampler's noise that this sampler does not have, in words."""
    unless_said = {"eta": 1.0, "eta_ddim": 0.0, "s_churn": 0.0, "s_tmin": 0.0, "s_tmax": 0.0, "s_noise": 1.0}
    said: dict[str, float] = {setting: getattr(request, setting) for setting in unless_said}
    return [
        f"{setting.replace('_', ' ')} {value:g} has no effect with {sampler.name}"
        for setting, value in said.items()
        if value != unless_said[setting] and setting not in sampler.settings
    ]


def _picture(pixels: Bytes) -> Picture:
    height, width, _ = pixels.shape
    return Picture(width=width, height=height, pixels=pixels.tobytes())
