"""The options that say where pictures go, and what is told of them on the way."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

from cyclopts import Parameter

from tagloom.cli.number import WholeNumber

_OUTPUT: Final = "Output"


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class OutputOptions:
    """Files, and events on the way to them."""

    out: Annotated[Path | None, Parameter(group=_OUTPUT, help="A folder, or a file.")] = None
    file_format: Annotated[str, Parameter("--format", group=_OUTPUT, help="png, webp or jpeg.")] = ""
    quality: Annotated[WholeNumber, Parameter(group=_OUTPUT, help="1 to 100, of webp and jpeg.")] = 90
    preview: Annotated[
        WholeNumber, Parameter(group=_OUTPUT, help="Rewrite tagloom-preview.png, beside the pictures, every so many steps.")
    ] = 0
    as_json: Annotated[bool, Parameter("--json", negative="", group=_OUTPUT, help="Events as JSON, one a line.")] = False


IN_ITS_FOLDER: Final = OutputOptions()
