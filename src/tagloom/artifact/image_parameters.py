"""What a request begins with, and its second pass, as infotext parameters and back; the names are the web UIs' own."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from tagloom.artifact.infotext import Parameter, decimal
from tagloom.artifact.written import Written
from tagloom.engine import Request, SecondPass, SecondPassInput
from tagloom.engine.source_image import InpaintFill, Resize

_STRENGTH: Final = "Denoising strength"
_FILLS: Final[Mapping[InpaintFill, str]] = MappingProxyType(
    {"original": "original", "blur": "fill", "noise": "latent noise", "zeros": "latent nothing"}
)
_FILLS_READ: Final = MappingProxyType({name: ours for ours, name in _FILLS.items()})
_RESIZES: Final[Mapping[Resize, str]] = MappingProxyType(
    {"stretch": "Just resize", "crop": "Crop and resize", "fill": "Resize and fill"}
)
_RESIZES_READ: Final = MappingProxyType({name: ours for ours, name in _RESIZES.items()})
_INVERTED: Final = "Inpaint not masked"
_ONLY_MASKED: Final = "Only masked"
_UPSCALERS: Final = MappingProxyType(
    {
        "latent": "Latent",
        "latent-bicubic": "Latent (bicubic)",
        "latent-nearest": "Latent (nearest)",
        "nearest": "Nearest",
        "bicubic": "Bicubic",
        "lanczos": "Lanczos",
    }
)
# Antialiasing does nothing when latents grow; "None" there means Lanczos once the size is another.
_UPSCALERS_READ: Final = MappingProxyType(
    {name: ours for ours, name in _UPSCALERS.items()} | {"Latent (antialiased)": "latent", "None": "lanczos"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecalledImage:
    """How a picture began with an image, as `SourceImage` and `InpaintMask` say it.

    `sha256` and `mask_sha256` are "" in pictures of other tools; `has_mask`: part of the image was repainted.
    """

    sha256: str
    strength: float
    resize: str
    has_mask: bool
    mask_sha256: str
    mask_blur: float
    fill: str
    is_inverted: bool
    only_masked: bool
    padding: int


def image_parameters(request: Request) -> dict[str, Parameter]:
    """The parameters of the image and mask; none where there is no image."""
    image = request.image
    if image is None:
        return {}
    parameters: dict[str, Parameter] = {
        _STRENGTH: decimal(image.strength),
        "Resize mode": _RESIZES[image.resize] if image.resize != "stretch" else None,
        "Init image hash": image.sha256,
    }
    mask = image.mask
    if mask is not None:
        parameters |= {
            "Mask blur": decimal(mask.blur),
            "Mask mode": _INVERTED if mask.is_inverted else None,
            "Masked content": _FILLS[mask.fill] if mask.fill != "original" else None,
            "Inpaint area": _ONLY_MASKED if mask.only_masked else None,
            "Masked area padding": mask.padding if mask.only_masked else None,
            "Mask hash": mask.sha256,
        }
    return parameters


def read_image_parameters(written: Written) -> RecalledImage | None:
    """What stands there of an image; None if nothing does."""
    if not written.has(_STRENGTH):
        return None
    has_mask = written.has("Mask blur", "Mask mode", "Masked content", "Inpaint area", "Mask hash")
    return RecalledImage(
        strength=written.number(_STRENGTH, 0.75),
        resize=written.choice("Resize mode", _RESIZES_READ, "stretch"),
        sha256=written.text("Init image hash", ""),
        has_mask=has_mask,
        mask_sha256=written.text("Mask hash", ""),
        mask_blur=written.number("Mask blur", 0.0 if has_mask else 4.0),
        fill=written.choice("Masked content", _FILLS_READ, "original"),
        is_inverted=bool(written.choice("Mask mode", {_INVERTED: _INVERTED}, "")),
        only_masked=bool(written.choice("Inpaint area", {_ONLY_MASKED: _ONLY_MASKED}, "")),
        padding=written.whole("Masked area padding", None) or 0,
    )


def second_pass_parameters(request: Request) -> dict[str, Parameter]:
    """The parameters of the second pass, those that are as in the first left out; none where there is none."""
    second = request.second_pass
    if second is None:
        return {}
    return {
        _STRENGTH: decimal(second.strength),
        **_second_size(second, request.width, request.height),
        "Hires steps": second.steps if second.steps != request.steps else None,
        "Hires upscaler": _UPSCALERS[second.upscaler],
        "Hires sampler": second.sampler if second.sampler != request.sampler else None,
        "Hires schedule type": second.schedule if second.schedule != request.schedule else None,
        "Hires CFG Scale": decimal(second.guidance_scale) if second.guidance_scale != request.guidance_scale else None,
        "Hires prompt": second.prompt if second.prompt != request.prompt else None,
        "Hires negative prompt": second.negative_prompt if second.negative_prompt != request.negative_prompt else None,
    }


def _second_size(second: SecondPass, width: int, height: int) -> dict[str, Parameter]:
    """A scale where a short one gives the size, else the size."""
    scale = round(second.width / width, 3)
    if (int(width * scale), int(height * scale)) == (second.width, second.height):
        return {"Hires upscale": decimal(scale)}
    return {"Hires resize": f"{second.width}x{second.height}"}


def read_second_pass(written: Written) -> SecondPassInput | None:
    """What stands there of a second pass; None if nothing does. An upscaler that is no formula becomes Lanczos."""
    if not written.has("Hires upscale", "Hires resize-1", "Hires resize-2"):
        return None
    width, height = written.whole("Hires resize-1", None), written.whole("Hires resize-2", None)
    has_size = bool(width or height)
    scale = written.number("Hires upscale", 0.0)
    upscaler = written.choice("Hires upscaler", _UPSCALERS_READ, "lanczos" if written.has("Hires upscaler") else "latent")
    guidance_scale = written.number("Hires CFG Scale", 0.0) if written.has("Hires CFG Scale") else None
    return SecondPassInput(
        scale=None if has_size else scale,
        width=width or None,
        height=height or None,
        upscaler=upscaler,
        steps=written.whole("Hires steps", None) or None,
        strength=written.number(_STRENGTH, SecondPassInput().strength),
        prompt=written.text("Hires prompt", ""),
        negative_prompt=written.text("Hires negative prompt", ""),
        sampler=written.text("Hires sampler", "") or None,
        schedule=written.text("Hires schedule type", "") or None,
        guidance_scale=guidance_scale,
    )
