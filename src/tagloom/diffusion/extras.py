"""What a request brings along beside the model: LoRAs, active stage by stage, and textual inversions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from tagloom.diffusion.runtime.protocol import Adapters
from tagloom.diffusion.text_contexts import Equipment, Inversion


@dataclass(frozen=True, slots=True, kw_only=True)
class Active:
    """The LoRAs of one stage, as each acts on the U-Net and on the text encoders.

    They are a set: sorted, each file once, none of weight 0. Equal sets are equal values.
    """

    unet: Adapters = ()
    text_encoders: Adapters = ()


_NONE: Final = Active()


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """`stages` holds what is active in every stage of the prompt's plan; empty where nothing ever is.

    They act on the negative prompt of the same steps too. `inversions` are found by the names of the plans' pieces.
    """

    stages: Sequence[Active] = ()
    inversions: Mapping[str, Inversion] = field(default_factory=dict)

    def active(self, stage: int) -> Active:
        """The LoRAs of a stage, by its index."""
        return self.stages[stage] if self.stages else _NONE

    def equipment(self, adapters: Adapters) -> Equipment:
        """What the text encoders have with these LoRAs."""
        return Equipment(adapters=adapters, inversions=self.inversions)


NO_EXTRAS: Final = Extras()
