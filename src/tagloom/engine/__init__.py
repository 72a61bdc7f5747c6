"""The contract between whoever wants a picture and whoever paints it (standard library only)."""

from tagloom.engine.event import Event, Finished, Preview, Progress, Provenance, Started, UsedNetwork
from tagloom.engine.fake import FakeEngine
from tagloom.engine.model import NO_OVERRIDES, OWN_VAE, ModelFacts, Overrides
from tagloom.engine.passes import Pass, passes, picture_size, total_steps
from tagloom.engine.picture import Picture
from tagloom.engine.protocol import BatchEngine, Engine
from tagloom.engine.request import Request, RequestInput, request_from_json
from tagloom.engine.resolve import Resolution, Vocabulary, automatic_vae_tiling, check, resolve
from tagloom.engine.second_pass import SecondPass, SecondPassInput
from tagloom.engine.source_image import NO_PICTURES, InpaintMask, SourceImage, check_pictures

__all__ = [
    "NO_OVERRIDES",
    "NO_PICTURES",
    "OWN_VAE",
    "BatchEngine",
    "Engine",
    "Event",
    "FakeEngine",
    "Finished",
    "InpaintMask",
    "ModelFacts",
    "Overrides",
    "Pass",
    "Picture",
    "Preview",
    "Progress",
    "Provenance",
    "Request",
    "RequestInput",
    "Resolution",
    "SecondPass",
    "SecondPassInput",
    "SourceImage",
    "Started",
    "UsedNetwork",
    "Vocabulary",
    "automatic_vae_tiling",
    "check",
    "check_pictures",
    "passes",
    "picture_size",
    "request_from_json",
    "resolve",
    "total_steps",
]
