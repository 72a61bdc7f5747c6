"""The contract between whoever wants a picture and whoever paints it (standard library only).

A public name is imported when it is first asked for, so that what needs one does not pay for the rest.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tagloom.engine.event import Event, Finished, Preview, Progress, Provenance, Started, UsedNetwork
    from tagloom.engine.fake import FakeEngine
    from tagloom.engine.model import NO_OVERRIDES, ModelFacts, Overrides
    from tagloom.engine.picture import Picture
    from tagloom.engine.protocol import Engine
    from tagloom.engine.request import Request, RequestInput, request_from_json
    from tagloom.engine.resolve import Resolution, Vocabulary, check, resolve

__all__ = [
    "NO_OVERRIDES",
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
    "check",
    "request_from_json",
    "resolve",
]

_HOMES = {
    "NO_OVERRIDES": "model",
    "Engine": "protocol",
    "Event": "event",
    "FakeEngine": "fake",
    "Finished": "event",
    "ModelFacts": "model",
    "Overrides": "model",
    "Picture": "picture",
    "Preview": "event",
    "Progress": "event",
    "Provenance": "event",
    "Request": "request",
    "RequestInput": "request",
    "Resolution": "resolve",
    "Started": "event",
    "UsedNetwork": "event",
    "Vocabulary": "resolve",
    "check": "resolve",
    "request_from_json": "request",
    "resolve": "resolve",
}


def __getattr__(name: str) -> object:
    """Import a public name from the module it lives in (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'tagloom.engine' has no attribute '{name}'")
    return getattr(import_module(f"tagloom.engine.{_HOMES[name]}"), name)
