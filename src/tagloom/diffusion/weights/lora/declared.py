"""What a LoRA's metadata say about its strength where its tensors do not: peft's configuration, as diffusers stores it."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_CONFIGURATION: Final = "lora_adapter_metadata"


@dataclass(frozen=True, slots=True)
class Declared:
    """The configuration of a file's networks, flat: `unet.lora_alpha`, `text_encoder.r`, ...; empty where there is none."""

    values: Mapping[str, object]

    def scale(self, network: str, parameter: str, rank: int) -> float:
        """What the product of a weight's factors is multiplied by: alpha / rank, or / sqrt(rank) of rank-stabilised LoRA."""
        alpha = self.values.get(f"{network}.lora_alpha")
        patterns = self.values.get(f"{network}.alpha_pattern")
        module = parameter.removesuffix(".weight")
        for path, own in patterns.items() if isinstance(patterns, dict) else ():
            if f".{module}".endswith(f".{path}"):
                alpha = own
        if not isinstance(alpha, int | float) or isinstance(alpha, bool):
            return 1.0
        is_stabilised = self.values.get(f"{network}.use_rslora") is True
        return alpha / (math.sqrt(rank) if is_stabilised else rank)


def read_declared(metadata: Mapping[str, str]) -> Declared:
    """The configuration in a file's metadata; what is no JSON says nothing."""
    try:
        values = json.loads(metadata.get(_CONFIGURATION, "{}"))
    except (ValueError, RecursionError):
        values = {}
    return Declared(values if isinstance(values, dict) else {})
