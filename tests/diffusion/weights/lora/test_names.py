"""Every naming that tools use for LoRA tensors leads to the weight that it means."""

from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from torch import Tensor

from tagloom.catalog import Catalog
from tagloom.diffusion.weights import Networks, load_model
from tagloom.diffusion.weights.lora.lora_file import open_lora
from tagloom.diffusion.weights.lora.targets import TEXT_ENCODERS, targets_of
from tests.diffusion.lora_files import kohya, pair, product, weights_of, written
from tests.diffusion.small_models import Kind, SmallModel, original_unet, small_model


@dataclass(frozen=True)
class Case:
    """A small SDXL model in both libraries' hands."""

    reference: SmallModel
    networks: Networks


@pytest.fixture(scope="module")
def sdxl(tmp_path_factory: pytest.TempPathFactory) -> Case:
    reference = small_model("sdxl")
    folder = reference.folder(tmp_path_factory.mktemp("sdxl") / "model")
    return Case(reference=reference, networks=load_model(Catalog().find(str(folder))))


def flat(path: str) -> str:
    return path.replace(".", "_")


def read(tensors: dict[str, Tensor], case: Case, folder: Path) -> dict[tuple[str, str], Tensor]:
    """(network, parameter) -> the scaled change, of everything in the file; nothing may be astray."""
    targets = targets_of(case.networks.text_encoders, case.networks.unet)
    lora = open_lora(written(folder / "x.safetensors", tensors), targets)
    assert lora.strays == ()
    own = {"unet": case.networks.unet.state_dict()}
    own |= {name: e.state_dict() for name, e in zip(TEXT_ENCODERS, case.networks.text_encoders, strict=False)}
    return {
        (network, parameter): update.read(lora.tensors, own[network][parameter])
        for network, updates in lora.updates.items()
        for parameter, update in updates.items()
    }


def same(one: dict[tuple[str, str], Tensor], other: dict[tuple[str, str], Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[key], other[key]) for key in one)


def test_kohya_s_names_of_every_weight_of_the_u_net_are_read(sdxl: Case, tmp_path: Path) -> None:
    weights = weights_of(sdxl.networks.unet)
    names = {f"lora_unet_{flat(path)}": weight for path, weight in weights.items()}
    tensors = kohya(names, alpha=None)
    found = read(tensors, sdxl, tmp_path)
    assert found.keys() == {("unet", f"{path}.weight") for path in weights}
    for path in weights:
        name = f"lora_unet_{flat(path)}"
        expected = product(tensors[f"{name}.lora_up.weight"], tensors[f"{name}.lora_down.weight"])
        assert torch.allclose(found["unet", f"{path}.weight"], expected, atol=1e-6)


def test_the_original_layout_s_block_names_of_every_weight_are_read(sdxl: Case, tmp_path: Path) -> None:
    original = original_unet(sdxl.reference.unet)
    by_value = {tensor.data_ptr(): name for name, tensor in sdxl.reference.unet.state_dict().items()}
    named = {name: by_value[tensor.data_ptr()] for name, tensor in original.items()}
    weights = weights_of(sdxl.networks.unet)
    renamed = {
        f"lora_unet_{flat(name.removesuffix('.weight'))}": ours
        for name, ours in named.items()
        if ours.removesuffix(".weight") in weights
    }
    assert any("input_blocks_3_1_transformer_blocks_0_attn1_to_q" in name for name in renamed)
    assert len(renamed) == len(weights)
    theirs = {name: weights[ours.removesuffix(".weight")] for name, ours in renamed.items()}
    by_diffusers = {f"lora_unet_{flat(ours.removesuffix('.weight'))}": theirs[name] for name, ours in renamed.items()}
    assert same(read(kohya(theirs), sdxl, tmp_path), read(kohya(by_diffusers), sdxl, tmp_path))


@pytest.mark.parametrize(
    ("up", "down"),
    [
        (".lora_B.weight", ".lora_A.weight"),
        (".lora_B.default.weight", ".lora_A.default.weight"),
        (".lora.up.weight", ".lora.down.weight"),
        (".lora_linear_layer.up.weight", ".lora_linear_layer.down.weight"),
    ],
)
@pytest.mark.parametrize("prefixes", [("unet.", "text_encoder.text_model.", "text_encoder_2.text_model."),
                                      ("base_model.model.", "text_encoder.", "text_encoder_2."),
                                      ("", "text_encoder.", "text_encoder_2.")])  # fmt: skip
def test_diffusers_and_peft_s_names_are_read(
    up: str, down: str, prefixes: tuple[str, str, str], sdxl: Case, tmp_path: Path
) -> None:
    networks = (sdxl.networks.unet, *sdxl.networks.text_encoders)
    tensors, expected = {}, {}
    for part, prefix, network in zip(("unet", "text_encoder", "text_encoder_2"), prefixes, networks, strict=True):
        for number, (path, weight) in enumerate(weights_of(network).items()):
            if "attn" in path:
                factors = pair(weight, 3, number)
                tensors[f"{prefix}{path}{up}"], tensors[f"{prefix}{path}{down}"] = factors
                expected[part, f"{path}.weight"] = product(*factors)
    found = read(tensors, sdxl, tmp_path)
    assert found.keys() == expected.keys()
    assert all(torch.allclose(found[key], expected[key], atol=1e-6) for key in expected)


def test_diffusers_own_conversion_of_kohya_s_names_means_the_same_weights(sdxl: Case, tmp_path: Path) -> None:
    """The oracle turns them into its oldest names, those of attention processors among them."""
    from diffusers.loaders.lora_conversion_utils import _convert_non_diffusers_lora_to_diffusers

    names = {f"lora_unet_{flat(p)}": w for p, w in weights_of(sdxl.networks.unet).items() if "transformer_blocks" in p}
    for number, encoder in enumerate(sdxl.networks.text_encoders, start=1):
        weights = {path: weight for path, weight in weights_of(encoder).items() if path.startswith("encoder")}
        names |= {f"lora_te{number}_text_model_{flat(path)}": weight for path, weight in weights.items()}
    tensors = kohya(names, alpha=None)
    converted, _ = _convert_non_diffusers_lora_to_diffusers(dict(tensors))
    assert any(".processor.to_q_lora.down.weight" in name for name in converted)
    assert len(converted) == len(tensors)
    assert same(read(tensors, sdxl, tmp_path), read(dict(converted), sdxl, tmp_path))


@pytest.mark.parametrize("kind", ["sd1", "sd2"])
@pytest.mark.parametrize("naming", ["kohya", "diffusers"])
def test_every_weight_of_a_model_with_one_text_encoder_is_read(naming: str, kind: Kind, tmp_path: Path) -> None:
    reference = small_model(kind)
    case = Case(reference=reference, networks=load_model(Catalog().find(str(reference.file(tmp_path / "m.safetensors")))))
    tensors: dict[str, Tensor] = {}
    expected: dict[tuple[str, str], Tensor] = {}
    for network, prefixes, weights in (
        ("unet", ("lora_unet_", "unet."), weights_of(case.networks.unet)),
        ("text_encoder", ("lora_te_text_model_", "text_encoder.text_model."), weights_of(case.networks.text_encoder)),
    ):
        for seed, (path, weight) in enumerate(weights.items()):
            is_kohya = naming == "kohya"
            name = prefixes[0] + flat(path) if is_kohya else prefixes[1] + path
            factors = pair(weight, 2, seed)
            endings = (".lora_up.weight", ".lora_down.weight") if is_kohya else (".lora_B.weight", ".lora_A.weight")
            tensors |= dict(zip((name + ending for ending in endings), factors, strict=True))
            expected[network, f"{path}.weight"] = product(*factors).reshape(weight.shape)
    found = read(tensors, case, tmp_path)
    assert found.keys() == expected.keys()
    assert all(torch.allclose(found[key], expected[key], atol=1e-6) for key in expected)
