"""A training's state on disk: safetensors files of at most 15 MiB, and a list of them that is replaced in one move."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

LARGEST: Final = 15 << 20  # bytes of tensors in a file


def save_checkpoint(folder: Path, name: str, tensors: Mapping[str, Tensor], step: int) -> None:
    """Write a state; until the last file is there, the one before it is what `read_checkpoint` finds."""
    files = []
    for number, shard in enumerate(_shards(tensors)):
        file = f"{name}-{step:06}-{number}.safetensors"
        save_file({key: tensor.contiguous().cpu() for key, tensor in shard.items()}, folder / file)
        files.append(file)
    half = folder / f"{name}.half"
    half.write_text(json.dumps({"step": step, "files": files}) + "\n", encoding="utf-8")
    half.replace(folder / f"{name}.json")
    for old in folder.glob(f"{name}-[0-9]*.safetensors"):
        if old.name not in files:
            old.unlink()


def read_checkpoint(folder: Path, name: str) -> tuple[dict[str, Tensor], int] | None:
    """The latest state and its step; None where there is none."""
    listed = folder / f"{name}.json"
    if not listed.exists():
        return None
    told = json.loads(listed.read_text(encoding="utf-8"))
    tensors: dict[str, Tensor] = {}
    for file in told["files"]:
        with safe_open(folder / file, "pt") as opened:
            tensors |= {key: opened.get_tensor(key) for key in opened.keys()}  # noqa: SIM118  # it is no dictionary
    return tensors, told["step"]


def _shards(tensors: Mapping[str, Tensor]) -> list[dict[str, Tensor]]:
    shards: list[dict[str, Tensor]] = [{}]
    size = 0
    for name, tensor in tensors.items():
        own = tensor.numel() * tensor.element_size()
        if shards[-1] and size + own > LARGEST:
            shards.append({})
            size = 0
        shards[-1][name] = tensor
        size += own
    return shards
