"""A single file of a model -> what lies beside it under its name, as A1111's web UI takes it: autoencoder, configuration."""

from pathlib import Path
from typing import Final

from tagloom.catalog.yaml_file import NotYamlError, read_yaml
from tagloom.engine.model import PredictionType
from tagloom.errors import ModelDamagedError

AUTOENCODERS_BESIDE: Final = (".vae.safetensors", ".vae.pt", ".vae.ckpt")
_CONFIGURATION: Final = ".yaml"
# The classes of SDXL's configurations.
_OF_SCALINGS: Final[dict[str, PredictionType]] = {"VScaling": "v_prediction", "EpsScaling": "epsilon"}


def autoencoder_beside(path: Path) -> Path | None:
    """The autoencoder that goes with a model unless the user says otherwise: `dream.vae.safetensors` with `dream.ckpt`."""
    places = (path.with_name(path.stem + ending) for ending in AUTOENCODERS_BESIDE)
    return next((place for place in places if place.is_file()), None)


def prediction_beside(path: Path) -> PredictionType | None:
    """What a model predicts by its configuration in YAML, the original repositories' own: `dream.yaml` with `dream.ckpt`.

    Raises:
        ModelDamagedError: there is such a file, but it is no YAML.
    """
    configuration = path.with_suffix(_CONFIGURATION)
    if not configuration.is_file():
        return None
    try:
        content = read_yaml(configuration)
    except NotYamlError as error:
        raise ModelDamagedError(f"{configuration} cannot be read: {error}") from error
    match content:
        case {"model": {"params": {"parameterization": "v"}}}:
            return "v_prediction"
        case {"model": {"params": {"denoiser_config": {"params": {"scaling_config": {"target": str(target)}}}}}}:
            return _OF_SCALINGS.get(target.rpartition(".")[2])
        case {"model": {"params": {"parameterization": "eps"} | {"linear_start": _}}}:
            return "epsilon"  # what `ldm` means where it says nothing, as in the 512 pixel base model of SD 2.x
        case _:
            return None
