"""`tagloom models`: which models there are, and one of them as a folder for other tools."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from tagloom.catalog import read_folder
from tagloom.cli.services import Services
from tagloom.errors import ModelError, RuntimeUnavailableError

models = App(name="models", help="List the models there are, or export one.", help_format="plaintext")


@models.default
def list_models(
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


@models.command
def export(model: str, folder: Path, /, *, services: Annotated[Services, Parameter(parse=False)]) -> int:
    """Write a model as a standard diffusers folder, complete with tokenizer, that other tools load.

    Parameters
    ----------
    model
        A name that `tagloom models` lists, or a folder.
    folder
        A folder that is not there yet.
    """
    found = services.catalog().find(model)
    try:
        from tagloom.diffusion.weights import export_folder
    except ImportError as error:
        raise RuntimeUnavailableError("torch is not installed", hint="pip install 'tagloom[torch]'") from error
    export_folder(Path(found.path), folder)
    services.print(str(folder))
    return 0
