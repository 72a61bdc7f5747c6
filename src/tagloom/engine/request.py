"""What the user wants: `RequestInput` as said, `Request` as fully resolved."""

from dataclasses import asdict, dataclass, fields
from typing import cast

from tagloom.choices import CHOICES, Compat, Emphasis, NoiseKind, Tiling, Underscores, VaeTiling
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

    variation_seed, variation_strength: the noise is that far, 0 .. 1, on the way to another seed's; at strength 0 the
        variation seed is 0. seed_width, seed_height: the pixels for which the seed was chosen, 0 for those of the picture.
    eta: 0 .. 1, the share of an ancestral or SDE sampler's own noise; eta_ddim: DDIM's. s_churn: noise that Euler, Heun and
        DPM2 add, at noise levels from s_tmin to s_tmax (0: no limit); s_noise: the deviation of all noise added.
    tiling: the picture repeats without a seam along x, y or both. vae_tiling: it is decoded piece by piece, which takes a
        fraction of the memory and gives the same pixels but for rounding.
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

    variation_seed: int = 0
    variation_strength: float = 0.0
    seed_width: int = 0
    seed_height: int = 0
    eta: float = 1.0
    eta_ddim: float = 0.0
    s_churn: float = 0.0
    s_tmin: float = 0.0
    s_tmax: float = 0.0
    s_noise: float = 1.0
    tiling: Tiling = "off"
    vae_tiling: VaeTiling = "off"

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

    variation_seed: int | None = None
    variation_strength: float = 0.0
    seed_width: int | None = None
    seed_height: int | None = None
    eta: float = 1.0
    eta_ddim: float = 0.0
    s_churn: float = 0.0
    s_tmin: float = 0.0
    s_tmax: float = 0.0
    s_noise: float = 1.0
    tiling: str = "off"
    vae_tiling: str = "auto"

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
        variation_seed=stored.integer("variation_seed", 0),
        variation_strength=stored.number("variation_strength", 0.0),
        seed_width=stored.integer("seed_width", 0),
        seed_height=stored.integer("seed_height", 0),
        eta=stored.number("eta", 1.0),
        eta_ddim=stored.number("eta_ddim", 0.0),
        s_churn=stored.number("s_churn", 0.0),
        s_tmin=stored.number("s_tmin", 0.0),
        s_tmax=stored.number("s_tmax", 0.0),
        s_noise=stored.number("s_noise", 1.0),
        tiling=cast(Tiling, stored.text("tiling", "off")),
        vae_tiling=cast(VaeTiling, stored.text("vae_tiling", "off")),
        image=source_image_from_json(stored.part("image", IMAGE_CHOICES)),
        second_pass=second_pass_from_json(stored.part("second_pass", SECOND_PASS_CHOICES)),
    )
