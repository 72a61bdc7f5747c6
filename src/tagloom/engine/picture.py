"""A finished picture: 8-bit RGB pixels and their size, nothing else."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """`pixels` holds `height` rows of `width` RGB triples, one byte a channel, top row first."""

    width: int
    height: int
    pixels: bytes

    def __post_init__(self) -> None:
        assert len(self.pixels) == self.width * self.height * 3
