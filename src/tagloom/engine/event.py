"""What an engine tells while it paints: Started, then Progress and Preview, last Finished."""

from dataclasses import dataclass
from typing import Literal

from tagloom.engine.picture import Picture
from tagloom.engine.request import Request

NetworkKind = Literal["lora", "embedding"]


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedNetwork:
    """A LoRA or textual inversion that a picture was painted with; `hash` changes when its file does."""

    kind: NetworkKind
    name: str
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Who painted a picture and on what: enough to say whether painting again gives the same bits.

    `libraries` are (name, version) pairs of whatever computed pixels; `precision` is the number format of the networks;
    `threads` is the number of CPU threads (sums depend on how they are split), 0 where none compute.
    `networks` are the LoRAs and textual inversions. `batch_size` is how many pictures were painted at once (sums depend on
    that too).
    """

    version: str
    model_hash: str
    runtime: str
    device: str
    precision: str
    threads: int
    libraries: tuple[tuple[str, str], ...]
    networks: tuple[UsedNetwork, ...] = ()
    batch_size: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """The request is accepted and its model is ready; `notices` say what of it has no effect here."""

    request: Request
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """`step` of `steps` steps are done; `step` counts from 1."""

    step: int
    steps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A rough look at the picture after `step` steps; it may be smaller than the picture."""

    step: int
    picture: Picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """The picture, and what it was painted with."""

    picture: Picture
    provenance: Provenance


Event = Started | Progress | Preview | Finished
