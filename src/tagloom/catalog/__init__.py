"""Which models there are: found by name, hash or path, described from their configuration files and headers."""

from tagloom.catalog.catalog import Catalog, Entry
from tagloom.catalog.config_file import TAKE_AGAIN, ConfigFile, read_config
from tagloom.catalog.folder import MOST_LEVELS, is_diffusers_folder, read_folder
from tagloom.catalog.hashes import Hashes
from tagloom.catalog.header import Header, TensorInfo, read_header
from tagloom.catalog.model_hash import MANIFEST, computed_hash, file_hashes, model_hash
from tagloom.catalog.network_files import NO_FILES, NetworkFile, NetworkFiles
from tagloom.catalog.pending_hash import PendingHash
from tagloom.catalog.places import Places, find_places, is_list

__all__ = [
    "MANIFEST",
    "MOST_LEVELS",
    "NO_FILES",
    "TAKE_AGAIN",
    "Catalog",
    "ConfigFile",
    "Entry",
    "Hashes",
    "Header",
    "NetworkFile",
    "NetworkFiles",
    "PendingHash",
    "Places",
    "TensorInfo",
    "computed_hash",
    "file_hashes",
    "find_places",
    "is_diffusers_folder",
    "is_list",
    "model_hash",
    "read_config",
    "read_folder",
    "read_header",
]
