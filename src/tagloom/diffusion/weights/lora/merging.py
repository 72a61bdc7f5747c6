"""Sets of LoRAs -> a network whose weights have them merged in, or its own again, bit for bit.

The network's own parameters are never written to: a set's merged ones take their places, and give them back. W' is W plus
the sum of weight * change of every LoRA, summed in float32, then in the precision of the network.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import torch
from torch import nn

from tagloom.catalog import TAKE_AGAIN, NetworkFile
from tagloom.diffusion.runtime.protocol import Adapters
from tagloom.diffusion.weights.lora.lora_file import Lora
from tagloom.errors import ModelDamagedError

_MOST_KEPT: Final = 4

Parameters = Mapping[str, nn.Parameter]


class Merging:
    """Merges into one network. The sets used last are kept merged, as long as they are no larger than the network."""

    def __init__(self, network: nn.Module, name: str, open_file: Callable[[NetworkFile], Lora]) -> None:
        """`name` is the network's in a LoRA's updates. Its parameters must stay the same objects from now on."""
        self._network = network
        self._name = name
        self._open = open_file
        self._own: Parameters = dict(network.named_parameters())
        self._size = sum(map(_bytes, self._own.values()))
        self._kept: OrderedDict[Adapters, Parameters] = OrderedDict()
        self._used: Adapters = ()

    def use(self, adapters: Adapters) -> None:
        """Put the weights of this set in place; of an empty one, the network's own.

        Raises:
            ModelDamagedError: a change is no finite number; it is named.
        """
        if adapters == self._used:
            return
        for name in self._kept.get(self._used, ()):
            _put(self._network, name, self._own[name])
        self._used = ()
        if adapters:
            for name, parameter in self._merged(adapters).items():
                _put(self._network, name, parameter)
            self._used = adapters

    def _merged(self, adapters: Adapters) -> Parameters:
        if adapters not in self._kept:
            loras = [(self._open(adapter.file), adapter.weight) for adapter in adapters]
            names = tuple(dict.fromkeys(name for lora, _ in loras for name in lora.updates.get(self._name, ())))
            self._make_room(sum(_bytes(self._own[name]) for name in names))
            self._kept[adapters] = self._merge(names, loras)
        self._kept.move_to_end(adapters)
        return self._kept[adapters]

    def _make_room(self, size: int) -> None:
        """Forget the sets that were used longest ago, until there is room for one more of that size."""
        while self._kept and (len(self._kept) >= _MOST_KEPT or self._kept_bytes() + size > self._size):
            self._kept.popitem(last=False)

    def _kept_bytes(self) -> int:
        return sum(_bytes(parameter) for merged in self._kept.values() for parameter in merged.values())

    @torch.no_grad()
    def _merge(self, names: Sequence[str], loras: Sequence[tuple[Lora, float]]) -> Parameters:
        """Merge one parameter after the other, so that little more than they themselves is in memory."""
        return {name: self._merge_one(name, loras) for name in names}

    def _merge_one(self, name: str, loras: Sequence[tuple[Lora, float]]) -> nn.Parameter:
        own = self._own[name]
        total = own.to(torch.float32, copy=True)
        for lora, weight in loras:
            if update := lora.updates.get(self._name, {}).get(name):
                change = update.read(lora.tensors, own)
                if not torch.isfinite(change).all():
                    key = next(iter(update.keys.values()))
                    raise ModelDamagedError(f"{lora.file.path}: '{key}' makes no finite numbers", hint=TAKE_AGAIN)
                total.add_(change, alpha=weight)
        return nn.Parameter(total.to(own.dtype), requires_grad=False)


def _put(network: nn.Module, name: str, parameter: nn.Parameter) -> None:
    path, _, kind = name.rpartition(".")
    network.get_submodule(path).register_parameter(kind, parameter)


def _bytes(parameter: nn.Parameter) -> int:
    return parameter.numel() * parameter.element_size()
