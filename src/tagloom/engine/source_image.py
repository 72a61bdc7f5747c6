"""The picture that an image-to-image request begins with, and the mask of what of it is repainted."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Final, Literal, cast, get_args

from tagloom.engine.picture import Picture
from tagloom.engine.stored import Stored
from tagloom.errors import RequestError

Resize = Literal["stretch", "crop", "fill"]
InpaintFill = Literal["original", "blur", "noise", "zeros"]

IMAGE_CHOICES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"resize": get_args(Resize), "fill": get_args(InpaintFill)}
)
NO_PICTURES: Final[Mapping[str, Picture]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class InpaintMask:
    """What of the source image is repainted: where its own mask, a grey picture of the same size, is white.

    sha256: of the mask (`Picture.sha256`). blur: the standard deviation in pixels of a Gaussian over the mask, 0 .. 64.
    fill: what stands under the mask at the start: the picture itself, the colours around it, noise, or zeros (both in
        latents). is_inverted: black is repainted, not white.
    only_masked: what is painted, at the request's size, is the masked part of the image alone with `padding` pixels of
        the image around it; the finished picture has the image's size. name: where the mask was found, as
        `SourceImage.name`.
    """

    sha256: str
    blur: float = 4.0
    fill: InpaintFill = "original"
    is_inverted: bool = False
    only_masked: bool = False
    padding: int = 32
    name: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceImage:
    """A picture to begin with. It is named by its content; whoever paints is given the pixels by that name.

    sha256: of its pixels (`Picture.sha256`). width, height: its own size, before it is brought to the request's.
    strength: 0 .. 1, how much of the way from noise to a picture is gone anew (the web UIs' denoising strength).
    resize: how the picture is brought to the request's size: stretched, cropped, or filled up with its edges.
    name: where it was found, for people who look for it again; the picture does not depend on it.
    """

    sha256: str
    width: int
    height: int
    strength: float = 0.75
    resize: Resize = "stretch"
    mask: InpaintMask | None = None
    name: str = field(default="", compare=False, repr=False)


def source_image_from_json(stored: Stored | None) -> SourceImage | None:
    """Read back the part of a request that says what image it begins with.

    Raises:
        RequestError: a field is missing, unknown or of another type; it is named.
    """
    if stored is None:
        return None
    stored.refuse_others({field.name for field in fields(SourceImage)})
    return SourceImage(
        sha256=stored.text("sha256"),
        width=stored.integer("width"),
        height=stored.integer("height"),
        strength=stored.number("strength"),
        resize=cast(Resize, stored.text("resize")),
        mask=_mask_from_json(stored.part("mask", IMAGE_CHOICES)),
        name=stored.text("name", ""),
    )


def _mask_from_json(stored: Stored | None) -> InpaintMask | None:
    if stored is None:
        return None
    stored.refuse_others({field.name for field in fields(InpaintMask)})
    return InpaintMask(
        sha256=stored.text("sha256"),
        blur=stored.number("blur"),
        fill=cast(InpaintFill, stored.text("fill")),
        is_inverted=stored.flag("is_inverted"),
        only_masked=stored.flag("only_masked"),
        padding=stored.integer("padding"),
        name=stored.text("name", ""),
    )


def check_pictures(image: SourceImage | None, pictures: Mapping[str, Picture]) -> None:
    """Refuse to begin with an image or a mask that is not there, or that is another than it is said to be.

    Raises:
        RequestError: it is so; the field is "image" or "mask".
    """
    if image is None:
        return
    pixels = _present("image", image.name, image.sha256, pictures)
    if (pixels.width, pixels.height) != (image.width, image.height):
        message = f"the image is {pixels.width}x{pixels.height} pixels, not {image.width}x{image.height}"
        raise RequestError(message, field="image")
    if image.mask is not None:
        mask = _present("mask", image.mask.name, image.mask.sha256, pictures)
        if (mask.width, mask.height) != (image.width, image.height):
            message = f"the mask is {mask.width}x{mask.height} pixels, the image {image.width}x{image.height}"
            raise RequestError(message, field="mask", hint="draw the mask over the image, at its size")


def _present(what: str, name: str, sha256: str, pictures: Mapping[str, Picture]) -> Picture:
    if sha256 not in pictures:
        called = f" '{name}'" if name else ""
        message = f"the {what}{called} with sha256 {sha256[:12]}... is not at hand"
        raise RequestError(message, field=what, hint=f"name its file with --{what}")
    return pictures[sha256]
