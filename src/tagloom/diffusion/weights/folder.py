"""A diffusers folder -> the three networks with their weights, memory-mapped, nothing executed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from tagloom.catalog import TAKE_AGAIN, ConfigFile, read_config
from tagloom.diffusion.networks import Autoencoder, TextEncoder, UNet
from tagloom.diffusion.weights.configs import autoencoder_config, text_encoder_config, unet_config
from tagloom.diffusion.weights.token_table import expanded
from tagloom.errors import ModelDamagedError

_STEMS: Final = ("model", "diffusion_pytorch_model")
_IGNORED: Final = ("position_ids", "num_batches_tracked", "text_projection.weight")
_RENAMED: Final = {"query": "to_q", "key": "to_k", "value": "to_v", "proj_attn": "to_out.0"}

_Network = TypeVar("_Network", bound=nn.Module)


@dataclass(frozen=True, slots=True, kw_only=True)
class Networks:
    """The networks of one model, in inference mode, with weights as they stand in the files."""

    text_encoder: TextEncoder
    unet: UNet
    autoencoder: Autoencoder


def load_folder(folder: Path) -> Networks:
    """Load the `text_encoder`, `unet` and `vae` of a diffusers folder (safetensors only, sharded or not).

    Raises:
        ModelDamagedError: a file is missing, truncated, not safetensors, or its tensors do not fit; file and tensor are
            named.
    """
    return Networks(
        text_encoder=_load(folder / "text_encoder", lambda file: TextEncoder(text_encoder_config(file))),
        unet=_load(folder / "unet", lambda file: UNet(unet_config(file))),
        autoencoder=_load(folder / "vae", lambda file: Autoencoder(autoencoder_config(file))),
    )


def _load(folder: Path, build: Callable[[ConfigFile], _Network]) -> _Network:
    config = read_config(folder / "config.json")
    with torch.device("meta"), _named(folder / "config.json"):
        network = build(config)
    tensors = read_tensors(folder)
    if isinstance(network, TextEncoder):
        tensors = expanded(tensors, network.config.vocabulary, folder)
    _assign(network, tensors, folder)
    return network.eval().requires_grad_(False)


def read_tensors(folder: Path) -> dict[str, Tensor]:
    """The tensors of one network, memory-mapped, by their names of today.

    Raises:
        ModelDamagedError: there are none, or a file is damaged.
    """
    return {_canonical(name): tensor for file in _weight_files(folder) for name, tensor in _tensors(file).items()}


def _weight_files(folder: Path) -> list[Path]:
    """The safetensors files of one network: one, or the shards that an index names; full precision before fp16."""
    for variant in ("", ".fp16"):
        for stem in _STEMS:
            single = folder / f"{stem}{variant}.safetensors"
            index = folder / f"{stem}.safetensors.index{variant}.json"
            if single.is_file():
                return [single]
            if index.is_file():
                return _shards(index)
    pickled = [path.name for path in folder.glob("*.bin")]
    hint = f"{pickled[0]} is a pickle, which is never opened: convert it to safetensors" if pickled else TAKE_AGAIN
    raise ModelDamagedError(f"{folder} holds no safetensors weights", hint=hint)


def _shards(index: Path) -> list[Path]:
    weight_map = read_config(index).values.get("weight_map")
    if not isinstance(weight_map, dict) or not all(isinstance(name, str) for name in weight_map.values()):
        raise ModelDamagedError(f"{index} holds no 'weight_map'", hint=TAKE_AGAIN)
    names = sorted(set(weight_map.values()))
    if strange := [name for name in names if Path(name).name != name]:
        raise ModelDamagedError(f"{index} points outside its folder, at '{strange[0]}'", hint=TAKE_AGAIN)
    return [index.parent / name for name in names]


def _tensors(file: Path) -> dict[str, Tensor]:
    try:
        tensors: dict[str, Tensor] = load_file(file)
    except FileNotFoundError as error:
        raise ModelDamagedError(f"{file} is missing", hint=TAKE_AGAIN) from error
    except (SafetensorError, OSError, ValueError) as error:
        raise ModelDamagedError(f"{file} is no whole safetensors file: {error}", hint=TAKE_AGAIN) from error
    return tensors


def _canonical(name: str) -> str:
    """One name for a tensor: without transformers 4's prefix, and with today's names of the autoencoder's attention."""
    parts = name.removeprefix("text_model.").split(".")
    if "mid_block" in parts and "attentions" in parts and len(parts) > 2 and parts[-2] in _RENAMED:
        parts[-2] = _RENAMED[parts[-2]]
    return ".".join(parts)


def _assign(network: nn.Module, tensors: dict[str, Tensor], folder: Path) -> None:
    """Give the network its tensors without copying them; float types may differ from tensor to tensor in the files."""
    wanted = network.state_dict()
    missing = sorted(wanted.keys() - tensors.keys())
    strange = sorted(name for name in tensors.keys() - wanted.keys() if not name.endswith(_IGNORED))
    if missing or strange:
        name, what = (missing[0], "lacks") if missing else (strange[0], "has an unknown")
        count = len(missing or strange) - 1
        raise ModelDamagedError(
            f"{folder} {what} tensor '{name}'" + (f" and {count} more" if count else ""), hint=TAKE_AGAIN
        )
    for name, tensor in wanted.items():
        given = tensors[name]
        if given.shape != tensor.shape:
            message = (
                f"{folder}: tensor '{name}' is {tuple(given.shape)}, where the configuration needs {tuple(tensor.shape)}"
            )
            raise ModelDamagedError(message, hint=TAKE_AGAIN)
        if not given.is_floating_point():
            raise ModelDamagedError(f"{folder}: tensor '{name}' holds {given.dtype}, not floats", hint=TAKE_AGAIN)
    network.load_state_dict({name: tensors[name] for name in wanted}, assign=True)


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """A configuration whose sizes do not go together is the file's fault."""
    try:
        yield
    except (ValueError, AssertionError, ZeroDivisionError, RuntimeError) as error:
        raise ModelDamagedError(f"{path}: its sizes do not go together: {error}", hint=TAKE_AGAIN) from error
