"""A diffusers folder -> the parts of a model, from its JSON files and safetensors; nothing is executed."""

from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from torch import Tensor, nn

from tagloom.catalog import TAKE_AGAIN, ConfigFile, TensorInfo, read_config
from tagloom.diffusion.networks import Autoencoder, TextEncoder, UNet
from tagloom.diffusion.weights.checkpoint_file import Parts
from tagloom.diffusion.weights.configs import autoencoder_config, text_encoder_config, unet_config
from tagloom.diffusion.weights.part import Part
from tagloom.diffusion.weights.source import Source
from tagloom.diffusion.weights.tensors import Tensors, open_shards
from tagloom.diffusion.weights.token_table import TABLE, TRAINED_IDS, expanded
from tagloom.errors import ModelDamagedError

_STEMS: Final = ("model", "diffusion_pytorch_model")
_IGNORED: Final = ("position_ids", "num_batches_tracked", "text_projection.weight")
_RENAMED: Final = {"query": "to_q", "key": "to_k", "value": "to_v", "proj_attn": "to_out.0"}
_SECOND: Final = "text_encoder_2"

_Network = TypeVar("_Network", bound=nn.Module)


def folder_parts(folder: Path, autoencoder: Part[Autoencoder] | None) -> Parts:
    """The `text_encoder`, `text_encoder_2` of SDXL, `unet` and `vae` of a diffusers folder (safetensors, sharded or not).

    `autoencoder` replaces its own, which may then be missing.

    Raises:
        ModelDamagedError: a file is missing, truncated, not safetensors, or its tensors do not fit; file and tensor are
            named.
    """
    encoders = [_text_encoder(folder / "text_encoder", is_projected=False)]
    if (folder / _SECOND).is_dir():
        encoders.append(_text_encoder(folder / _SECOND, is_projected=True))
    return Parts(
        text_encoders=tuple(encoders),
        unet=_part(folder / "unet", lambda file: UNet(unet_config(file)), read_tensors(folder / "unet")),
        autoencoder=autoencoder or folder_autoencoder(folder / "vae"),
    )


def folder_autoencoder(folder: Path) -> Part[Autoencoder]:
    """The autoencoder in a folder of its own.

    Raises:
        ModelDamagedError: see `folder_parts`.
    """
    return _part(folder, lambda file: Autoencoder(autoencoder_config(file)), read_tensors(folder))


def _text_encoder(folder: Path, *, is_projected: bool) -> Part[TextEncoder]:
    config = text_encoder_config(read_config(folder / "config.json"), is_projected=is_projected)
    tensors = read_tensors(folder)
    if TRAINED_IDS in tensors.infos:
        tensors = _with_whole_table(tensors, config.vocabulary, folder)
    return _part(folder, lambda _: TextEncoder(config), tensors)


def _part(folder: Path, build: Callable[[ConfigFile], _Network], tensors: Tensors) -> Part[_Network]:
    file = read_config(folder / "config.json")
    return Part(
        name=folder.name,
        described_by=folder / "config.json",
        build=lambda: build(file),
        tensors=tensors,
        source_of=Source,
        owns=lambda name: not name.endswith(_IGNORED),
    )


def _with_whole_table(tensors: Tensors, vocabulary: int, folder: Path) -> Tensors:
    """A text encoder's tensors with a whole token table in the place of a compact one."""
    given = {name: tensors.get(name) for name in (TABLE, TRAINED_IDS) if name in tensors.infos}
    whole: dict[str, Tensor] = expanded(given, vocabulary, folder)
    infos = {name: info for name, info in tensors.infos.items() if name != TRAINED_IDS}
    infos[TABLE] = TensorInfo(dtype=infos[TABLE].dtype, shape=tuple(whole[TABLE].shape))
    return Tensors(origin=folder, infos=infos, get=lambda name: whole[name] if name in whole else tensors.get(name))


def read_tensors(folder: Path) -> Tensors:
    """The tensors of one network, memory-mapped, by their names of today.

    Raises:
        ModelDamagedError: there are none, or a file is damaged.
    """
    return open_shards(_weight_files(folder), folder, _canonical)


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


def _canonical(name: str) -> str:
    """One name for a tensor: without transformers 4's prefix, and with today's names of the autoencoder's attention."""
    parts = name.removeprefix("text_model.").split(".")
    if "mid_block" in parts and "attentions" in parts and len(parts) > 2 and parts[-2] in _RENAMED:
        parts[-2] = _RENAMED[parts[-2]]
    return ".".join(parts)
