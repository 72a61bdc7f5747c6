"""An autoencoder in a file or folder of its own -> how it scales; no tensor is read."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from tagloom.catalog.config_file import read_config
from tagloom.catalog.folder import MOST_LEVELS, is_diffusers_folder
from tagloom.catalog.header import Header

# The levels of a decoder as the original calls them, in a model and alone, and as diffusers does.
_LEVELS: Final = ("first_stage_model.decoder.up.", "decoder.up.", "decoder.up_blocks.")


def latent_factor(path: Path, read: Callable[[Path], Header]) -> int | None:
    """How many pixels lie along one latent cell; None where the file does not tell. `read` gives a single file's header.

    Raises:
        ModelDamagedError: it cannot be read.
    """
    if path.is_dir():
        folder = path / "vae" if is_diffusers_folder(path) else path
        levels = len(read_config(folder / "config.json").integers("block_out_channels", longest=MOST_LEVELS))
    else:
        header = read(path)
        levels = max(header.count(prefix) for prefix in _LEVELS)
    return 2 ** (levels - 1) if levels else None
