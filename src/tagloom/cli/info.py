"""`tagloom info`: what a picture says about how it was painted."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from tagloom.artifact import read
from tagloom.cli.services import Services


def info(
    file: Path,
    /,
    *,
    as_json: Annotated[bool, Parameter("--json", negative="", help="The same as JSON.")] = False,
    services: Annotated[Services, Parameter(parse=False)],
) -> int:
    """Show the request, the machine and the infotext that stand in a picture.

    Parameters
    ----------
    file
        A picture that tagloom or a tool of its kind painted.
    """
    artifact = read(file)
    request = artifact.request.to_json() if artifact.request else None
    provenance = asdict(artifact.provenance) if artifact.provenance else None
    if as_json:
        facts = {"format": artifact.file_format, "width": artifact.width, "height": artifact.height}
        told = {"request": request, "provenance": provenance, "infotext": artifact.infotext, "damage": artifact.damage}
        services.print_json(facts | told)
        return 0
    services.print(f"{file}: {artifact.file_format}, {artifact.width}x{artifact.height}")
    if artifact.damage:
        services.say(f"notice: {artifact.damage}")
    for title, values in (("Request", request), ("Painted with", provenance)):
        if values:
            services.print(title)
            for name, value in values.items():
                if value is not None:
                    services.print(f"  {name.replace('_', ' ')}: {_shown(value)}")
    if request is None:
        services.print(artifact.infotext or "It does not say how it was painted.")
    return 0


def _shown(value: object) -> str:
    if isinstance(value, dict):
        told = {name: part for name, part in value.items() if part is not None}
        return ", ".join(f"{name.replace('_', ' ')} ({_shown(part)})" for name, part in told.items())
    if isinstance(value, tuple):
        return ", ".join(" ".join(one.values() if isinstance(one, dict) else one) for one in value)
    return str(value)
