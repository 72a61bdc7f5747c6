"""The options that say what computes."""

from dataclasses import dataclass
from typing import Annotated, Final

from cyclopts import Parameter

_MACHINE: Final = "Machine"


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class MachineOptions:
    """What `paint` takes."""

    device: Annotated[str, Parameter(group=_MACHINE, help="auto, cpu, cuda, mps.")] = "auto"
    precision: Annotated[str, Parameter(group=_MACHINE, help="auto, fp32, bf16, fp16.")] = "auto"
    threads: Annotated[int, Parameter(group=_MACHINE, help="CPU threads; 0 takes all.")] = 0


WHAT_THERE_IS: Final = MachineOptions()
