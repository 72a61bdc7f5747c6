"""Exported folders: other tools load them, and nothing half-done is left behind."""

import warnings
from pathlib import Path

import pytest
import torch

from tagloom.diffusion.weights import export_folder, load_folder
from tagloom.engine import ModelFacts
from tagloom.errors import RequestError, UnwritableError
from tagloom.tokenizer import BEGIN_OF_TEXT, END_OF_TEXT, load_tokenizer


@pytest.fixture(scope="module")
def exported(paperdoll: ModelFacts, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled model as a standard diffusers folder."""
    target = tmp_path_factory.mktemp("export") / "paperdoll"
    export_folder(Path(paperdoll.path), target)
    return target


def test_the_exported_weights_are_the_model_s(exported: Path, paperdoll: ModelFacts) -> None:
    ours, theirs = load_folder(Path(paperdoll.path)), load_folder(exported)
    for name in ("text_encoder", "unet", "autoencoder"):
        pairs = zip(getattr(ours, name).state_dict().values(), getattr(theirs, name).state_dict().values(), strict=True)
        assert all(torch.equal(a, b) for a, b in pairs), name


def test_transformers_reads_the_exported_tokenizer_and_encoder(exported: Path, paperdoll: ModelFacts) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from transformers import CLIPTextModel, CLIPTokenizer

        tokenizer = CLIPTokenizer.from_pretrained(exported / "tokenizer")
        encoder = CLIPTextModel.from_pretrained(exported / "text_encoder", dtype=torch.float32).eval()
    text = "1girl, pink hair, 日本語 café 😀"
    ids = tokenizer(text).input_ids
    assert ids == [BEGIN_OF_TEXT, *load_tokenizer().encode_ids(text), END_OF_TEXT]
    ours = load_folder(Path(paperdoll.path)).text_encoder.float()
    tokens = torch.tensor([ids])
    with torch.inference_mode():
        expected = encoder(tokens).last_hidden_state
        got = ours.final_layer_norm(ours(ours.embed(tokens))[-1])
    assert (expected - got).abs().max() < 1e-4


def test_a_target_that_is_there_is_left_alone(exported: Path, paperdoll: ModelFacts) -> None:
    with pytest.raises(RequestError, match="is there already"):
        export_folder(Path(paperdoll.path), exported)


def test_a_target_that_cannot_be_written_is_named(tmp_path: Path, paperdoll: ModelFacts) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UnwritableError, match="cannot be written"):
        export_folder(Path(paperdoll.path), tmp_path / "file" / "model")
