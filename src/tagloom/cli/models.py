"""`tagloom models`: which models there are, whether one is sound, and one of them as a folder for other tools."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from tagloom.catalog import Catalog, Entry, NetworkFiles, PendingHash
from tagloom.cli.exits import MODEL
from tagloom.cli.model_options import AS_IT_IS, IN_SETTINGS, FolderOptions, ModelOptions
from tagloom.cli.services import Services
from tagloom.engine import ModelFacts
from tagloom.errors import ModelError, ModelUnsupportedError, RequestError, RuntimeUnavailableError

_GIGABYTE = 1e9

models = App(name="models", help="List the models there are, check, fetch or export one.", help_format="plaintext")


@models.default
def list_models(
    *,
    as_json: Annotated[bool, Parameter("--json", negative="", help="Everything known of them, as JSON.")] = False,
    networks: Annotated[bool, Parameter(negative="", help="LoRAs and textual inversions instead.")] = False,
    folders: FolderOptions = IN_SETTINGS,
    services: Annotated[Services, Parameter(parse=False)],
) -> int:
    """List the models that can be named with --model: the bundled ones, and those in your model folders.

    A hash is shown where it is known: it is computed while a model is first painted with.
    """
    if networks:
        return _list_networks(
            services.network_files(folders.models_dir, allow_pickle=folders.allow_pickle), services, as_json=as_json
        )
    catalog = services.catalog(folders.models_dir, allow_pickle=folders.allow_pickle)
    listed = list(_readable(catalog, services))
    if as_json:
        services.print(json.dumps([asdict(facts) for facts in listed], indent=2))
        return 0
    for facts in listed:
        size = f"{facts.width}x{facts.height}"
        weight = f"{_size(Path(facts.path)) / _GIGABYTE:.2f} GB"
        services.print(f"{facts.name}  {facts.hash or '-'}  {facts.family}  {size}  {weight}  {facts.path}")
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
    if not Path(found.path).is_dir():
        raise ModelUnsupportedError(f"{found.path} is a single file", hint="other tools read it as it is")
    try:
        from tagloom.diffusion.weights import export_folder
    except ImportError as error:
        raise RuntimeUnavailableError("torch is not installed", hint="pip install 'tagloom[torch]'") from error
    export_folder(Path(found.path), folder)
    services.print(str(folder))
    return 0


@models.command
def verify(model: str, /, *, options: ModelOptions = AS_IT_IS, services: Annotated[Services, Parameter(parse=False)]) -> int:
    """Check every tensor that painting needs: is it there, has it the right shape and type, are all its numbers numbers.

    The model is never in memory as a whole.

    Parameters
    ----------
    model
        A name that `tagloom models` lists, a hash, a file or a folder.
    """
    found = options.find(services, model)
    try:
        from tagloom.diffusion.weights import verify as problems_of
    except ImportError as error:
        raise RuntimeUnavailableError("torch is not installed", hint="pip install 'tagloom[torch]'") from error
    for assumption in found.assumptions:
        services.say(f"notice: {assumption}")
    is_sound = True
    for problem in problems_of(found):
        is_sound = False
        services.print(problem)
    if is_sound:
        digits = PendingHash(found, services.hashes).result()
        services.print(f"{found.name}  {digits}  {found.family}  sound")
    return 0 if is_sound else MODEL


@models.command
def pull(
    repository: str,
    file: str = "",
    /,
    *,
    into: Annotated[Path | None, Parameter(help="A folder; tagloom's own for models if not given.")] = None,
    services: Annotated[Services, Parameter(parse=False)],
) -> int:
    """Fetch a model from the Hugging Face hub, once; nothing else that tagloom does uses the network.

    Parameters
    ----------
    repository
        OWNER/NAME.
    file
        One file of it; else the diffusers folder in it, or its only .safetensors file.
    """
    from tagloom.cli.hub import chosen_files

    owner, _, name = repository.partition("/")
    if not owner or not name or "/" in name or name.startswith("."):
        raise RequestError(f"'{repository}' is no OWNER/NAME", field="repository")
    files = chosen_files(services.hub.files(repository), file, repository)
    folder = into or services.settings.data_folder / "models"
    is_single = len(files) == 1
    target = folder if is_single else folder / name
    for number, one in enumerate(files, start=1):
        services.say(f"{number} of {len(files)}: {one}")
        services.hub.download(repository, one, target)
    services.print(str(target / files[0] if is_single else target))
    return 0


def _list_networks(files: NetworkFiles, services: Services, *, as_json: bool) -> int:
    """Every LoRA and textual inversion, as a prompt names it."""
    listed = [("lora", name, path) for name, path in files.loras().items()]
    listed += [("embedding", name, path) for name, path in files.embeddings().items()]
    if as_json:
        found = [{"kind": kind, "name": name, "path": str(path)} for kind, name, path in listed]
        services.print(json.dumps(found, indent=2))
        return 0
    for kind, name, path in listed:
        services.print(f"<{kind}:{name}>  {path}")
    return 0


def _readable(catalog: Catalog, services: Services) -> Iterator[ModelFacts]:
    """The facts of every model; of those that cannot be painted with it is said why."""
    for entry in catalog.entries():
        try:
            yield catalog.read(entry)
        except ModelError as error:
            services.say(f"notice: {_named(entry, error)}")


def _named(entry: Entry, error: ModelError) -> str:
    return str(error) if str(entry.path) in error.message else f"{entry.path}: {error}"


def _size(path: Path) -> int:
    """The bytes of a model's weights."""
    return sum(file.stat().st_size for file in path.glob("*/*.safetensors")) if path.is_dir() else path.stat().st_size
