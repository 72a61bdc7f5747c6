"""The whole request and its provenance as JSON, and back: what tagloom itself reads in a picture.

The text is ASCII: it fits into any container as it is, and escapes carry what has no UTF-8 form (lone surrogates).
One thing is not kept apart: a high surrogate followed by a low one is read back as the character that they mean.
"""

import json
import reprlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Final

from tagloom.engine import Provenance, Request, UsedNetwork, request_from_json
from tagloom.errors import RequestError, UnreadableError

_VERSION: Final = 1
_KEY: Final = "tagloom"  # holds the version of this form; a reader must refuse a higher one


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A picture's request, and what it was painted with."""

    request: Request
    provenance: Provenance


def print_document(document: Document) -> str:
    """Write the document as one line of ASCII."""
    content = {_KEY: _VERSION, "request": document.request.to_json(), "provenance": asdict(document.provenance)}
    return json.dumps(content, allow_nan=False)


def parse_document(text: str) -> Document:
    """Read back what `print_document` wrote.

    Raises:
        UnreadableError: the text is damaged, or a newer tagloom wrote it; the place is named.
    """
    content = _object(_json(text), "metadata")
    version = content.get(_KEY)
    if version != _VERSION:
        newer = isinstance(version, int) and version > _VERSION
        hint = "update tagloom to read it" if newer else ""
        raise UnreadableError(f"the picture's metadata has version {reprlib.repr(version)}, not {_VERSION}", hint=hint)
    try:
        request = request_from_json(content.get("request"))
    except RequestError as error:
        raise UnreadableError(error.message) from error
    return Document(request=request, provenance=_provenance(_object(content.get("provenance"), "provenance")))


def _json(text: str) -> object:
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableError("the picture's metadata is not the JSON that tagloom writes") from error
    return value


def _object(value: object, what: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise UnreadableError(f"the picture's {what} is not a JSON object")
    return value


def _provenance(content: Mapping[str, object]) -> Provenance:
    return Provenance(
        version=_text(content, "version"),
        model_hash=_text(content, "model_hash"),
        runtime=_text(content, "runtime"),
        device=_text(content, "device"),
        precision=_text(content, "precision"),
        threads=_whole(content, "threads"),
        libraries=_libraries(content.get("libraries")),
        networks=_networks(content.get("networks", [])),
        batch_size=_whole(content, "batch_size") if "batch_size" in content else 1,
    )


def _networks(value: object) -> tuple[UsedNetwork, ...]:
    """What older pictures do not say, they do not have."""
    if not isinstance(value, list):
        raise UnreadableError(f"the picture's provenance has the networks {reprlib.repr(value)}")
    return tuple(_network(one) for one in value)


def _network(value: object) -> UsedNetwork:
    match value:
        case {"kind": "lora" | "embedding" as kind, "name": str(name), "hash": str(digest)}:
            return UsedNetwork(kind=kind, name=name, hash=digest)
        case _:
            raise UnreadableError(f"the picture's provenance has the network {reprlib.repr(value)}")


def _libraries(value: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, list):
        raise UnreadableError(f"the picture's provenance has the libraries {reprlib.repr(value)}")
    return tuple(_library(pair) for pair in value)


def _library(value: object) -> tuple[str, str]:
    match value:
        case [str(name), str(version)]:
            return name, version
        case _:
            raise UnreadableError(f"the picture's provenance has the library {reprlib.repr(value)}")


def _whole(content: Mapping[str, object], name: str) -> int:
    value = content.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise UnreadableError(f"the picture's provenance has the {name} {reprlib.repr(value)}")
    return value


def _text(content: Mapping[str, object], name: str) -> str:
    value = content.get(name)
    if not isinstance(value, str):
        raise UnreadableError(f"the picture's provenance has the {name} {reprlib.repr(value)}")
    return value
