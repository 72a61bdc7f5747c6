"""A picture, its request and its provenance -> the bytes of a PNG, WebP or JPEG file."""

import io
from typing import Final, assert_never

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tagloom.artifact.document import Document, print_document
from tagloom.artifact.exif import print_user_comment
from tagloom.artifact.jpeg import add_metadata
from tagloom.artifact.metadata import LARGEST_TEXT, Format
from tagloom.artifact.parameters import format_infotext
from tagloom.artifact.png import DOCUMENT_KEY, INFOTEXT_KEY
from tagloom.artifact.xmp import print_packet
from tagloom.engine import Picture
from tagloom.errors import UnwritableError

_LOSSLESS: Final = 100
_MOST_TEXT: Final = LARGEST_TEXT // 2  # of what will be read back: the rest is for escapes and headers


def encode(picture: Picture, document: Document, *, file_format: Format, quality: int) -> bytes:
    """Encode a picture with everything that is known about it.

    `quality` is 1 .. 100 and concerns WebP (100 is lossless) and JPEG; a PNG is always lossless. PNG has the infotext
    in the text chunk `parameters` and our JSON in `tagloom`, both uncompressed; WebP and JPEG have the infotext in
    EXIF's UserComment and our JSON in XMP.

    Raises:
        UnwritableError: the prompts are longer than what is read back.
    """
    json, infotext = print_document(document), format_infotext(document.request, document.provenance)
    if max(len(json), 2 * len(infotext)) > _MOST_TEXT:
        raise UnwritableError("the prompts are too long to be stored in a picture")
    image = Image.frombytes("RGB", (picture.width, picture.height), picture.pixels)
    stream = io.BytesIO()
    match file_format:
        case "png":
            image.save(stream, "PNG", pnginfo=_texts(json, infotext))
        case "webp":
            comment, packet = print_user_comment(infotext), print_packet(json)
            lossless = quality == _LOSSLESS
            image.save(stream, "WEBP", quality=quality, lossless=lossless, exif=comment, xmp=packet)
        case "jpeg":
            image.save(stream, "JPEG", quality=quality, subsampling=0)
            return add_metadata(stream.getvalue(), document=json, infotext=infotext)
        case _:
            assert_never(file_format)
    return stream.getvalue()


def _texts(document: str, infotext: str) -> PngInfo:
    """PNG's text chunks: tEXt where latin-1 will do, else iTXt; the web UIs read compressed ones only up to 1 MiB."""
    texts = PngInfo()
    texts.add_text(INFOTEXT_KEY, infotext)
    texts.add_text(DOCUMENT_KEY, document)
    return texts
