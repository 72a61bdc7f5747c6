"""The second pass over a finished picture, larger ("hires fix"): as it is said, and as it is fully resolved."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Final, Literal, cast, get_args

from tagloom.engine.stored import Stored
from tagloom.errors import RequestError

Upscaler = Literal["latent", "latent-bicubic", "latent-nearest", "nearest", "bicubic", "lanczos"]

SECOND_PASS_CHOICES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType({"upscaler": get_args(Upscaler)})
_LARGEST_SCALE: Final = 16.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondPass:
    """How a picture is painted over once more at another size.

    width, height: pixels of the finished picture. upscaler: how the first pass's result comes to that size: its latents
        are interpolated ("latent...", bilinear unless it says otherwise), or its pixels are, and encoded again.
    steps: how many steps the second pass takes. strength: above 0 .. 1, how far up the noise it begins.
    prompt, negative_prompt, sampler, schedule, guidance_scale: as in `Request`, for the second pass.
    """

    width: int
    height: int
    upscaler: Upscaler
    steps: int
    strength: float
    prompt: str
    negative_prompt: str
    sampler: str
    schedule: str
    guidance_scale: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondPassInput:
    """What a user may say of a second pass; what is None, or an empty text, is as in the first.

    The size is `scale` times the first pass's, rounded down to what the model can do, or `width` and `height`, of which
    one may be left out: it follows from the shape of the picture.
    """

    scale: float | None = None
    width: int | None = None
    height: int | None = None
    upscaler: str = "latent"
    steps: int | None = None
    strength: float = 0.7
    prompt: str = ""
    negative_prompt: str = ""
    sampler: str | None = None
    schedule: str | None = None
    guidance_scale: float | None = None


def second_size(said: SecondPassInput, width: int, height: int, multiple: int) -> tuple[int, int]:
    """The size (width, height) of the second pass over a picture of `width` x `height`; what is said outright is kept.

    Raises:
        RequestError: no size is said, or both a scale and a side.
    """
    if said.scale is not None and (said.width is not None or said.height is not None):
        raise RequestError("a second pass has a scale, or a width and height, not both", field="hires")
    if said.scale is not None:
        if not 0 < said.scale <= _LARGEST_SCALE:
            raise RequestError(f"hires {said.scale:g} is not within 0 to {_LARGEST_SCALE:g}", field="hires")
        return int(width * said.scale) // multiple * multiple, int(height * said.scale) // multiple * multiple
    if said.width is None and said.height is None:
        raise RequestError("a second pass needs a size", field="hires", hint="say --hires 2, or --hires-width")
    wide = said.width if said.width is not None else round((said.height or 0) * width / height / multiple) * multiple
    high = said.height if said.height is not None else round((said.width or 0) * height / width / multiple) * multiple
    return wide, high


def second_pass_from_json(stored: Stored | None) -> SecondPass | None:
    """Read back the part of a request that says what its second pass is.

    Raises:
        RequestError: a field is missing, unknown or of another type; it is named.
    """
    if stored is None:
        return None
    stored.refuse_others({field.name for field in fields(SecondPass)})
    return SecondPass(
        width=stored.integer("width"),
        height=stored.integer("height"),
        upscaler=cast(Upscaler, stored.text("upscaler")),
        steps=stored.integer("steps"),
        strength=stored.number("strength"),
        prompt=stored.text("prompt"),
        negative_prompt=stored.text("negative_prompt"),
        sampler=stored.text("sampler"),
        schedule=stored.text("schedule"),
        guidance_scale=stored.number("guidance_scale"),
    )
