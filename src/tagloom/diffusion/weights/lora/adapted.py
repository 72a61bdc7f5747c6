"""The networks of one model, with the LoRAs that are wanted merged into each."""

from collections import OrderedDict
from collections.abc import Sequence
from functools import cached_property
from typing import Final

from torch import nn

from tagloom.catalog import NetworkFile
from tagloom.diffusion.networks import TextEncoder, UNet
from tagloom.diffusion.runtime.protocol import Adapters
from tagloom.diffusion.weights.lora.lora_file import Lora, open_lora
from tagloom.diffusion.weights.lora.merging import Merging
from tagloom.diffusion.weights.lora.targets import TEXT_ENCODERS, UNET, Targets, targets_of

_OPEN: Final = 16  # files that stay open, memory-mapped


class AdaptedNetworks:
    """Knows what LoRAs change in a model's networks. Until one is used it costs nothing."""

    def __init__(self, text_encoders: Sequence[TextEncoder], unet: UNet) -> None:
        self._text_encoders = text_encoders
        self._unet = unet
        self._loras: OrderedDict[NetworkFile, Lora] = OrderedDict()
        self._mergings: dict[str, Merging] = {}

    def examine(self, file: NetworkFile) -> tuple[str, ...]:
        """Check by its header that a LoRA goes with the model; what of it has no effect is given back in words.

        Raises:
            ModelDamagedError, ModelUnsupportedError: see `open_lora`.
        """
        strays = self._lora(file).strays
        if not strays:
            return ()
        hits = "one tensor hits" if len(strays) == 1 else f"{len(strays)} tensors hit"
        return (f"LoRA '{file.name}': {hits} nothing in this model, the first is '{strays[0]}'",)

    def use_text_encoder(self, number: int, adapters: Adapters) -> None:
        """See `Merging.use`."""
        self._use(TEXT_ENCODERS[number], self._text_encoders[number], adapters)

    def use_unet(self, adapters: Adapters) -> None:
        """See `Merging.use`."""
        self._use(UNET, self._unet, adapters)

    @cached_property
    def _targets(self) -> Targets:
        return targets_of(self._text_encoders, self._unet)

    def _use(self, name: str, network: nn.Module, adapters: Adapters) -> None:
        if name not in self._mergings:
            if not adapters:
                return
            self._mergings[name] = Merging(network, name, self._lora)
        self._mergings[name].use(adapters)

    def _lora(self, file: NetworkFile) -> Lora:
        if file not in self._loras:
            self._loras[file] = open_lora(file, self._targets)
            if len(self._loras) > _OPEN:
                self._loras.popitem(last=False)
        self._loras.move_to_end(file)
        return self._loras[file]
