"""The options that say what is painted, all but the prompt -> a RequestInput."""

from dataclasses import dataclass
from typing import Annotated, Final

from cyclopts import Parameter

from tagloom.cli.number import MaybeWholeNumber, RealNumber, WholeNumber
from tagloom.cli.size import parse_size
from tagloom.engine import RequestInput


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class RequestOptions:
    """The numbers and names of a request; what they mean is said in `tagloom.engine.Request`."""

    seed: Annotated[MaybeWholeNumber, Parameter(help="0 to 2^64-1; by chance if not given.")] = None
    steps: Annotated[WholeNumber, Parameter(help="1 to 150; 20 to 40 advised.")] = 20
    clip_skip: Annotated[RealNumber, Parameter(help="1 to 12; 1 to 4 advised. 1.5 lies between 1 and 2.")] = 1.0
    size: Annotated[str, Parameter(help="WIDTHxHEIGHT; the model's own if not given.")] = ""
    sampler: Annotated[str, Parameter(help="Euler, Euler a, DPM++ 2M, UniPC, ...")] = "DPM++ 2M"
    schedule: Annotated[str, Parameter(help="Karras, Exponential, ...; the sampler's own if not given.")] = ""
    guidance_scale: Annotated[RealNumber, Parameter(alias="--cfg", help="1 is no guidance.")] = 7.0
    emphasis: Annotated[str, Parameter(help="How weights act: original, no_norm, ignore, comfy.")] = "original"
    noise: Annotated[str, Parameter(help="philox: as on CUDA, everywhere; cpu: as torch on a CPU.")] = "philox"
    compat: Annotated[str, Parameter(help="exact, or a1111 for that tool's timeline.")] = "exact"
    underscores: Annotated[str, Parameter(help="keep, or space: what the model reads for _.")] = "keep"

    def said(self, prompt: str, negative_prompt: str) -> RequestInput:
        """What the user said of a picture with these prompts.

        Raises:
            RequestError: the size is none.
        """
        width, height = parse_size(self.size)
        return RequestInput(
            prompt=prompt,
            negative_prompt=negative_prompt,
            seed=self.seed,
            steps=self.steps,
            width=width,
            height=height,
            sampler=self.sampler,
            schedule=self.schedule or None,
            guidance_scale=self.guidance_scale,
            clip_skip=self.clip_skip,
            emphasis=self.emphasis,
            noise=self.noise,
            compat=self.compat,
            underscores=self.underscores,
        )


AS_USUAL: Final = RequestOptions()
