"""Which models there are: found by name or path, described from their configuration files."""

from tagloom.catalog.catalog import Catalog, Entry
from tagloom.catalog.config_file import TAKE_AGAIN, ConfigFile, read_config
from tagloom.catalog.folder import MANIFEST, file_hashes, is_diffusers_folder, model_hash, read_folder

__all__ = [
    "MANIFEST",
    "TAKE_AGAIN",
    "Catalog",
    "ConfigFile",
    "Entry",
    "file_hashes",
    "is_diffusers_folder",
    "model_hash",
    "read_config",
    "read_folder",
]
