"""A container of submodules under given names, so that parameters are called what the files call them."""

from collections.abc import Mapping
from typing import cast

from torch import nn


class Named(nn.Module):
    """Like `nn.ModuleDict`, but typed for nested look-ups: `net["0"]["proj"](x)`."""

    def __init__(self, modules: Mapping[str, nn.Module]) -> None:
        super().__init__()
        for name, module in modules.items():
            self.add_module(name, module)

    def __getitem__(self, name: str) -> "Named":
        return cast("Named", self.get_submodule(name))
