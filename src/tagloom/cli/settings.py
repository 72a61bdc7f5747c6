"""The settings file and the environment -> Settings. Read once; a request never reads them."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tagloom.errors import RequestError


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """model_folders: where models are looked for, beside the bundled ones.
    output_folder: where pictures go when --out names no place.
    wildcard_folder: the .txt files that `__name__` takes its lines from.
    """

    model_folders: tuple[Path, ...]
    output_folder: Path
    wildcard_folder: Path


def read_settings(environment: Mapping[str, str], home: Path) -> Settings:
    """TAGLOOM_SETTINGS names the file (default ~/.config/tagloom/settings.toml); TAGLOOM_MODELS, TAGLOOM_OUTPUT and
    TAGLOOM_WILDCARDS overrule its keys `model_folders`, `output_folder` and `wildcard_folder`.

    Raises:
        RequestError: the file cannot be read, or a key in it is unknown or of the wrong type.
    """
    configuration = Path(environment.get("XDG_CONFIG_HOME") or home / ".config") / "tagloom"
    path = Path(environment.get("TAGLOOM_SETTINGS") or configuration / "settings.toml")
    values = _read_file(path, is_named="TAGLOOM_SETTINGS" in environment)
    folders = values.pop("model_folders", [])
    if not isinstance(folders, list) or not all(isinstance(folder, str) for folder in folders):
        raise RequestError(f"{path}: 'model_folders' must be a list of strings", field="model_folders")
    output = _text(path, values, "output_folder", "outputs")
    wildcards = _text(path, values, "wildcard_folder", str(configuration / "wildcards"))
    if values:
        raise RequestError(f"{path}: there is no setting '{next(iter(values))}'", field=next(iter(values)))
    if named := environment.get("TAGLOOM_MODELS"):
        folders = named.split(os.pathsep)
    return Settings(
        model_folders=tuple(Path(folder).expanduser() for folder in folders),
        output_folder=Path(environment.get("TAGLOOM_OUTPUT") or output).expanduser(),
        wildcard_folder=Path(environment.get("TAGLOOM_WILDCARDS") or wildcards).expanduser(),
    )


def _read_file(path: Path, *, is_named: bool) -> dict[str, object]:
    if not is_named and not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RequestError(f"{path} cannot be read: {error.strerror}", field="TAGLOOM_SETTINGS") from error
    except ValueError as error:
        raise RequestError(f"{path} is no TOML file: {error}", field="TAGLOOM_SETTINGS") from error


def _text(path: Path, values: dict[str, object], name: str, default: str) -> str:
    value = values.pop(name, default)
    if not isinstance(value, str):
        raise RequestError(f"{path}: '{name}' must be a string", field=name)
    return value
