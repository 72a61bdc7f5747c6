"""The image and mask that a picture says it began with -> their pixels, from files the user names or that lie around."""

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

from tagloom.artifact import RecalledImage, read_image, read_mask
from tagloom.cli.image_options import ImageOptions
from tagloom.engine import Picture, SourceImage
from tagloom.errors import RequestError, UnreadableError

_SHA256: Final = re.compile(r"[0-9a-f]{64}")  # other tools' hashes of an image are other hashes
_WITH_ARTICLE: Final = MappingProxyType({"image": "an image", "mask": "a mask"})


def find_images(
    source: SourceImage | None, folders: Sequence[Path], image: Path | None, mask: Path | None
) -> dict[str, Picture]:
    """The pictures that a request begins with, by their sha256.

    `image` and `mask` are files that the user names; what is not named is looked for in these folders by the name that was
    recorded.

    Raises:
        RequestError: one is not found, or the named file holds other pixels.
        UnreadableError: a named file is no picture.
    """
    pictures: dict[str, Picture] = {}
    if source is None:
        if image is not None or mask is not None:
            raise RequestError("the picture did not begin with an image", field="image", hint="leave --image and --mask out")
        return pictures
    pictures[source.sha256] = _find("image", source.sha256, source.name, folders, image, read_image)
    if source.mask is not None:
        pictures[source.mask.sha256] = _find("mask", source.mask.sha256, source.mask.name, folders, mask, read_mask)
    return pictures


def recalled_images(
    recalled: RecalledImage | None, image: Path | None, mask: Path | None
) -> tuple[SourceImage | None, Mapping[str, Picture]]:
    """What an infotext's picture began with, from the files that the user names, and their pixels.

    Raises:
        RequestError: a file is needed and not named, or it holds other pixels.
        UnreadableError: a file is no picture.
    """
    if recalled is None:
        return None, find_images(None, (), image, mask)
    for what, named, is_needed in (("image", image, True), ("mask", mask, recalled.has_mask)):
        if is_needed and named is None:
            raise RequestError(
                f"the picture began with {_WITH_ARTICLE[what]}", field=what, hint=f"name its file with --{what}"
            )
    options = ImageOptions(
        image=image,
        strength=recalled.strength,
        resize=recalled.resize,
        mask=mask,
        mask_blur=recalled.mask_blur,
        inpaint_fill=recalled.fill,
        invert_mask=recalled.is_inverted,
        only_masked=recalled.only_masked,
        mask_padding=recalled.padding,
    )
    source, pictures = options.read()
    assert source is not None
    for what, named, sha256 in (("image", image, recalled.sha256), ("mask", mask, recalled.mask_sha256)):
        here = source.sha256 if what == "image" else source.mask.sha256 if source.mask else ""
        if named is not None and here and _SHA256.fullmatch(sha256):
            check_content(what, named, pictures[here], sha256)
    return source, pictures


def check_content(what: str, path: Path, picture: Picture, sha256: str) -> None:
    """Refuse a file whose pixels are not those that a picture began with.

    Raises:
        RequestError: they are others; `what` is the field.
    """
    if picture.sha256 != sha256:
        hashes = f"sha256 {picture.sha256[:12]}..., not {sha256[:12]}..."
        message = f"{path} is not the {what} that the picture began with: {hashes}"
        raise RequestError(message, field=what, hint="name the file as it was then")


def _find(
    what: str, sha256: str, name: str, folders: Sequence[Path], named: Path | None, read: Callable[[Path], Picture]
) -> Picture:
    if named is not None:
        picture = read(named)
        check_content(what, named, picture, sha256)
        return picture
    for folder in folders if name else ():
        try:
            picture = read(folder / name)
        except UnreadableError:
            continue
        if picture.sha256 == sha256:
            return picture
    called = f" '{name}'" if name else ""
    message = f"the {what}{called} that the picture began with is not found (sha256 of its pixels: {sha256[:12]}...)"
    raise RequestError(message, field=what, hint=f"name its file with --{what}")
