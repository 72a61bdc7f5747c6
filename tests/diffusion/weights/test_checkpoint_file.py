"""Single files in the original layout: the networks of the diffusers folder of the same weights, or a named refusal."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from tagloom.catalog import Catalog
from tagloom.diffusion.weights import Networks, load_model, verify
from tagloom.engine import ModelFacts, Overrides
from tagloom.errors import ModelDamagedError, ModelUnsupportedError
from tests.diffusion.small_models import Kind, SmallModel, small_model

KINDS: tuple[Kind, ...] = ("sd1", "sd2", "sdxl")
UNET = "model.diffusion_model."
ATTENTION = "cond_stage_model.model.transformer.resblocks.1.attn.in_proj_weight"


@pytest.fixture(scope="module")
def models() -> dict[Kind, SmallModel]:
    return {kind: small_model(kind) for kind in KINDS}


def states(networks: Networks) -> dict[str, torch.Tensor]:
    parts: dict[str, nn.Module] = {"unet": networks.unet, "vae": networks.autoencoder}
    parts |= {f"text{i}": encoder for i, encoder in enumerate(networks.text_encoders)}
    return {f"{part}.{name}": tensor for part, network in parts.items() for name, tensor in network.state_dict().items()}


def find(path: Path, **overrides: str) -> ModelFacts:
    return Catalog().find(str(path), Overrides(**overrides))


def refusal(tensors: dict[str, torch.Tensor], path: Path) -> str:
    save_file(tensors, path)
    with pytest.raises((ModelDamagedError, ModelUnsupportedError)) as caught:
        load_model(find(path))
    return str(caught.value)


@pytest.mark.parametrize("kind", KINDS)
def test_both_layouts_give_the_same_networks(kind: Kind, models: dict[Kind, SmallModel], tmp_path: Path) -> None:
    folder, file = models[kind].folder(tmp_path / "folder"), models[kind].file(tmp_path / "m.safetensors")
    of_folder, of_file = load_model(find(folder)), load_model(find(file))
    assert of_folder.unet.config == of_file.unet.config
    assert of_folder.autoencoder.config == of_file.autoencoder.config
    assert [e.config for e in of_folder.text_encoders] == [e.config for e in of_file.text_encoders]
    expected, got = states(of_folder), states(of_file)
    assert expected.keys() == got.keys()
    assert all(torch.equal(tensor, got[name]) for name, tensor in expected.items())
    assert not any(parameter.requires_grad for parameter in of_file.unet.parameters())


@pytest.mark.parametrize("kind", KINDS)
def test_both_layouts_are_described_alike(kind: Kind, models: dict[Kind, SmallModel], tmp_path: Path) -> None:
    folder, file = models[kind].folder(tmp_path / "folder"), models[kind].file(tmp_path / "m.safetensors")
    of_folder, of_file = find(folder), find(file, prediction_type="v_prediction" if kind == "sd2" else "epsilon")
    same = {"width": 0, "height": 0, "name": "", "path": "", "hash": "", "overrides": Overrides()}
    assert replace(of_folder, **same) == replace(of_file, **same)  # type: ignore[arg-type]  # fields of several types


def test_weights_are_mapped_into_memory_and_not_copied(models: dict[Kind, SmallModel], tmp_path: Path) -> None:
    file = models["sd2"].file(tmp_path / "m.safetensors")
    networks = load_model(find(file))
    length = int.from_bytes(file.read_bytes()[:8], "little")
    header = json.loads(file.read_bytes()[8 : 8 + length])

    def begin(parameter: torch.Tensor, name: str) -> int:
        """Where the file begins in memory, if the parameter lies in it."""
        return parameter.data_ptr() - int(header[name]["data_offsets"][0])

    first = begin(networks.unet.conv_in.weight, f"{UNET}input_blocks.0.0.weight")
    fused = networks.text_encoder.state_dict()["encoder.layers.1.self_attn.q_proj.weight"]
    attention = networks.autoencoder.state_dict()["decoder.mid_block.attentions.0.to_q.weight"]
    assert begin(fused, ATTENTION) == first
    assert begin(attention, "first_stage_model.decoder.mid.attn_1.q.weight") == first


def test_an_old_text_encoder_without_prefix_and_a_linear_projection_are_read(
    models: dict[Kind, SmallModel], tmp_path: Path
) -> None:
    expected = states(load_model(find(models["sdxl"].file(tmp_path / "m.safetensors"))))
    tensors = {
        name.replace("0.transformer.text_model.", "0.transformer."): t for name, t in models["sdxl"].original().items()
    }
    projection = tensors.pop("conditioner.embedders.1.model.text_projection")
    tensors["conditioner.embedders.1.model.text_projection.weight"] = projection.T.contiguous()
    save_file(tensors, tmp_path / "old.safetensors")
    got = states(load_model(find(tmp_path / "old.safetensors")))
    assert all(torch.equal(tensor, got[name]) for name, tensor in expected.items())


def test_what_is_missing_or_does_not_fit_is_named_as_in_the_file(models: dict[Kind, SmallModel], tmp_path: Path) -> None:
    whole, path = models["sd2"].original(), tmp_path / "m.safetensors"
    without = {name: tensor for name, tensor in whole.items() if "out.2" not in name and "norm_out" not in name}
    assert "lacks tensor 'out.2.weight'" in refusal(without, path)
    without = {name: tensor for name, tensor in whole.items() if name not in {f"{UNET}time_embed.0.bias", ATTENTION}}
    assert f"lacks tensor '{ATTENTION}'" in refusal(without, path)
    assert f"has tensor '{ATTENTION}' as (100, 64), where (192, 64) is needed" in refusal(
        whole | {ATTENTION: torch.zeros(100, 64)}, path
    )
    name = f"{UNET}time_embed.0.bias"
    assert f"has tensor '{name}' as I64, which holds no floats" in refusal(
        whole | {name: torch.zeros(256, dtype=torch.int64)}, path
    )
    name = f"{UNET}strange.weight"
    assert f"has an unknown tensor '{name}'" in refusal(whole | {name: torch.zeros(2)}, path)
    name = f"{UNET}input_blocks.2.0.in_layers.2.weight"
    assert "levels are not built alike" in refusal(whole | {name: torch.zeros(32, 64, 3, 3)}, path)
    without = {name: tensor for name, tensor in whole.items() if not name.startswith("first_stage_model.")}
    assert "has no autoencoder in it (name one with --vae)" in refusal(without, path)


@pytest.mark.parametrize("form", ["original", "prefixed", "diffusers", "folder", "another model", "another folder"])
def test_another_autoencoder_replaces_the_model_s_own(form: str, models: dict[Kind, SmallModel], tmp_path: Path) -> None:
    torch.manual_seed(5)
    other = replace(models["sd2"], vae=small_model("sd2").vae)
    for parameter in other.vae.parameters():
        parameter.data = torch.randn_like(parameter)
    path = tmp_path / "clear.safetensors"
    match form:
        case "original" | "prefixed":
            prefix = "first_stage_model."
            tensors = {name: t for name, t in other.original().items() if name.startswith(prefix)}
            save_file({n if form == "prefixed" else n.removeprefix(prefix): t for n, t in tensors.items()}, path)
        case "diffusers":
            save_file(dict(other.vae.state_dict()), path)
        case "folder":
            path = other.folder(tmp_path / "other") / "vae"
        case "another model":
            other.file(path)
        case _:
            path = other.folder(tmp_path / "other")
    without = {n: t for n, t in models["sd1"].original().items() if not n.startswith("first_stage_model.")}
    save_file(without, tmp_path / "m.safetensors")
    got = load_model(find(tmp_path / "m.safetensors", vae=str(path))).autoencoder
    assert all(torch.equal(tensor, got.state_dict()[name]) for name, tensor in other.vae.state_dict().items())
    assert got.config.scaling_factor == 0.18215


def test_an_autoencoder_of_other_latents_is_refused(models: dict[Kind, SmallModel], tmp_path: Path) -> None:
    from diffusers import AutoencoderKL

    from tests.diffusion.small_models import AUTOENCODER

    wide = AutoencoderKL(**AUTOENCODER | {"latent_channels": 16})
    save_file(dict(wide.state_dict()), tmp_path / "wide.safetensors")
    file = models["sd1"].file(tmp_path / "m.safetensors")
    with pytest.raises(ModelUnsupportedError, match="wide.safetensors makes latents of 16 channels, the U-Net takes 4"):
        load_model(find(file, vae=str(tmp_path / "wide.safetensors")))


@pytest.mark.parametrize(
    ("kind", "name", "shape", "message"),
    [
        ("sd1", "cond_stage_model.transformer.text_model.embeddings.token_embedding.weight", (400, 64), "knows 400 tokens"),
        (
            "sd1",
            "cond_stage_model.transformer.text_model.embeddings.position_embedding.weight",
            (76, 64),
            "reads 76 tokens at a time, CLIP reads 77",
        ),
    ],
)
def test_a_text_encoder_of_other_tokens_is_refused(
    kind: Kind, name: str, shape: tuple[int, ...], message: str, models: dict[Kind, SmallModel], tmp_path: Path
) -> None:
    save_file(models[kind].original() | {name: torch.zeros(shape)}, tmp_path / "m.safetensors")
    with pytest.raises(ModelUnsupportedError, match=message):
        load_model(find(tmp_path / "m.safetensors"))


def list_problems(model: ModelFacts) -> list[str]:
    return list(verify(model))


def test_a_unet_that_reads_other_texts_is_refused(models: dict[Kind, SmallModel], tmp_path: Path) -> None:
    whole = models["sd1"].original()
    reading = [
        name for name in whole if name.startswith(UNET) and name.endswith((".attn2.to_k.weight", ".attn2.to_v.weight"))
    ]
    tensors = whole | {name: torch.zeros(len(whole[name]), 32) for name in reading}
    save_file(tensors, tmp_path / "m.safetensors")
    for use in (load_model, list_problems):
        with pytest.raises(ModelUnsupportedError, match="reads texts of width 32, the text encoders write 64"):
            use(find(tmp_path / "m.safetensors"))


def test_an_sdxl_unet_that_is_told_another_number_of_numbers_is_refused(
    models: dict[Kind, SmallModel], tmp_path: Path
) -> None:
    name = f"{UNET}label_emb.0.0.weight"
    whole = models["sdxl"].original()
    save_file(whole | {name: torch.zeros(whole[name].shape[0], whole[name].shape[1] + 1)}, tmp_path / "m.safetensors")
    for use in (load_model, list_problems):
        with pytest.raises(ModelUnsupportedError, match="takes 193 numbers beside the text, the text and sizes are 192"):
            use(find(tmp_path / "m.safetensors"))
