"""The settings file and the environment -> Settings. Read once; a request never reads them."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tagloom.errors import RequestError


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """model_folders: where models are looked for, beside the bundled ones.
    lora_folders, embedding_folders: where LoRAs and textual inversions are, beside those in model folders.
    output_folder: where pictures go when --out names no place.
    wildcard_folder: the .txt files that `__name__` takes its lines from.
    styles_file: one's own styles, as A1111 keeps them.
    data_folder: what tagloom keeps for the user: imported tag lists, how often tags were used.
    cache_folder: what can be made again: networks compiled for this machine, measurements of it.
    """

    model_folders: tuple[Path, ...]
    output_folder: Path
    wildcard_folder: Path
    styles_file: Path
    data_folder: Path
    cache_folder: Path
    lora_folders: tuple[Path, ...] = ()
    embedding_folders: tuple[Path, ...] = ()


def read_settings(environment: Mapping[str, str], home: Path, platform: str = sys.platform) -> Settings:
    """TAGLOOM_SETTINGS names the file (default ~/.config/tagloom/settings.toml); TAGLOOM_MODELS, TAGLOOM_LORAS,
    TAGLOOM_EMBEDDINGS, TAGLOOM_OUTPUT, TAGLOOM_WILDCARDS, TAGLOOM_STYLES, TAGLOOM_DATA and TAGLOOM_CACHE overrule its keys
    `model_folders`, `lora_folders`, `embedding_folders`, `output_folder`, `wildcard_folder`, `styles_file` (default:
    styles.csv beside it), `data_folder` and `cache_folder` (default: where the platform, which is named as `sys.platform`
    names it, has such things).

    Raises:
        RequestError: the file cannot be read, or a key in it is unknown or of the wrong type.
    """
    configuration = Path(environment.get("XDG_CONFIG_HOME") or home / ".config") / "tagloom"
    path = Path(environment.get("TAGLOOM_SETTINGS") or configuration / "settings.toml")
    values = _read_file(path, is_named="TAGLOOM_SETTINGS" in environment)
    models = _folders(path, values, "model_folders", environment.get("TAGLOOM_MODELS"))
    loras = _folders(path, values, "lora_folders", environment.get("TAGLOOM_LORAS"))
    embeddings = _folders(path, values, "embedding_folders", environment.get("TAGLOOM_EMBEDDINGS"))
    output = _text(path, values, "output_folder", "outputs")
    wildcards = _text(path, values, "wildcard_folder", str(configuration / "wildcards"))
    styles = _text(path, values, "styles_file", str(path.parent / "styles.csv"))
    data = _text(path, values, "data_folder", str(_data_folder(environment, home, platform)))
    cache = _text(path, values, "cache_folder", str(_cache_folder(environment, home, platform)))
    if values:
        raise RequestError(f"{path}: there is no setting '{next(iter(values))}'", field=next(iter(values)))
    return Settings(
        model_folders=models,
        lora_folders=loras,
        embedding_folders=embeddings,
        output_folder=Path(environment.get("TAGLOOM_OUTPUT") or output).expanduser(),
        wildcard_folder=Path(environment.get("TAGLOOM_WILDCARDS") or wildcards).expanduser(),
        styles_file=Path(environment.get("TAGLOOM_STYLES") or styles).expanduser(),
        data_folder=Path(environment.get("TAGLOOM_DATA") or data).expanduser(),
        cache_folder=Path(environment.get("TAGLOOM_CACHE") or cache).expanduser(),
    )


def _data_folder(environment: Mapping[str, str], home: Path, platform: str) -> Path:
    if named := environment.get("XDG_DATA_HOME"):
        return Path(named) / "tagloom"
    match platform:
        case "win32":
            return Path(environment.get("LOCALAPPDATA") or home / "AppData" / "Local") / "tagloom"
        case "darwin":
            return home / "Library" / "Application Support" / "tagloom"
        case _:
            return home / ".local" / "share" / "tagloom"


def _cache_folder(environment: Mapping[str, str], home: Path, platform: str) -> Path:
    if named := environment.get("XDG_CACHE_HOME"):
        return Path(named) / "tagloom"
    match platform:
        case "win32":
            return Path(environment.get("LOCALAPPDATA") or home / "AppData" / "Local") / "tagloom" / "cache"
        case "darwin":
            return home / "Library" / "Caches" / "tagloom"
        case _:
            return home / ".cache" / "tagloom"


def _read_file(path: Path, *, is_named: bool) -> dict[str, object]:
    if not is_named and not path.exists():
        return {}
    import tomllib  # most have no such file

    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RequestError(f"{path} cannot be read: {error.strerror}", field="TAGLOOM_SETTINGS") from error
    except ValueError as error:
        raise RequestError(f"{path} is no TOML file: {error}", field="TAGLOOM_SETTINGS") from error


def _folders(path: Path, values: dict[str, object], name: str, overruled: str | None) -> tuple[Path, ...]:
    folders = values.pop(name, [])
    if not isinstance(folders, list) or not all(isinstance(folder, str) for folder in folders):
        raise RequestError(f"{path}: '{name}' must be a list of strings", field=name)
    return tuple(Path(folder).expanduser() for folder in (overruled.split(os.pathsep) if overruled else folders))


def _text(path: Path, values: dict[str, object], name: str, default: str) -> str:
    value = values.pop(name, default)
    if not isinstance(value, str):
        raise RequestError(f"{path}: '{name}' must be a string", field=name)
    return value
