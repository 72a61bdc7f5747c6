"""Finding models, and what is said when there is none or a damaged one."""

import json
import shutil
from pathlib import Path

import pytest

from tagloom.bundled import FOLDER
from tagloom.catalog import MANIFEST, Catalog, file_hashes, model_hash
from tagloom.engine import ModelFacts
from tagloom.errors import ModelDamagedError, ModelNotFoundError


@pytest.fixture
def models(paperdoll: ModelFacts, tmp_path: Path) -> Path:
    """A folder of models that holds one, called mine."""
    shutil.copytree(paperdoll.path, tmp_path / "models" / "mine")
    return tmp_path / "models"


def test_the_bundled_model_is_described_by_its_own_files(paperdoll: ModelFacts) -> None:
    assert paperdoll == ModelFacts(
        name="paperdoll",
        path=str(FOLDER / "paperdoll"),
        hash=paperdoll.hash,
        family="sd1",
        prediction_type="epsilon",
        width=128,
        height=128,
        size_multiple=4,
        latent_channels=4,
        latent_factor=4,
        text_encoder_layers=12,
        context_width=192,
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        train_timesteps=1000,
    )


def test_the_manifest_of_the_bundled_model_is_true(paperdoll: ModelFacts) -> None:
    manifest = json.loads((Path(paperdoll.path) / MANIFEST).read_text())
    hashes = file_hashes(Path(paperdoll.path))
    assert manifest == {"hash": paperdoll.hash, "files": hashes}
    assert model_hash(hashes) == paperdoll.hash
    assert len(paperdoll.hash) == 10


def test_a_model_is_found_by_name_in_any_case_and_by_path(models: Path, paperdoll: ModelFacts) -> None:
    catalog = Catalog(folders=(models,))
    assert catalog.find("PaperDoll") == paperdoll
    assert catalog.find("mine").path == str(models / "mine")
    assert Catalog().find(str(models / "mine")).hash == paperdoll.hash
    assert [entry.name for entry in catalog.entries()] == ["paperdoll", "mine"]


def test_a_folder_without_a_manifest_has_the_hash_of_its_weights(models: Path, paperdoll: ModelFacts) -> None:
    (models / "mine" / MANIFEST).unlink()
    assert Catalog(folders=(models,)).find("mine").hash == paperdoll.hash


def test_an_unknown_name_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(ModelNotFoundError, match="no model 'paperdol' .did you mean 'paperdoll'"):
        Catalog().find("paperdol")
    with pytest.raises(ModelNotFoundError, match="no model 'sd15' .there are: paperdoll"):
        Catalog().find("sd15")


@pytest.mark.parametrize(
    ("file", "change", "message"),
    [
        ("vae/config.json", {"block_out_channels": []}, "'block_out_channels' is"),
        ("unet/config.json", {"sample_size": "big"}, "'sample_size' is 'big'"),
        ("scheduler/scheduler_config.json", {"prediction_type": "sample"}, "'prediction_type' is 'sample'"),
        ("scheduler/scheduler_config.json", {"beta_schedule": "cubic"}, "'beta_schedule' is 'cubic'"),
        ("scheduler/scheduler_config.json", {"beta_start": None}, "'beta_start' is None"),
        ("manifest.json", {"hash": 5}, "'hash' is 5"),
    ],
)
def test_a_configuration_that_says_nonsense_is_named(
    file: str, change: dict[str, object], message: str, models: Path
) -> None:
    path = models / "mine" / file
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(ModelDamagedError, match=message) as caught:
        Catalog(folders=(models,)).find("mine")
    assert file.split("/")[-1] in str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"), [(None, "is missing"), (b"{", "is no JSON file"), (b"[1]", "holds no JSON object")]
)
def test_a_damaged_configuration_is_named(content: bytes | None, message: str, models: Path) -> None:
    path = models / "mine" / "vae" / "config.json"
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    with pytest.raises(ModelDamagedError, match=message):
        Catalog(folders=(models,)).find("mine")


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file.safetensors").write_bytes(b"")
    with pytest.raises(ModelDamagedError, match="no diffusers folder"):
        Catalog().find(str(tmp_path))
    with pytest.raises(ModelDamagedError, match="a single file"):
        Catalog().find(str(tmp_path / "file.safetensors"))


def test_a_model_folder_that_is_not_there_holds_no_models(tmp_path: Path) -> None:
    assert [entry.name for entry in Catalog(folders=(tmp_path / "nowhere",)).entries()] == ["paperdoll"]


@pytest.mark.parametrize("name", ["", "x" * 5000, "a\0b", "\ud800"])
def test_a_name_that_no_file_can_have_is_no_model(name: str) -> None:
    with pytest.raises(ModelNotFoundError, match="there is no model"):
        Catalog().find(name)
