"""What the user wants: `RequestInput` as said, `Request` as fully resolved."""

from dataclasses import asdict, dataclass, fields
from typing import cast

from tagloom.choices import CHOICES, Compat, Emphasis, NoiseKind, Underscores
from tagloom.engine.second_pass import SECOND_PASS_CHOICES, SecondPass, SecondPassInput, second_pass_from_json
from tagloom.engine.source_image import IMAGE_CHOICES, SourceImage, source_image_from_json
from tagloom.engine.stored import Stored
from tagloom.errors import RequestError


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """Everything a picture depends on, except the weights themselves. Equal requests give equal pictures.

    prompt, negative_prompt: in the tagloom language, choices and wildcards already expanded.
    seed: 0 .. 2**64-1, the picture's own noise. noise: "philox" is CUDA's generator, the same on every device
        (A1111's "NV"); "cpu" is torch's CPU generator (diffusers' habit).
    steps: 1 .. 150 sampling steps. width, height: pixels, multiples of the model's `size_multiple`.
    sampler, schedule: names from `tagloom.sampling`. guidance_scale: 0 .. 100; 1 means no guidance.
    clip_skip: 1 .. the encoder's layers; a fraction blends two neighbouring layers.
    emphasis: how weights act on text embeddings. underscores: what the encoder reads for `_`.
    compat: "exact", or "a1111" for that tool's timeline, padding and mean, and its count of image-to-image steps.
    model: a name that the catalog knows, or a path.
    vae: the autoencoder that replaces the model's own, a name or a path. prediction_type: what the model predicts, where
        its files do not say so. Both are "" for the model's own.
    image: what image-to-image and inpainting begin with; None begins with noise. second_pass: the picture is painted over
        once more, larger; None leaves it. A request has one of the two at most.
    """

    prompt: str
    negative_prompt: str
    seed: int
    steps: int
    width: int
    height: int
    sampler: str
    schedule: str
    guidance_scale: float
    clip_skip: float
    model: str
    emphasis: Emphasis
    noise: NoiseKind
    compat: Compat
    underscores: Underscores
    vae: str = ""
    prediction_type: str = ""

    image: SourceImage | None = None
    second_pass: SecondPass | None = None

    def to_json(self) -> dict[str, object]:
        """Every field by its name, JSON-ready; `from_json` is its inverse."""
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestInput:
    """What a user may say. What is None is filled in by `resolve`; the fields mean what they mean in `Request`."""

    prompt: str = ""
    negative_prompt: str = ""
    seed: int | None = None
    steps: int = 20
    width: int | None = None
    height: int | None = None
    sampler: str = "DPM++ 2M"
    schedule: str | None = None
    guidance_scale: float = 7.0
    clip_skip: float = 1.0
    emphasis: str = "original"
    noise: str = "philox"
    compat: str = "exact"
    underscores: str = "keep"

    image: SourceImage | None = None
    second_pass: SecondPassInput | None = None


def request_from_json(value: object) -> Request:
    """Read back what `Request.to_json` wrote; ranges are `check`'s business.

    Raises:
        RequestError: a field is missing, unknown or of another type; it is named.
    """
    if not isinstance(value, dict):
        raise RequestError("a request must be a JSON object", field="request")
    stored = Stored(value, choices=CHOICES)
    stored.refuse_others({field.name for field in fields(Request)})
    return Request(
        prompt=stored.text("prompt"),
        negative_prompt=stored.text("negative_prompt"),
        seed=stored.integer("seed"),
        steps=stored.integer("steps"),
        width=stored.integer("width"),
        height=stored.integer("height"),
        sampler=stored.text("sampler"),
        schedule=stored.text("schedule"),
        guidance_scale=stored.number("guidance_scale"),
        clip_skip=stored.number("clip_skip"),
        model=stored.text("model"),
        emphasis=cast(Emphasis, stored.text("emphasis")),
        noise=cast(NoiseKind, stored.text("noise")),
        compat=cast(Compat, stored.text("compat")),
        underscores=cast(Underscores, stored.text("underscores")),
        vae=stored.text("vae", ""),
        prediction_type=stored.text("prediction_type", ""),
        image=source_image_from_json(stored.part("image", IMAGE_CHOICES)),
        second_pass=second_pass_from_json(stored.part("second_pass", SECOND_PASS_CHOICES)),
    )
