"""`tagloom models`: which models there are."""

import json
from dataclasses import asdict
from typing import Annotated

from cyclopts import Parameter

from tagloom.catalog import read_folder
from tagloom.cli.services import Services
from tagloom.errors import ModelError


def models(
    *,
    as_json: Annotated[bool, Parameter("--json", negative="", help="Everything known of them, as JSON.")] = False,
    services: Annotated[Services, Parameter(parse=False)],
) -> int:
    """List the models that can be named with --model: the bundled ones, and those in your model folders."""
    listed = []
    for entry in services.catalog().entries():
        try:
            listed.append(read_folder(entry.path, entry.name))
        except ModelError as error:
            services.say(f"notice: {error}")
    if as_json:
        services.print(json.dumps([asdict(facts) for facts in listed], indent=2))
        return 0
    for facts in listed:
        size = f"{facts.width}x{facts.height}"
        services.print(f"{facts.name}  {facts.hash}  {facts.family}  {size}  {facts.path}")
    return 0
