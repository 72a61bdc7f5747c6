"""What to encode at which step: the contract between the language and the engine. JSON-able, hashable, complete."""

from bisect import bisect_right
from dataclasses import dataclass
from typing import Literal, TypeAlias, assert_never, cast

from tagloom.prompt.diagnostics import Diagnostic
from tagloom.prompt.source import Span
from tagloom.prompt.value import value

Counted = Literal["steps", "calls"]


@value
class Segment:
    """The characters of a run from `offset` on come from `span` of the source (one to one where lengths are equal)."""

    offset: int
    span: Span


@value
class Run:
    """Text of one weight, as the encoder gets it. `segments` lead back to the source."""

    text: str
    weight: float
    segments: tuple[Segment, ...]

    @property
    def span(self) -> Span:
        """From the run's first character in the source to its last."""
        return Span(self.segments[0].span.start, self.segments[-1].span.end)

    def source(self, start: int, end: int) -> Span:
        """Where the characters `start` .. `end` of the text come from."""
        first, last = self._segment(start), self._segment(max(start, end - 1))
        return Span(self._origin(first, start, 0), self._origin(last, max(start, end - 1), 1))

    def _segment(self, position: int) -> int:
        return max(0, bisect_right(self.segments, position, key=lambda segment: segment.offset) - 1)

    def _origin(self, index: int, position: int, side: int) -> int:
        segment = self.segments[index]
        stop = self.segments[index + 1].offset if index + 1 < len(self.segments) else len(self.text)
        if stop - segment.offset != len(segment.span):
            return segment.span.end if side else segment.span.start
        return segment.span.start + position - segment.offset + side


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedding:
    """A textual inversion, named outright."""

    name: str
    weight: float
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkBreak:
    """Here the chunk of 75 tokens is closed."""

    span: Span


Piece: TypeAlias = Run | Embedding | ChunkBreak


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """An extra network that is active, and how strongly in the U-Net and in the text encoder."""

    kind: str
    name: str
    unet_weight: float
    text_encoder_weight: float
    arguments: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One prompt of those that AND joins, with its strength."""

    weight: float
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What holds for the steps (or calls) `start` .. `stop`, half-open, from 0."""

    start: int
    stop: int
    parts: tuple[Part, ...]
    networks: tuple[Network, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Stages that tile [0, length) without a gap; `counted` says what they count: sampling steps or network calls."""

    length: int
    counted: Counted
    stages: tuple[Stage, ...]
    diagnostics: tuple[Diagnostic, ...]

    def index_at(self, position: int) -> int:
        """The index of the stage at a step (or call), from 0; beyond the last, the last."""
        return max(0, bisect_right(self.stages, position, key=lambda stage: stage.start) - 1)

    def at(self, position: int) -> Stage:
        """The stage at a step (or call), from 0."""
        return self.stages[self.index_at(position)]

    def to_json(self) -> dict[str, object]:
        """The plan without its diagnostics, as JSON values; `plan_from_json` reads it back."""
        stages = [
            {
                "start": stage.start,
                "stop": stage.stop,
                "parts": [{"weight": part.weight, "pieces": [*map(_piece_json, part.pieces)]} for part in stage.parts],
                "networks": [_network_json(network) for network in stage.networks],
            }
            for stage in self.stages
        ]
        return {"length": self.length, "counted": self.counted, "stages": stages}


def _piece_json(piece: Piece) -> dict[str, object]:
    match piece:
        case Run(text=text, weight=weight, segments=segments):
            told = [{"offset": segment.offset, "span": segment.span._asdict()} for segment in segments]
            return {"kind": "run", "text": text, "weight": weight, "segments": told}
        case Embedding(name=name, weight=weight, span=span):
            return {"kind": "embedding", "name": name, "weight": weight, "span": span._asdict()}
        case ChunkBreak(span=span):
            return {"kind": "break", "span": span._asdict()}
        case _:
            assert_never(piece)


def _network_json(network: Network) -> dict[str, object]:
    return {
        "kind": network.kind,
        "name": network.name,
        "unet_weight": network.unet_weight,
        "text_encoder_weight": network.text_encoder_weight,
        "arguments": [*network.arguments],
        "span": network.span._asdict(),
    }


def plan_from_json(value: object) -> Plan:
    """Read back what `Plan.to_json` wrote.

    Raises:
        KeyError, TypeError: the value is no plan.
    """
    plain = cast(dict[str, list[dict[str, object]]], value)
    return Plan(
        length=cast(int, plain["length"]),
        counted=cast(Counted, plain["counted"]),
        stages=tuple(_stage(stage) for stage in plain["stages"]),
        diagnostics=(),
    )


def _stage(plain: dict[str, object]) -> Stage:
    parts = cast(list[dict[str, object]], plain["parts"])
    networks = cast(list[dict[str, object]], plain["networks"])
    return Stage(
        start=cast(int, plain["start"]),
        stop=cast(int, plain["stop"]),
        parts=tuple(
            Part(
                weight=cast(float, part["weight"]),
                pieces=tuple(_piece(piece) for piece in cast(list[dict[str, object]], part["pieces"])),
            )
            for part in parts
        ),
        networks=tuple(
            Network(
                kind=cast(str, network["kind"]),
                name=cast(str, network["name"]),
                unet_weight=cast(float, network["unet_weight"]),
                text_encoder_weight=cast(float, network["text_encoder_weight"]),
                arguments=tuple(cast(list[str], network["arguments"])),
                span=_span(network["span"]),
            )
            for network in networks
        ),
    )


def _piece(plain: dict[str, object]) -> Piece:
    match plain["kind"]:
        case "run":
            segments = cast(list[dict[str, object]], plain["segments"])
            return Run(
                text=cast(str, plain["text"]),
                weight=cast(float, plain["weight"]),
                segments=tuple(Segment(offset=cast(int, s["offset"]), span=_span(s["span"])) for s in segments),
            )
        case "embedding":
            return Embedding(name=cast(str, plain["name"]), weight=cast(float, plain["weight"]), span=_span(plain["span"]))
        case "break":
            return ChunkBreak(span=_span(plain["span"]))
        case kind:
            raise KeyError(kind)


def _span(plain: object) -> Span:
    fields = cast(dict[str, int], plain)
    return Span(fields["start"], fields["end"])
