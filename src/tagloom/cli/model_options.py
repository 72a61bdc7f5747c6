"""The options that say where a model is and how it is read; what `paint`, `redo` and `models` share."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

from cyclopts import Parameter

from tagloom.cli.services import Services
from tagloom.engine import NO_OVERRIDES, ModelFacts, Overrides

_MODEL: Final = "Model"


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class FolderOptions:
    """Where models are looked for, and whether legacy ones are opened."""

    models_dir: Annotated[
        tuple[Path, ...],
        Parameter(
            group=_MODEL,
            negative="",
            help="A folder of models, A1111's or ComfyUI's too, or an extra_model_paths.yaml; may be given again.",
        ),
    ] = ()
    allow_pickle: Annotated[
        bool, Parameter(group=_MODEL, negative="", help="Open legacy .ckpt and .pt files, if they hold tensors alone.")
    ] = False


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class ModelOptions(FolderOptions):
    """The same, and what is wanted otherwise than the model's files say."""

    vae: Annotated[
        str, Parameter(group=_MODEL, help="Another autoencoder: a name, a file or a folder; own takes the model's.")
    ] = ""
    prediction: Annotated[
        str, Parameter(group=_MODEL, help="epsilon or v_prediction, where the model's file does not say so.")
    ] = ""

    def find(self, services: Services, model: str, recorded: Overrides = NO_OVERRIDES) -> ModelFacts:
        """The model of a name, hash or path; what these options leave open is as `recorded` in a picture.

        Raises:
            ModelError: there is none, or it cannot be used.
            RequestError: there is no such prediction type.
        """
        overrides = Overrides(vae=self.vae or recorded.vae, prediction_type=self.prediction or recorded.prediction_type)
        return services.catalog(self.models_dir, allow_pickle=self.allow_pickle).find(model, overrides)


IN_SETTINGS: Final = FolderOptions()
AS_IT_IS: Final = ModelOptions()
