"""A finished picture: 8-bit RGB pixels and their size, nothing else."""

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """`pixels` holds `height` rows of `width` RGB triples, one byte a channel, top row first."""

    width: int
    height: int
    pixels: bytes

    def __post_init__(self) -> None:
        assert len(self.pixels) == self.width * self.height * 3

    @property
    def sha256(self) -> str:
        """The picture's name by its content: the SHA-256 of it as a binary PPM file, 64 hexadecimal digits."""
        header = f"P6\n{self.width} {self.height}\n255\n"
        return hashlib.sha256(header.encode() + self.pixels).hexdigest()
