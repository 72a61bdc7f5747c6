"""The options that repeat a picture without a seam, decode it in bands, and paint several at once."""

from dataclasses import dataclass, replace
from typing import Annotated, Final

from cyclopts import Parameter

from tagloom.cli.number import WholeNumber
from tagloom.engine import RequestInput

_TILING: Final = "Tiling and batches"


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class TilingOptions:
    """What `paint` takes."""

    tiling: Annotated[str, Parameter(group=_TILING, help="off, both, x or y: where the picture repeats without a seam.")] = (
        "off"
    )
    vae_tiling: Annotated[
        str,
        Parameter(
            group=_TILING,
            help="auto, on or off: decode in bands of rows, with little memory; auto above 1024x768 pixels.",
        ),
    ] = "auto"
    batch_size: Annotated[
        WholeNumber,
        Parameter(
            group=_TILING,
            help="How many go through the network at once: faster, above all on a GPU; the last bits may differ.",
        ),
    ] = 1

    def added_to(self, said: RequestInput) -> RequestInput:
        """What was said, with these options too."""
        return replace(said, tiling=self.tiling, vae_tiling=self.vae_tiling)


UNTILED: Final = TilingOptions()
