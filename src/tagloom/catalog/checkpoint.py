"""The header of a single file in the original layout -> ModelFacts; no tensor is read.

What can be told: the family (by text encoders and U-Net), every size, and v-prediction where a tensor `v_pred` or the
metadata say so. What cannot: whether an SD 2.x model predicts noise (its 512 pixel base models) or v (768 pixels): all
shapes are the same. Without a word about it v is assumed, as in diffusers, and the picture's notices say so.
"""

from dataclasses import replace
from typing import Final, cast, get_args

from tagloom.catalog.family import AUTOENCODER, OPENAI, OPENCLIP, SDXL_OPENAI, SDXL_OPENCLIP, UNET, find_family
from tagloom.catalog.header import Header
from tagloom.engine import ModelFacts, Overrides
from tagloom.engine.model import Family, PredictionType
from tagloom.errors import ModelDamagedError, RequestError

_SIZES: Final = 6  # of the picture before cropping, of the crop's corner, of the target: two numbers each
_SIDES: Final = {"sd1": 512, "sd2": 768, "sdxl": 1024}
_SD2_BASE_SIDE: Final = 512
_DEFAULT_LEVELS: Final = 4
_UNTOLD: Final = (
    "the file does not say whether it predicts v or noise: v is assumed (if pictures stay grey or are blown out, say "
    "--prediction epsilon)"
)
# safetensors metadata as the Stability "modelspec" writes it, and as training tools do.
_PREDICTIONS: Final = {
    "v": "v_prediction",
    "v_prediction": "v_prediction",
    "v-prediction": "v_prediction",
    "epsilon": "epsilon",
    "eps": "epsilon",
}
_METADATA: Final = ("modelspec.prediction_type", "prediction_type")


def read_checkpoint(header: Header, name: str) -> ModelFacts:
    """The facts of a single file, under a name, without its hash.

    Raises:
        ModelUnsupportedError: it is something else than a model we paint with.
        ModelDamagedError: a tensor that tells a size is missing or of a strange shape.
    """
    family = find_family(header)
    prediction, assumptions = _prediction(header, family)
    side = _SD2_BASE_SIDE if family == "sd2" and prediction == "epsilon" else _SIDES[family]
    levels = header.count(f"{AUTOENCODER}decoder.up.") or _DEFAULT_LEVELS
    pooled = pooled_width(header) if family == "sdxl" else 0
    added = _shape(header, f"{UNET}label_emb.0.0.weight", 2)[1] if family == "sdxl" else 0
    return ModelFacts(
        name=name,
        path=str(header.path),
        hash="",
        family=family,
        prediction_type=prediction,
        width=side,
        height=side,
        size_multiple=2 ** (levels - 1),
        latent_channels=_shape(header, f"{UNET}input_blocks.0.0.weight", 4)[1],
        latent_factor=2 ** (levels - 1),
        text_encoder_layers=_layers(header, family),
        context_width=_context_width(header),
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        train_timesteps=1000,
        zero_terminal_snr="ztsnr" in header.tensors,
        pooled_width=pooled,
        size_width=(added - pooled) // _SIZES,
        zeroes_empty_negative=family == "sdxl",
        assumptions=assumptions,
    )


def overridden(facts: ModelFacts, overrides: Overrides, vae_path: str) -> ModelFacts:
    """The facts with what the user wants otherwise.

    Raises:
        RequestError: there is no such prediction type.
    """
    known = get_args(PredictionType)
    if overrides.prediction_type not in ("", *known):
        message = f"there is no prediction type '{overrides.prediction_type}'"
        raise RequestError(message, field="prediction_type", hint=f"take {' or '.join(known)}")
    facts = replace(facts, vae_path=vae_path, overrides=overrides)
    return predicting(facts, cast(PredictionType, overrides.prediction_type)) if overrides.prediction_type else facts


def predicting(facts: ModelFacts, prediction: PredictionType) -> ModelFacts:
    """The facts of a model of which it is known what it predicts."""
    if _UNTOLD in facts.assumptions and prediction == "epsilon":
        facts = replace(facts, width=_SD2_BASE_SIDE, height=_SD2_BASE_SIDE)
    rest = tuple(assumption for assumption in facts.assumptions if assumption != _UNTOLD)
    return replace(facts, prediction_type=prediction, assumptions=rest)


def text_layers(header: Header, prefix: str) -> int:
    """How many transformer layers a text encoder has whose names begin so (OpenAI's or OpenCLIP's)."""
    openai = header.count(f"{prefix}text_model.encoder.layers.") or header.count(f"{prefix}encoder.layers.")
    return openai or header.count(f"{prefix}transformer.resblocks.")


def pooled_width(header: Header) -> int:
    """How many numbers SDXL's second encoder makes of a whole text; its projection lies transposed in the original."""
    linear = f"{SDXL_OPENCLIP}text_projection.weight"
    if linear in header.tensors:
        return _shape(header, linear, 2)[0]
    return _shape(header, f"{SDXL_OPENCLIP}text_projection", 2)[1]


def _layers(header: Header, family: Family) -> int:
    """The layers that CLIP skip counts; SD 2.x was trained on the last but one, so its last is left out everywhere."""
    match family:
        case "sd1":
            return text_layers(header, OPENAI)
        case "sd2":
            return text_layers(header, OPENCLIP) - 1
        case "sdxl":
            return min(text_layers(header, SDXL_OPENAI), text_layers(header, SDXL_OPENCLIP))


def _context_width(header: Header) -> int:
    keys = (name for name in header.tensors if name.startswith(UNET) and name.endswith(".attn2.to_k.weight"))
    name = next(keys, None)
    if name is None:
        raise ModelDamagedError(f"{header.path} has a U-Net without attention to a text")
    return _shape(header, name, 2)[1]


def _prediction(header: Header, family: Family) -> tuple[PredictionType, tuple[str, ...]]:
    """What the network predicts, and what was assumed."""
    if "v_pred" in header.tensors:
        return "v_prediction", ()
    for key in _METADATA:
        if written := _PREDICTIONS.get(header.metadata.get(key, "").lower()):
            return cast(PredictionType, written), ()
    return ("v_prediction", (_UNTOLD,)) if family == "sd2" else ("epsilon", ())


def _shape(header: Header, name: str, dimensions: int) -> tuple[int, ...]:
    shape = header.shape(name)
    if len(shape) != dimensions:
        raise ModelDamagedError(f"{header.path}: tensor '{name}' has {len(shape)} dimensions, not {dimensions}")
    return shape
