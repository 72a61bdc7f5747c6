"""Finding models, and what is said when there is none or a damaged one."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tagloom.bundled import FOLDER
from tagloom.catalog import (
    MANIFEST,
    Catalog,
    Hashes,
    PendingHash,
    Places,
    computed_hash,
    file_hashes,
    find_places,
    model_hash,
)
from tagloom.catalog.hashes import old_hash, sha256
from tagloom.engine import ModelFacts, Overrides
from tagloom.errors import ModelDamagedError, ModelNotFoundError, ModelUnsupportedError
from tests.catalog.files import small_shapes, write_file


@pytest.fixture
def models(paperdoll: ModelFacts, tmp_path: Path) -> Path:
    """A folder of models that holds one, called mine."""
    shutil.copytree(paperdoll.path, tmp_path / "models" / "mine")
    return tmp_path / "models"


def trained_on(folder: Path) -> None:
    """Make of a copy of a model another one, whose hash stands nowhere."""
    (folder / MANIFEST).unlink()
    weights = next(folder.glob("unet/*.safetensors"))
    weights.write_bytes(weights.read_bytes() + b"more")


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
    catalog = Catalog(places=Places(checkpoints=(models,)))
    assert catalog.find("PaperDoll") == paperdoll
    assert catalog.find("mine").path == str(models / "mine")
    assert Catalog().find(str(models / "mine")).hash == paperdoll.hash  # its manifest's
    assert [entry.name for entry in catalog.entries()] == ["paperdoll", "mine"]


def test_a_folder_without_a_manifest_has_the_hash_of_its_weights(models: Path, paperdoll: ModelFacts) -> None:
    (models / "mine" / MANIFEST).unlink()
    assert computed_hash(models / "mine", Hashes()) == paperdoll.hash


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
        Catalog(places=Places(checkpoints=(models,))).find("mine")
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
        Catalog(places=Places(checkpoints=(models,))).find("mine")


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file.safetensors").write_bytes(b"")
    with pytest.raises(ModelDamagedError, match="no diffusers folder"):
        Catalog().find(str(tmp_path))
    with pytest.raises(ModelDamagedError, match="no whole safetensors file: it has only 0 bytes"):
        Catalog().find(str(tmp_path / "file.safetensors"))


def test_a_model_folder_that_is_not_there_holds_no_models(tmp_path: Path) -> None:
    assert [entry.name for entry in Catalog(places=Places(checkpoints=(tmp_path / "nowhere",))).entries()] == ["paperdoll"]


@pytest.fixture
def webui(tmp_path: Path) -> Catalog:
    """Single files in A1111's folders, with an autoencoder."""
    root = tmp_path / "webui" / "models"
    large = small_shapes("sd1") | {"model_ema": (1 << 20,)}
    write_file(root / "Stable-diffusion" / "dream.v2.safetensors", large)
    write_file(root / "Stable-diffusion" / "anime" / "Star.safetensors", small_shapes("sdxl"))
    write_file(root / "Stable-diffusion" / "anime" / "star.vae.safetensors", {"decoder.conv_in.weight": (1,)})
    write_file(root / "Stable-diffusion" / "paint.safetensors", small_shapes("sd1", channels=9))
    (root / "Stable-diffusion" / "old.ckpt").write_bytes(b"PK\x03\x04")
    write_file(root / "VAE" / "clear.safetensors", {"decoder.conv_in.weight": (1,)})
    return Catalog(places=find_places([root], {}), hashes=Hashes(tmp_path / "hashes.json"))


def test_single_files_are_listed_by_their_paths_in_the_folder(webui: Catalog) -> None:
    assert [entry.name for entry in webui.entries()] == ["paperdoll", "anime/Star", "dream.v2", "old", "paint"]


@pytest.mark.parametrize("name", ["anime/Star", "star", "STAR.safetensors"])
def test_a_single_file_is_found_by_name_file_name_or_stem(name: str, webui: Catalog) -> None:
    facts = webui.find(name)
    assert (facts.name, facts.family) == ("anime/Star", "sdxl")


def test_a_single_file_is_found_by_any_of_its_hashes(webui: Catalog, tmp_path: Path) -> None:
    path = tmp_path / "webui" / "models" / "Stable-diffusion" / "dream.v2.safetensors"
    digest = sha256(path)
    for wanted in (digest, digest[:10], digest[:10].upper(), old_hash(path)):
        assert webui.find(wanted).hash == digest[:10]
    with pytest.raises(ModelNotFoundError, match="no model '0123456789'"):
        webui.find("0123456789")


def test_a_hash_is_unknown_until_it_was_computed_once(webui: Catalog) -> None:
    facts = webui.find("dream.v2")
    assert facts.hash == ""
    digits = PendingHash(facts, webui.hashes).result()
    assert digits == sha256(Path(facts.path))[:10]
    assert webui.find("dream.v2") == replace(facts, hash=digits)


def test_finding_listing_and_reading_models_hashes_nothing(webui: Catalog, models: Path) -> None:
    trained_on(models / "mine")
    places = webui.places + Places(checkpoints=(models,))
    hashed: list[Path] = []

    def digest(path: Path, start: int) -> str:
        hashed.append(path)
        return sha256(path, start)

    catalog = Catalog(places=places, hashes=Hashes(models / "hashes.json", digest))
    entries = {entry.name: entry for entry in catalog.entries()}
    found = [catalog.find("dream.v2"), catalog.find("mine"), catalog.read(entries["anime/Star"])]
    assert ([facts.hash for facts in found], hashed) == (["", "", ""], [])
    digits = [PendingHash(facts, catalog.hashes).result() for facts in found]
    assert len(hashed) == 2 + len(list((models / "mine").glob("*/*.safetensors")))
    assert [catalog.find(name).hash for name in ("dream.v2", "mine", "anime/Star")] == digits
    assert [catalog.find(wanted).name for wanted in digits] == ["dream.v2", "mine", "anime/Star"]
    assert [PendingHash(catalog.find(wanted), catalog.hashes).result() for wanted in digits] == digits
    assert len(hashed) == len(set(hashed))  # each file once, whatever was asked


def test_a_model_is_found_by_a_hash_that_nobody_computed_before(webui: Catalog, models: Path) -> None:
    trained_on(models / "mine")
    catalog = Catalog(places=webui.places + Places(checkpoints=(models,)), hashes=Hashes(models / "hashes.json"))
    assert catalog.find(computed_hash(models / "mine", Hashes())).name == "mine"
    assert catalog.find("mine").hash == computed_hash(models / "mine", Hashes())


def test_other_kinds_of_models_are_refused_by_name(webui: Catalog) -> None:
    with pytest.raises(ModelUnsupportedError, match="paint.safetensors is an inpainting model"):
        webui.find("paint")
    with pytest.raises(ModelDamagedError, match="old.ckpt is a legacy file of pickled weights.*--allow-pickle"):
        webui.find("old")


def test_an_autoencoder_is_found_by_name_or_path(webui: Catalog, tmp_path: Path) -> None:
    path = tmp_path / "webui" / "models" / "VAE" / "clear.safetensors"
    for said in ("clear", "Clear.safetensors", str(path)):
        facts = webui.find("dream.v2", Overrides(vae=said))
        assert (facts.vae_path, facts.overrides.vae) == (str(path), said)
    with pytest.raises(ModelNotFoundError, match="no autoencoder 'fog' .*there are: clear"):
        webui.find("dream.v2", Overrides(vae="fog"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"in_channels": 9}, "an inpainting model"),
        ({"in_channels": 8}, "an editing model"),
    ],
)
def test_folders_of_other_kinds_are_refused_by_name(change: dict[str, object], message: str, models: Path) -> None:
    path = models / "mine" / "unet" / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(ModelUnsupportedError, match=f"mine is {message}"):
        Catalog(places=Places(checkpoints=(models,))).find("mine")


def test_the_folder_of_an_sdxl_refiner_is_refused_by_name(models: Path) -> None:
    (models / "mine" / "text_encoder").rename(models / "mine" / "text_encoder_2")
    with pytest.raises(ModelUnsupportedError, match="mine is an SDXL refiner"):
        Catalog(places=Places(checkpoints=(models,))).find("mine")


@pytest.mark.parametrize("name", ["", "x" * 5000, "a\0b", "\ud800"])
def test_a_name_that_no_file_can_have_is_no_model(name: str) -> None:
    with pytest.raises(ModelNotFoundError, match="there is no model"):
        Catalog().find(name)
    with pytest.raises(ModelNotFoundError, match="there is no autoencoder"):
        Catalog().find_vae(name)


def test_a_folder_without_an_autoencoder_takes_another(models: Path, webui: Catalog) -> None:
    shutil.rmtree(models / "mine" / "vae")
    catalog = replace(webui, places=webui.places + Places(checkpoints=(models,)))
    with pytest.raises(ModelDamagedError, match=r"config.json is missing .name another autoencoder with --vae"):
        catalog.find("mine")
    assert (catalog.find("mine", Overrides(vae="clear")).latent_factor) == 8
    facts = catalog.find("mine", Overrides(vae=str(FOLDER / "paperdoll")))
    assert (facts.latent_factor, facts.vae_path) == (4, str(FOLDER / "paperdoll"))
