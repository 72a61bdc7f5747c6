"""LoRA files for the tests, written as tools write them, and what they must come to by plain algebra."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from tagloom.catalog import Hashes, NetworkFile


def weights_of(network: nn.Module) -> dict[str, Tensor]:
    """Every linear and convolutional weight by its module's path."""
    modules = ((path, module) for path, module in network.named_modules() if isinstance(module, nn.Linear | nn.Conv2d))
    return {path: module.weight.detach() for path, module in modules}


def pair(weight: Tensor, rank: int, seed: int, size: float = 0.1) -> tuple[Tensor, Tensor]:
    """(up, down) for a weight, as training tools shape them."""
    chance = torch.Generator().manual_seed(seed)
    out, inside, *kernel = weight.shape
    up = torch.randn(out, rank, *[1] * len(kernel), generator=chance) * size
    return up, torch.randn(rank, inside, *kernel, generator=chance) * size


def product(up: Tensor, down: Tensor) -> Tensor:
    """What a pair adds to its weight."""
    return torch.einsum("or,r...->o...", up.reshape(up.shape[:2]), down)


def kohya(names: Mapping[str, Tensor], *, rank: int = 2, alpha: float | None = 1.0, seed: int = 0) -> dict[str, Tensor]:
    """The tensors of a LoRA over these weights, given by their names in the file."""
    tensors: dict[str, Tensor] = {}
    for number, (name, weight) in enumerate(names.items()):
        tensors[f"{name}.lora_up.weight"], tensors[f"{name}.lora_down.weight"] = pair(weight, rank, seed + number)
        if alpha is not None:
            tensors[f"{name}.alpha"] = torch.tensor(alpha)
    return tensors


def changes(tensors: Mapping[str, Tensor], names: Iterable[str]) -> dict[str, Tensor]:
    """What `kohya`'s tensors add to the weight of each name, alpha / rank counted in."""
    made = {}
    for name in names:
        up, down = tensors[f"{name}.lora_up.weight"], tensors[f"{name}.lora_down.weight"]
        alpha = float(tensors.get(f"{name}.alpha", torch.tensor(float(len(down)))))
        made[name] = alpha / len(down) * product(up, down)
    return made


def written(path: Path, tensors: Mapping[str, Tensor], metadata: Mapping[str, str] | None = None) -> NetworkFile:
    """The file of these tensors, as the catalog finds it."""
    contiguous = {name: tensor.contiguous().clone() for name, tensor in tensors.items()}
    save_file(contiguous, path, metadata=dict(metadata) if metadata else None)
    return NetworkFile(name=path.stem, path=path, hash=Hashes().of_tensors(path)[:12])
