"""The options of the second pass over a picture, larger."""

from dataclasses import asdict, dataclass
from typing import Annotated, Final

from cyclopts import Parameter

from tagloom.engine import SecondPassInput
from tagloom.errors import RequestError

_GROUP: Final = "Second pass"


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class HiresOptions:
    """How a picture is painted over once more, larger; what is not said is as in the first pass."""

    hires: Annotated[float | None, Parameter(group=_GROUP, help="Paint over once more, so many times larger: 2.")] = None
    hires_width: Annotated[int | None, Parameter(group=_GROUP, help="The same by a width; the height follows.")] = None
    hires_height: Annotated[int | None, Parameter(group=_GROUP, help="The same by a height.")] = None
    hires_upscaler: Annotated[
        str,
        Parameter(group=_GROUP, help="latent, latent-bicubic, latent-nearest; of pixels: nearest, bicubic, lanczos."),
    ] = "latent"
    hires_steps: Annotated[int | None, Parameter(group=_GROUP, help="1 to 150; all of them run.")] = None
    hires_strength: Annotated[float, Parameter(group=_GROUP, help="0 to 1: how much is painted anew.")] = 0.7
    hires_prompt: Annotated[str, Parameter(group=_GROUP, allow_leading_hyphen=True, help="Another prompt.")] = ""
    hires_negative: Annotated[str, Parameter(group=_GROUP, help="Another negative prompt.")] = ""
    hires_sampler: Annotated[str, Parameter(group=_GROUP, help="Another sampler.")] = ""
    hires_schedule: Annotated[str, Parameter(group=_GROUP, help="Another schedule.")] = ""
    hires_cfg: Annotated[float | None, Parameter(group=_GROUP, help="Another guidance scale.")] = None

    def said(self) -> SecondPassInput | None:
        """The second pass, if there is one.

        Raises:
            RequestError: an option has no second pass to act on.
        """
        if self.hires is None and self.hires_width is None and self.hires_height is None:
            plain = asdict(NO_HIRES)
            for name, value in asdict(self).items():
                if value != plain[name]:
                    option = f"--{name.replace('_', '-')}"
                    raise RequestError(f"{option} acts on a second pass", field=name, hint="ask for one with --hires 2")
            return None
        return SecondPassInput(
            scale=self.hires,
            width=self.hires_width,
            height=self.hires_height,
            upscaler=self.hires_upscaler,
            steps=self.hires_steps,
            strength=self.hires_strength,
            prompt=self.hires_prompt,
            negative_prompt=self.hires_negative,
            sampler=self.hires_sampler or None,
            schedule=self.hires_schedule or None,
            guidance_scale=self.hires_cfg,
        )


NO_HIRES: Final = HiresOptions()
