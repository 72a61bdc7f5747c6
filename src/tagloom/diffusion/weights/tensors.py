"""Files of weights -> tensors by name, each memory-mapped and read when it is asked for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from safetensors import SafetensorError, safe_open
from torch import Tensor

from tagloom.catalog import TAKE_AGAIN, Header, TensorInfo, read_header
from tagloom.errors import ModelDamagedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Tensors:
    """The tensors of one file or of several; `origin` names them in messages."""

    origin: Path
    infos: Mapping[str, TensorInfo]
    get: Callable[[str], Tensor]

    @property
    def header(self) -> Header:
        """What is known of them without reading any."""
        return Header(path=self.origin, tensors=self.infos, metadata={})


def open_safetensors(path: Path) -> Tensors:
    """The tensors of a safetensors file.

    Raises:
        ModelDamagedError: it is missing, or no whole safetensors file.
    """
    infos = read_header(path).tensors
    try:
        file = safe_open(path, framework="pt")
    except (SafetensorError, OSError, ValueError) as error:
        raise ModelDamagedError(f"{path} is no whole safetensors file: {error}", hint=TAKE_AGAIN) from error
    return Tensors(origin=path, infos=infos, get=file.get_tensor)


def open_shards(paths: Sequence[Path], origin: Path, name_of: Callable[[str], str]) -> Tensors:
    """The tensors of several safetensors files as if they were one; `name_of` maps a file's names to those used here.

    Raises:
        ModelDamagedError: a file is missing, or no whole safetensors file.
    """
    places: dict[str, tuple[Tensors, str]] = {}
    for path in paths:
        shard = open_safetensors(path)
        places |= {name_of(name): (shard, name) for name in shard.infos}
    infos = {name: shard.infos[own] for name, (shard, own) in places.items()}

    def get(name: str) -> Tensor:
        shard, own = places[name]
        return shard.get(own)

    return Tensors(origin=origin, infos=infos, get=get)
