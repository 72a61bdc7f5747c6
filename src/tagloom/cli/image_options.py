"""The options of image-to-image and inpainting: files -> what a request says of them, and their pixels by content."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Final, cast

from cyclopts import Parameter

from tagloom.engine import InpaintMask, Picture, SourceImage, check_pictures
from tagloom.engine.source_image import InpaintFill, Resize
from tagloom.errors import RequestError

_GROUP: Final = "Image"


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class ImageOptions:
    """What to begin with, and what of it to repaint."""

    image: Annotated[Path | None, Parameter(group=_GROUP, help="A picture to begin with, in place of noise.")] = None
    strength: Annotated[float, Parameter(group=_GROUP, help="0 to 1: how much of the image is painted anew.")] = 0.75
    resize: Annotated[str, Parameter(group=_GROUP, help="stretch, crop or fill, where --size is another.")] = "stretch"
    mask: Annotated[Path | None, Parameter(group=_GROUP, help="A picture, white where the image is repainted.")] = None
    mask_blur: Annotated[float, Parameter(group=_GROUP, help="0 to 64 pixels.")] = 4.0
    inpaint_fill: Annotated[
        str, Parameter(group=_GROUP, help="What stands under the mask at first: original, blur, noise or zeros.")
    ] = "original"
    invert_mask: Annotated[bool, Parameter(group=_GROUP, negative="", help="Repaint what is black.")] = False
    only_masked: Annotated[
        bool, Parameter(group=_GROUP, negative="", help="Paint the masked region alone, at --size, and put it back.")
    ] = False
    mask_padding: Annotated[int, Parameter(group=_GROUP, help="Pixels around that region.")] = 32

    def read(self) -> tuple[SourceImage | None, Mapping[str, Picture]]:
        """What the request begins with, and the pictures it names, by their sha256.

        Raises:
            UnreadableError: a file is no picture.
            RequestError: the mask has another size, or an option has nothing to act on.
        """
        if self.image is None:
            self._refuse_idle()
            return None, {}
        from tagloom.artifact import read_image

        picture = read_image(self.image)
        pictures = {picture.sha256: picture}
        source = SourceImage(
            sha256=picture.sha256,
            width=picture.width,
            height=picture.height,
            strength=self.strength,
            resize=cast(Resize, self.resize),
            mask=self._mask(pictures),
            name=recorded_name(self.image),
        )
        check_pictures(source, pictures)
        return source, pictures

    def _mask(self, pictures: dict[str, Picture]) -> InpaintMask | None:
        """What the request says of the mask, whose pixels are added to the pictures."""
        if self.mask is None:
            return None
        from tagloom.artifact import read_mask

        picture = read_mask(self.mask)
        pictures[picture.sha256] = picture
        return InpaintMask(
            sha256=picture.sha256,
            blur=self.mask_blur,
            fill=cast(InpaintFill, self.inpaint_fill),
            is_inverted=self.invert_mask,
            only_masked=self.only_masked,
            padding=self.mask_padding,
            name=recorded_name(self.mask),
        )

    def _refuse_idle(self) -> None:
        """An option that acts on an image, where there is none, is a mistake."""
        plain = asdict(NO_IMAGE)
        for name, value in asdict(self).items():
            if value != plain[name]:
                option = f"--{name.replace('_', '-')}"
                raise RequestError(f"{option} acts on an image", field=name, hint="name one with --image")


def recorded_name(path: Path) -> str:
    """What a picture says of a file it began with: enough to find it again from the same folder, and no folder of anybody's
    disk."""
    return path.name if path.is_absolute() or ".." in path.parts else path.as_posix()


NO_IMAGE: Final = ImageOptions()
