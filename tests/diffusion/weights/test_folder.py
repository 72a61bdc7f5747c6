"""Loading a diffusers folder: all its forms, and every way it can be damaged."""

import json
import pickle
import shutil
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from tagloom.diffusion.weights import load_folder
from tagloom.engine import ModelFacts
from tagloom.errors import ModelDamagedError, ModelError

UNET = "unet/diffusion_pytorch_model.safetensors"
TEXT_ENCODER = "text_encoder/model.safetensors"


@pytest.fixture
def folder(paperdoll: ModelFacts, tmp_path: Path) -> Path:
    """A copy of the bundled model that a test may damage."""
    return Path(shutil.copytree(paperdoll.path, tmp_path / "model"))


def states(folder: Path) -> list[torch.Tensor]:
    networks = load_folder(folder)
    modules = (networks.text_encoder, networks.unet, networks.autoencoder)
    return [tensor for module in modules for tensor in module.state_dict().values()]


def test_weights_are_what_the_files_hold(folder: Path) -> None:
    unet = load_folder(folder).unet
    stored = load_file(folder / UNET)
    assert all(torch.equal(tensor, stored[name]) for name, tensor in unet.state_dict().items())
    assert not any(parameter.requires_grad for parameter in unet.parameters())
    assert not unet.training


def test_shards_prefixes_and_variants_are_read_alike(folder: Path) -> None:
    expected = states(folder)
    tensors = load_file(folder / TEXT_ENCODER)
    (folder / TEXT_ENCODER).unlink()
    prefixed = {f"text_model.{name}": tensor for name, tensor in tensors.items()}
    prefixed["text_model.embeddings.position_ids"] = torch.arange(77)[None]
    names = sorted(prefixed)
    shards = {"model-00001-of-00002.safetensors": names[:9], "model-00002-of-00002.safetensors": names[9:]}
    for shard, held in shards.items():
        save_file({name: prefixed[name] for name in held}, folder / "text_encoder" / shard)
    weight_map = {name: shard for shard, held in shards.items() for name in held}
    index = {"metadata": {}, "weight_map": weight_map}
    (folder / "text_encoder" / "model.safetensors.index.json").write_text(json.dumps(index))
    (folder / UNET).rename(folder / "unet" / "diffusion_pytorch_model.fp16.safetensors")
    assert all(torch.equal(a, b) for a, b in zip(states(folder), expected, strict=True))


def test_old_names_of_the_autoencoder_s_attention_are_read() -> None:
    from diffusers import AutoencoderKL

    from tagloom.diffusion.weights.folder import _canonical

    vae = AutoencoderKL(
        block_out_channels=[32], down_block_types=["DownEncoderBlock2D"], up_block_types=["UpDecoderBlock2D"]
    )
    today = [name for name in vae.state_dict() if "mid_block.attentions" in name]
    old = {"to_q": "query", "to_k": "key", "to_v": "value", "to_out.0": "proj_attn"}
    for name in today:
        former = name
        for new, before in old.items():
            former = former.replace(new, before)
        assert _canonical(former) == name
    assert len(today) == 20


DAMAGES = {
    "missing": (UNET, None, "holds no safetensors weights"),
    "empty": (UNET, b"", "no whole safetensors file"),
    "an HTML page": (UNET, b"<!DOCTYPE html><html>not found</html>", "no whole safetensors file"),
    "a pickle": (UNET, pickle.dumps({"state_dict": 1}), "no whole safetensors file"),
    "a header of 2**63 bytes": (UNET, b"\0\0\0\0\0\0\0\x80{}", "no whole safetensors file"),
    "config is no JSON": ("unet/config.json", b"{", "config.json is no JSON file"),
    "config is a list": ("unet/config.json", b"[]", "holds no JSON object"),
    "config is missing": ("vae/config.json", None, "config.json is missing"),
    "config is binary": ("vae/config.json", b"\xff\xfe\0", "is no JSON file"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_named(damage: str, folder: Path) -> None:
    name, content, message = DAMAGES[damage]
    if content is None:
        (folder / name).unlink()
    else:
        (folder / name).write_bytes(content)
    with pytest.raises(ModelDamagedError, match=message) as caught:
        load_folder(folder)
    assert name.split("/")[0] in str(caught.value)


def test_a_truncated_file_is_named(folder: Path) -> None:
    whole = (folder / UNET).read_bytes()
    (folder / UNET).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ModelDamagedError, match="no whole safetensors file"):
        load_folder(folder)


def rewrite(folder: Path, change: dict[str, torch.Tensor | None]) -> None:
    tensors = load_file(folder / UNET)
    for name, tensor in change.items():
        if tensor is None:
            del tensors[name]
        else:
            tensors[name] = tensor
    save_file(tensors, folder / UNET)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"conv_in.bias": None}, "lacks tensor 'conv_in.bias'"),
        ({"conv_in.bias": None, "conv_out.bias": None}, "lacks tensor 'conv_in.bias' and 1 more"),
        ({"conv_strange.bias": torch.zeros(3)}, "has an unknown tensor 'conv_strange.bias'"),
        ({"conv_in.bias": torch.zeros(3)}, r"has tensor 'conv_in.bias' as \(3,\), where \(48,\) is needed"),
        ({"conv_in.bias": torch.zeros(48, dtype=torch.int64)}, "has tensor 'conv_in.bias' as I64, which holds no floats"),
    ],
)
def test_a_tensor_that_does_not_fit_is_named(change: dict[str, torch.Tensor | None], message: str, folder: Path) -> None:
    rewrite(folder, change)
    with pytest.raises(ModelDamagedError, match=message):
        load_folder(folder)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("unet/config.json", {"down_block_types": ["DownBlock2D", "AttnDownBlock2D", "DownBlock2D"]}, "down_block_types"),
        ("unet/config.json", {"block_out_channels": "48"}, "block_out_channels"),
        (
            "unet/config.json",
            {"addition_embed_type": "text"},
            "'addition_embed_type' is 'text', where null or \"text_time\" is",
        ),
        ("unet/config.json", {"addition_embed_type": "text_time"}, "projection_class_embeddings_input_dim"),
        ("unet/config.json", {"norm_num_groups": 7}, "'norm_num_groups' is 7"),
        ("unet/config.json", {"attention_head_dim": [4, 4]}, "attention_head_dim"),
        ("unet/config.json", {"act_fn": "mish"}, "act_fn"),
        ("unet/config.json", {"in_channels": 9}, "'in_channels' is 9, where as many as out_channels"),
        ("text_encoder/config.json", {"hidden_act": "relu"}, "hidden_act"),
        ("text_encoder/config.json", {"hidden_size": True}, "hidden_size"),
        ("vae/config.json", {"down_block_types": ["Other"]}, "down_block_types"),
        ("vae/config.json", {"scaling_factor": "much"}, "scaling_factor"),
    ],
)
def test_a_configuration_that_cannot_be_built_is_named(
    name: str, value: dict[str, object], message: str, folder: Path
) -> None:
    settings = json.loads((folder / name).read_text())
    (folder / name).write_text(json.dumps(settings | value))
    with pytest.raises(ModelError, match=message):
        load_folder(folder)


def test_a_pickle_beside_a_missing_file_is_never_opened(folder: Path) -> None:
    (folder / UNET).rename(folder / "unet" / "diffusion_pytorch_model.bin")
    with pytest.raises(ModelDamagedError, match=r"diffusion_pytorch_model\.bin is a pickle, which is never opened"):
        load_folder(folder)


def test_an_index_that_points_outside_its_folder_is_refused(folder: Path) -> None:
    (folder / UNET).unlink()
    index = {"weight_map": {"conv_in.bias": "../../secret.safetensors"}}
    (folder / "unet" / "diffusion_pytorch_model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(ModelDamagedError, match="points outside its folder"):
        load_folder(folder)
