"""The contract between whoever wants a picture and whoever paints it (standard library only)."""

from tagloom.engine.event import Event, Finished, Preview, Progress, Provenance, Started, UsedNetwork
from tagloom.engine.fake import FakeEngine
from tagloom.engine.model import NO_OVERRIDES, ModelFacts, Overrides
from tagloom.engine.picture import Picture
from tagloom.engine.protocol import BatchEngine, Engine
from tagloom.engine.request import Request, RequestInput, request_from_json
from tagloom.engine.resolve import Resolution, Vocabulary, automatic_vae_tiling, check, resolve

__all__ = [
    "NO_OVERRIDES",
    "BatchEngine",
    "Engine",
    "Event",
    "FakeEngine",
    "Finished",
    "ModelFacts",
    "Overrides",
    "Picture",
    "Preview",
    "Progress",
    "Provenance",
    "Request",
    "RequestInput",
    "Resolution",
    "Started",
    "UsedNetwork",
    "Vocabulary",
    "automatic_vae_tiling",
    "check",
    "request_from_json",
    "resolve",
]
