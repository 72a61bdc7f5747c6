import io
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from sd_parsers import ParserManager
from sd_parsers.data import Generators

from tagloom.artifact import Document, Format, encode, format_infotext
from tagloom.artifact.document import print_document
from tagloom.engine import Request
from tagloom.errors import UnwritableError
from tests.samples import PICTURE, PROVENANCE, REQUEST, plain_text, plain_word, requests

DOCUMENT = Document(request=REQUEST, provenance=PROVENANCE)
FORMATS: Sequence[Format] = ("png", "webp", "jpeg")


def opened(file_format: Format, *, quality: int = 90, document: Document = DOCUMENT) -> Image.Image:
    return Image.open(io.BytesIO(encode(PICTURE, document, file_format=file_format, quality=quality)))


@pytest.mark.parametrize(("file_format", "quality"), [("png", 1), ("webp", 100)])
def test_png_and_the_best_webp_lose_nothing(file_format: Format, quality: int) -> None:
    assert opened(file_format, quality=quality).convert("RGB").tobytes() == PICTURE.pixels


@pytest.mark.parametrize("file_format", ["webp", "jpeg"])
def test_less_quality_is_a_smaller_file(file_format: Format) -> None:
    sizes = [len(encode(PICTURE, DOCUMENT, file_format=file_format, quality=quality)) for quality in (10, 50, 90)]
    assert sizes == sorted(set(sizes))


@pytest.mark.parametrize("file_format", FORMATS)
def test_the_same_picture_is_the_same_file(file_format: Format) -> None:
    first, second = (encode(PICTURE, DOCUMENT, file_format=file_format, quality=90) for _ in range(2))
    assert first == second


def test_png_text_is_latin_1_or_utf_8_and_never_compressed() -> None:
    chinese = replace(DOCUMENT, request=replace(REQUEST, prompt="粉色头发"))
    english = encode(PICTURE, DOCUMENT, file_format="png", quality=90)
    assert b"tEXtparameters\0" + format_infotext(REQUEST, PROVENANCE).encode("latin-1") in english
    assert b"tEXttagloom\0" + print_document(DOCUMENT).encode("ascii") in english
    content = encode(PICTURE, chinese, file_format="png", quality=90)
    assert b"iTXtparameters\0\0\0\0\0" + format_infotext(chinese.request, PROVENANCE).encode() in content
    assert english.index(b"parameters") < english.index(b"IDAT")


def test_pillow_finds_both_texts_in_every_format() -> None:
    infotext, document = format_infotext(REQUEST, PROVENANCE), print_document(DOCUMENT)
    png = opened("png")
    assert (png.info["parameters"], png.info["tagloom"]) == (infotext, document)
    for file_format in ("webp", "jpeg"):
        image = opened(file_format)
        assert image.getexif().get_ifd(0x8769)[0x9286] == b"UNICODE\0" + infotext.encode("utf-16-be")
        assert document.encode() in image.info["xmp"]


@pytest.mark.parametrize("file_format", FORMATS)
def test_another_reader_finds_the_same_parameters(file_format: Format) -> None:
    opened_before: list[Image.Image] = []  # sd-parsers knows a picture by its id(), which must not be used again

    @given(requests(plain_text.filter(lambda text: text and "Negative prompt:" not in text), plain_word))
    def law(request: Request) -> None:
        opened_before.append(opened(file_format, document=replace(DOCUMENT, request=request)))
        found = ParserManager().parse(opened_before[-1])
        assert found is not None
        assert found.generator is Generators.AUTOMATIC1111
        assert [prompt.value for prompt in found.prompts] == [request.prompt]
        assert [prompt.value for prompt in found.negative_prompts] == [request.negative_prompt]
        (sampler,) = found.samplers
        assert (sampler.name, sampler.model.name) == (request.sampler, request.model)
        assert sampler.parameters["steps"] == str(request.steps)
        assert sampler.parameters["seed"] == str(request.seed)

    law()


def test_prompts_that_nobody_could_read_back_are_refused() -> None:
    endless = replace(DOCUMENT, request=replace(REQUEST, prompt="x" * 10_000_000))
    with pytest.raises(UnwritableError, match="too long"):
        encode(PICTURE, endless, file_format="png", quality=90)


@pytest.mark.parametrize("file_format", FORMATS)
@given(length=st.integers(0, 100_000))
def test_a_long_prompt_is_no_obstacle(file_format: Format, length: int) -> None:
    document = replace(DOCUMENT, request=replace(REQUEST, prompt="é" * length))
    assert opened(file_format, document=document).size == (PICTURE.width, PICTURE.height)
