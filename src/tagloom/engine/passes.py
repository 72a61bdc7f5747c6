"""Request -> its passes: how many steps each runs, from which noise level, and what its prompt's moments count."""

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from tagloom.engine.request import Request
from tagloom.prompt import Plan, compile

_A1111_STRONGEST: Final = 0.999


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """One run from noise towards a picture.

    `request` says what is painted in it: its prompts, size, sampler, guidance. The schedule is laid out for `laid_out`
    steps, of which the last `steps` run; 0 where the strength is too low for a single one.
    """

    request: Request
    steps: int
    laid_out: int
    prompt_steps: int
    hires_steps: int | None = None

    def plan(self, prompt: str, calls: int = 1) -> Plan:
        """A prompt compiled for this pass, with a sampler that calls the network `calls` times a step."""
        return compile(
            prompt,
            steps=self.prompt_steps,
            hires_steps=self.hires_steps,
            compat=self.request.compat,
            calls=self.steps * calls,
            underscores=self.request.underscores,
        )


def passes(request: Request) -> tuple[Pass, ...]:
    """The pass of a request, or both.

    Image-to-image with strength s runs the last floor(s * steps) steps, as diffusers does, s being taken as the decimal
    number that it is written as; shares in the prompt are shares of the steps that run. In "a1111" it runs the last
    floor(min(s, 0.999) * steps) + 1, and moments in the prompt count as if all steps ran.

    A second pass always runs all its steps: they are the last of a schedule of floor(steps / s), in "a1111" of
    floor(steps / min(s, 0.999)), which is that tool's rule.
    """
    first = _first(request)
    second = request.second_pass
    if second is None:
        return (first,)
    painted = replace(
        request,
        prompt=second.prompt,
        negative_prompt=second.negative_prompt,
        steps=second.steps,
        width=second.width,
        height=second.height,
        sampler=second.sampler,
        schedule=second.schedule,
        guidance_scale=second.guidance_scale,
        image=None,
        second_pass=None,
    )
    laid_out = second_schedule(second.steps, second.strength, is_a1111=request.compat == "a1111")
    last = Pass(
        request=painted,
        steps=second.steps,
        laid_out=laid_out,
        prompt_steps=first.prompt_steps,
        hires_steps=second.steps,
    )
    return first, last


def _first(request: Request) -> Pass:
    painted = replace(request, second_pass=None)
    if request.image is None:
        return Pass(request=painted, steps=request.steps, laid_out=request.steps, prompt_steps=request.steps)
    is_a1111 = request.compat == "a1111"
    steps = image_steps(request.steps, request.image.strength, is_a1111=is_a1111)
    prompt_steps = request.steps if is_a1111 else steps
    return Pass(request=painted, steps=steps, laid_out=request.steps, prompt_steps=prompt_steps)


def image_steps(steps: int, strength: float, *, is_a1111: bool) -> int:
    """How many of the steps image-to-image runs; see `passes`."""
    if is_a1111:
        return int(min(strength, _A1111_STRONGEST) * steps) + 1
    return int(Fraction(repr(strength)) * steps)


def second_schedule(steps: int, strength: float, *, is_a1111: bool) -> int:
    """For how many steps a second pass of `steps` lays out its schedule; `strength` is above 0. See `passes`."""
    if is_a1111:
        return int(steps / min(strength, _A1111_STRONGEST))
    return int(steps / Fraction(repr(strength)))


def total_steps(request: Request) -> int:
    """The steps of all passes."""
    return sum(one.steps for one in passes(request))


def picture_size(request: Request) -> tuple[int, int]:
    """Width and height of the finished picture."""
    if request.second_pass is not None:
        return request.second_pass.width, request.second_pass.height
    if request.image is not None and request.image.mask is not None and request.image.mask.only_masked:
        return request.image.width, request.image.height
    return request.width, request.height
