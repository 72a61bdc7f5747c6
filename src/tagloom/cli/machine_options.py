"""The options that say what computes: device, number format, threads, and what runs the networks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final

from cyclopts import Parameter

from tagloom.cli.number import WholeNumber
from tagloom.cli.services import Services
from tagloom.engine import BatchEngine, ModelFacts, Picture

if TYPE_CHECKING:
    from tagloom.catalog import NetworkFiles

_MACHINE: Final = "Machine"


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class MachineOptions:
    """What the user wants to compute on; "auto" and 0 leave it to the machine."""

    device: Annotated[str, Parameter(group=_MACHINE, help="auto, cpu, cuda, mps.")] = "auto"
    precision: Annotated[str, Parameter(group=_MACHINE, help="auto, fp32, bf16, fp16.")] = "auto"
    threads: Annotated[WholeNumber, Parameter(group=_MACHINE, help="CPU threads; 0 takes all cores.")] = 0
    runtime: Annotated[
        str, Parameter(group=_MACHINE, help="auto, torch, compiled, openvino; tagloom doctor says which is auto's.")
    ] = "auto"

    def open(
        self, services: Services, model: ModelFacts, files: "NetworkFiles", pictures: Mapping[str, Picture]
    ) -> BatchEngine:
        """An engine for this model, these LoRAs and textual inversions, and these pictures by their sha256.

        Raises:
            RuntimeUnavailableError: it is not installed, or not on this machine.
            ModelError: the model cannot be used.
        """
        return services.open_engine(
            model,
            device=self.device,
            precision=self.precision,
            threads=self.threads,
            files=files,
            pictures=pictures,
            runtime=self.runtime,
            surroundings=services.surroundings(),
        )


ANY_MACHINE: Final = MachineOptions()
