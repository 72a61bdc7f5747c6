"""What lies beside a single file under its name: an autoencoder and a configuration, taken as A1111's web UI takes them."""

from pathlib import Path

import pytest

from tagloom.catalog import Catalog, Places, read_header
from tagloom.catalog.beside import prediction_beside
from tagloom.engine import ModelFacts, Overrides
from tagloom.errors import ModelDamagedError
from tests.catalog.files import small_shapes, write_file

V = "model:\n  target: ldm.models.diffusion.ddpm.LatentDiffusion\n  params:\n    parameterization: v\n"
SCALING = "model: {params: {denoiser_config: {params: {scaling_config: {target: sgm.modules.denoiser_scaling.%s}}}}}"
DECODER = {f"decoder.up.{level}.block.0.norm1.weight": (8,) for level in range(3)}


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """An SD 2.x file, which does not say what it predicts."""
    return write_file(tmp_path / "models" / "dream.v2.safetensors", small_shapes("sd2"))


def found(model: Path, vae: str = "", prediction_type: str = "", *, may_unpickle: bool = False) -> ModelFacts:
    catalog = Catalog(
        places=Places(checkpoints=(model.parent,)),
        read_pickle=(lambda path: read_header(path.with_suffix(".txt"))) if may_unpickle else None,
    )
    return catalog.find("dream.v2", Overrides(vae=vae, prediction_type=prediction_type))


def test_an_autoencoder_beside_the_model_is_taken_and_said(model: Path) -> None:
    path = write_file(model.parent / "dream.v2.vae.safetensors", DECODER)
    facts = found(model)
    assert (facts.vae_path, facts.overrides.vae, facts.latent_factor) == (str(path), "dream.v2.vae.safetensors", 4)
    assert facts.assumptions[-1].startswith("'dream.v2.vae.safetensors' beside the model is taken as its autoencoder")
    again = found(model, vae=facts.overrides.vae)  # as a picture that was painted so asks for it
    assert (again.vae_path, again.overrides) == (facts.vae_path, facts.overrides)


def test_own_is_the_autoencoder_in_the_model_whatever_lies_beside_it(model: Path) -> None:
    write_file(model.parent / "dream.v2.vae.safetensors", DECODER)
    facts = found(model, vae="own")
    assert (facts.vae_path, facts.latent_factor, len(facts.assumptions)) == ("", 8, 1)


def test_a_pickled_autoencoder_beside_the_model_is_taken_by_permission_alone(model: Path) -> None:
    path = write_file(model.parent / "dream.v2.vae.pt", DECODER)
    write_file(path.with_suffix(".txt"), DECODER)
    facts = found(model)
    assert facts.vae_path == ""
    assert facts.assumptions[-1].startswith("'dream.v2.vae.pt' beside the model is not taken")
    assert found(model, may_unpickle=True).vae_path == str(path)


def test_a_model_is_no_autoencoder_of_another_whose_name_begins_alike(model: Path) -> None:
    write_file(model.parent / "dream.vae.safetensors", DECODER)
    assert found(model).vae_path == ""


@pytest.mark.parametrize(
    ("text", "prediction"),
    [
        (V, "v_prediction"),
        (V.replace("parameterization: v", 'parameterization: "eps"'), "epsilon"),
        (V.replace("parameterization: v", "linear_start: 0.00085"), "epsilon"),
        (SCALING % "VScaling", "v_prediction"),
        (SCALING % "EpsScaling", "epsilon"),
        (SCALING % "EDMScaling", None),
        ("name: dream", None),
        ("- a list", None),
        ("", None),
    ],
)
def test_a_configuration_beside_the_model_says_what_it_predicts(text: str, prediction: str | None, model: Path) -> None:
    model.with_suffix(".yaml").write_text(text)
    assert prediction_beside(model) == prediction
    facts = found(model)
    assert facts.prediction_type == (prediction or "v_prediction")
    assert facts.width == (512 if prediction == "epsilon" else 768)
    assert len(facts.assumptions) == (prediction is None)
    assert found(model, prediction_type="epsilon").prediction_type == "epsilon"  # the user has the last word


@pytest.mark.parametrize("content", [b"a: [", b"\xff\xfe", b"[" * 5000, b"a: !!python/object/apply:os.getcwd []"])
def test_a_configuration_that_is_none_is_told_and_done_without(content: bytes, model: Path) -> None:
    model.with_suffix(".yaml").write_bytes(content)
    with pytest.raises(ModelDamagedError, match="dream.v2.yaml cannot be read: it is no YAML file"):
        prediction_beside(model)
    facts = found(model)
    assert facts.prediction_type == "v_prediction"
    assert "dream.v2.yaml cannot be read: it is no YAML file" in facts.assumptions[-1]
