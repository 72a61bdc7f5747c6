"""Requests -> events: the engine that paints with a model's networks."""

from collections.abc import Iterator, Mapping
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
from tagloom.sampling import SAMPLERS, NoiseSource, find_sampler, find_schedule, run_sigmas
from tagloom.tokenizer import Tokenizer


def vocabulary() -> Vocabulary:
    """The samplers and schedules this engine knows."""
    return Vocabulary(find_sampler=find_sampler, find_schedule=find_schedule)


class DiffusionEngine:
    """Paints with one model on one runtime. Satisfies `tagloom.engine.Engine`."""

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
        route = self.route(request)
        yield Started(request=request, notices=route.notices)
        trajectory = self.stepper.start(route)
        steps = total_steps(request)
        while not trajectory.is_finished:
            (trajectory,) = self.stepper.advance([(trajectory, route)])
            self._hash.begin()  # after the first step, not before: it must not wait for gigabytes to be read
            yield Progress(step=trajectory.step, steps=steps)
            if preview_every and trajectory.step % preview_every == 0 and not trajectory.is_finished:
                yield Preview(step=trajectory.step, picture=self.preview(trajectory))
        yield Finished(picture=self.finish(trajectory, route), provenance=self.provenance(route))

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
        noise = NoiseSource(kind=request.noise, seed=request.seed, shape=shape)
        sigmas = run_sigmas(sampler, find_schedule(request.schedule), self.stepper.levels, one.laid_out)
        return Route(
            request=request,
            sampler=sampler,
            sigmas=sigmas[len(sigmas) - one.steps - 1 :],
            conditioning=self._conditioner.condition(found.plan, found.negative_plan, request, found.extras),
            noise=noise,
            notices=(*self._model.assumptions, *found.notices),
            networks=found.used,
            image=prepare(request, self._pictures, self.runtime, noise.initial()) if request.image else None,
        )

    def preview(self, trajectory: Trajectory) -> Picture:
        """A rough picture of where a trajectory is heading, one pixel for each latent cell."""
        return _picture(self.runtime.preview(trajectory.denoised))

    def decode(self, trajectory: Trajectory) -> Picture:
        """The picture that a finished trajectory's latents stand for."""
        return _picture(self.runtime.decode(trajectory.latents))

    def finish(self, trajectory: Trajectory, route: Route) -> Picture:
        """The finished picture: decoded, and outside the mask, where there is one, the image itself."""
        pixels = self.runtime.decode(trajectory.latents)
        return _picture(pixels if route.image is None else route.image.finished(pixels))

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


def _picture(pixels: Bytes) -> Picture:
    height, width, _ = pixels.shape
    return Picture(width=width, height=height, pixels=pixels.tobytes())
