"""A LoRA file -> the changes that it makes to the weights of one model, checked by its header alone, read when merged."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

import torch
from torch import Tensor

from tagloom.catalog import TAKE_AGAIN, NetworkFile, read_header
from tagloom.catalog.header import FLOATS
from tagloom.diffusion.weights.lora.declared import Declared, read_declared
from tagloom.diffusion.weights.lora.factors import change, fits, is_mixed, lacking, rank, redirected
from tagloom.diffusion.weights.lora.keys import Role, kind_of, parse_key
from tagloom.diffusion.weights.lora.targets import Target, Targets
from tagloom.diffusion.weights.pickled import open_pickle
from tagloom.diffusion.weights.tensors import Tensors, open_safetensors
from tagloom.errors import ModelDamagedError, ModelUnsupportedError

_SAFE: Final = ".safetensors"
_READ: Final = "LoRA, LoHa, LoKr and DoRA are read"
_OTHER_MODELS: Final = "take one that was trained for this family of models"
_BY_EITHER: Final = ".dora_scale"
# What factors that do not go together raise, depending on how they do not.
_MISFITS: Final = (RuntimeError, ValueError, IndexError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """What is added to one weight: `scale` times the change that the factors make, which lie under these keys.

    `magnitude` is the key of DoRA's magnitudes, "" where the change is no DoRA; `by_input` see `redirected`.
    """

    keys: Mapping[Role, str]
    scale: float
    magnitude: str = ""
    by_input: bool = False

    def read(self, tensors: Tensors, own: Tensor) -> Tensor:
        """What is added to a network's own weight at strength 1, in float32 and in the weight's shape."""
        factors = {role: tensors.get(key).to(own.device, torch.float32) for role, key in self.keys.items()}
        added = change(factors).reshape(own.shape) * self.scale
        if not self.magnitude:
            return added
        magnitude = tensors.get(self.magnitude).to(own.device, torch.float32)
        return redirected(own.float(), added, magnitude, by_input=self.by_input)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lora:
    """A LoRA that goes with a model. `updates` are by network, then by parameter; `strays` are keys that hit nothing."""

    file: NetworkFile
    tensors: Tensors
    updates: Mapping[str, Mapping[str, Update]]
    strays: tuple[str, ...]


def open_lora(file: NetworkFile, targets: Targets) -> Lora:
    """Read what a LoRA changes of a model's weights, without reading any of it. A pickle is found by permission alone.

    Raises:
        ModelDamagedError: it is no whole safetensors file, or lacks a tensor.
        ModelUnsupportedError: it was made for other models, or changes them in a way that we do not know; the key is named.
    """
    is_safe = file.path.suffix.lower() == _SAFE
    tensors = open_safetensors(file.path) if is_safe else open_pickle(file.path)
    modules = _modules(tensors, file.path)
    declared = read_declared(read_header(file.path).metadata if is_safe else {})
    updates: dict[str, dict[str, Update]] = {}
    strays: list[str] = []
    for module, keys in modules.items():
        target = targets.by_name.get(module)
        if target is None:
            _refuse_foreign(file.path, next(iter(keys.values())), targets)
            strays += keys.values()
            continue
        of_network = updates.setdefault(target.network, {})
        if target.parameter in of_network:
            raise ModelUnsupportedError(f"{file.path} changes '{module}' under two names", hint=_READ)
        of_network[target.parameter] = _update(tensors, module, keys, target, declared)
    if not updates:
        first = f"; the first of its tensors is '{strays[0]}'" if strays else ": it has no tensors"
        raise ModelUnsupportedError(f"{file.path} changes nothing in this model{first}", hint=_OTHER_MODELS)
    return Lora(file=file, tensors=tensors, updates=updates, strays=tuple(strays))


def _modules(tensors: Tensors, path: Path) -> dict[str, dict[Role, str]]:
    """Which tensors change which module, as the file calls it."""
    modules: dict[str, dict[Role, str]] = {}
    for name, info in tensors.infos.items():
        key = parse_key(name)
        if key is None:
            kind = kind_of(name)
            what = f"which is {kind}" if kind else "which is no part of a LoRA that we know"
            raise ModelUnsupportedError(f"{path} has tensor '{name}', {what}", hint=_READ)
        if info.dtype not in FLOATS:
            raise ModelUnsupportedError(f"{path} has tensor '{name}' as {info.dtype}, which holds no floats", hint=_READ)
        if key.role in modules.setdefault(key.module, {}):
            raise ModelUnsupportedError(f"{path} changes '{key.module}' under two names", hint=_READ)
        modules[key.module][key.role] = name
    return modules


def _refuse_foreign(path: Path, key: str, targets: Targets) -> None:
    if key.startswith(targets.foreign):
        one, two = "one text encoder", "two text encoders (SDXL)"
        theirs, ours = (one, two) if key.startswith("lora_te_") else (two, one)
        message = f"{path} is a LoRA for models with {theirs}, by its tensor '{key}'; this model has {ours}"
        raise ModelUnsupportedError(message, hint=_OTHER_MODELS)


def _update(tensors: Tensors, module: str, keys: Mapping[Role, str], target: Target, declared: Declared) -> Update:
    path, roles = tensors.origin, keys.keys()
    if missing := lacking(roles):
        raise ModelDamagedError(f"{path} lacks the '{missing}' of '{module}'", hint=TAKE_AGAIN)
    if is_mixed(roles):
        raise ModelUnsupportedError(f"{path} changes '{module}' in two ways at once", hint=_READ)
    factors: dict[Role, str] = {role: key for role, key in keys.items() if role not in {"alpha", "magnitude"}}
    shapes: dict[Role, tuple[int, ...]] = {role: tensors.infos[key].shape for role, key in factors.items()}
    _check_shape(path, factors, shapes, target)
    scale = _scale(tensors, keys, rank(shapes), target, declared)
    if "magnitude" not in keys:
        return Update(keys=factors, scale=scale)
    magnitude = keys["magnitude"]
    by_input = _is_by_input(path, magnitude, tensors.infos[magnitude].shape, target)
    return Update(keys=factors, scale=scale, magnitude=magnitude, by_input=by_input)


def _scale(tensors: Tensors, keys: Mapping[Role, str], divisor: int | None, target: Target, declared: Declared) -> float:
    """alpha / rank; without an alpha what the metadata declare, and 1 where there is no rank."""
    if not divisor:
        return 1.0
    if "alpha" not in keys:
        return declared.scale(target.network, target.parameter, divisor)
    alpha = tensors.get(keys["alpha"])
    if alpha.numel() != 1 or not math.isfinite(alpha.item()):
        raise ModelDamagedError(f"{tensors.origin}: tensor '{keys['alpha']}' is no number", hint=TAKE_AGAIN)
    return alpha.item() / divisor


def _is_by_input(path: Path, key: str, shape: tuple[int, ...], target: Target) -> bool:
    """DoRA's magnitudes are one for every input of the weight, not for every output; peft writes only the latter."""
    outputs, inputs = target.shape[:2]
    sides = [side for side in shape if side != 1]
    if key.endswith(_BY_EITHER) and sides == [inputs] and shape[:2] == (1, inputs) and outputs != 1:
        return True
    if sides != [outputs]:
        _refuse_shape(path, key, shape, target)
    return False


def _check_shape(path: Path, keys: Mapping[Role, str], shapes: Mapping[Role, tuple[int, ...]], target: Target) -> None:
    """Refuse factors whose product is not of the weight's shape; it is taken of shapes without numbers."""
    first = keys[next(iter(keys))]
    try:
        empty = {role: torch.empty(shape, device="meta") for role, shape in shapes.items()}
        made = tuple(change(empty).shape)
    except _MISFITS as error:
        said = ", ".join(f"{role} {shape}" for role, shape in shapes.items())
        message = f"{path}: the factors of '{first}' do not go together: {said}"
        raise ModelDamagedError(message, hint=TAKE_AGAIN) from error
    if not fits(made, target.shape):
        _refuse_shape(path, first, made, target)


def _refuse_shape(path: Path, key: str, made: tuple[int, ...], target: Target) -> NoReturn:
    message = (
        f"{path} is a LoRA for other models: its '{key}' changes a weight of {made}, where this model's is {target.shape}"
    )
    raise ModelUnsupportedError(message, hint=_OTHER_MODELS)
