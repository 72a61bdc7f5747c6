"""What is refused, by which words; what only half fits; and strengths that stand beside the tensors."""

import json
import math
from pathlib import Path

import pytest
import torch
from torch import Tensor

from tagloom.catalog import Catalog, NetworkFile
from tagloom.diffusion.weights import load_model
from tagloom.diffusion.weights.lora.lora_file import Lora, open_lora
from tagloom.diffusion.weights.lora.targets import Targets, targets_of
from tagloom.engine import ModelFacts
from tagloom.errors import ModelDamagedError, ModelUnsupportedError
from tests.diffusion.lora_files import kohya, written
from tests.diffusion.small_models import Kind, small_model

MID = "lora_unet_mid_block_attentions_0_transformer_blocks_0_"
TO_Q, TO_K = f"{MID}attn1_to_q", f"{MID}attn2_to_k"
SQUARE = torch.empty(160, 160)  # of the bundled model
UP, DOWN = ".lora_up.weight", ".lora_down.weight"


@pytest.fixture(scope="module")
def targets(paperdoll: ModelFacts) -> Targets:
    networks = load_model(paperdoll)
    return targets_of(networks.text_encoders, networks.unet)


def opened(tensors: dict[str, Tensor], targets: Targets, folder: Path, metadata: dict[str, str] | None = None) -> Lora:
    return open_lora(written(folder / "ink.safetensors", tensors, metadata), targets)


UNKNOWN = {
    f"{TO_Q}.diff": "which is a change of full rank",
    f"{TO_Q}.oft_blocks": "which is OFT",
    "unet.mid_block.attentions.0.proj_in.oft_R.weight": "which is OFT",
    f"{TO_Q}.a1.weight": "which is GLoRA",
    f"{TO_Q}.b2.weight": "which is GLoRA",
    "bundle_emb.x.string_to_param.*": "which is no part of a LoRA that we know",
    "down_blocks.0.resnets.0.conv1.weight": "which is no part of a LoRA that we know",
}


@pytest.mark.parametrize("key", UNKNOWN)
def test_what_is_no_factor_we_know_is_refused_by_its_key(key: str, targets: Targets, tmp_path: Path) -> None:
    tensors = kohya({TO_Q: SQUARE}) | {key: torch.ones(160, 1)}
    with pytest.raises(ModelUnsupportedError) as caught:
        opened(tensors, targets, tmp_path)
    assert f"ink.safetensors has tensor '{key}', {UNKNOWN[key]}" in caught.value.message
    assert caught.value.hint == "LoRA, LoHa, LoKr and DoRA are read"


def test_keys_that_hit_nothing_are_kept_apart(targets: Targets, tmp_path: Path) -> None:
    lora = opened(kohya({TO_Q: SQUARE, "lora_unet_nowhere": SQUARE}), targets, tmp_path)
    assert set(lora.strays) == {f"lora_unet_nowhere{end}" for end in (UP, DOWN, ".alpha")}
    assert lora.updates["unet"].keys() == {"mid_block.attentions.0.transformer_blocks.0.attn1.to_q.weight"}


def test_a_lora_that_hits_nothing_at_all_is_refused(targets: Targets, tmp_path: Path) -> None:
    name = "transformer.single_transformer_blocks.0.attn.to_q.lora_A.weight"
    tensors = {name: torch.ones(2, 4), name.replace("lora_A", "lora_B"): torch.ones(4, 2)}
    with pytest.raises(ModelUnsupportedError, match=f"changes nothing in this model; the first of its tensors is '{name}'"):
        opened(tensors, targets, tmp_path)
    with pytest.raises(ModelUnsupportedError, match="it has no tensors"):
        opened({}, targets, tmp_path)


@pytest.mark.parametrize("key", ["lora_te1_text_model_encoder_layers_0_mlp_fc1", "lora_te2_text_projection"])
def test_an_sdxl_lora_is_refused_by_the_name_of_its_encoder(key: str, targets: Targets, tmp_path: Path) -> None:
    with pytest.raises(ModelUnsupportedError, match=r"models with two text encoders \(SDXL\), by its tensor 'lora_te[12]_"):
        opened(kohya({TO_Q: SQUARE, key: SQUARE}), targets, tmp_path)


@pytest.mark.parametrize(("of", "into"), [("sd1", "sdxl"), ("sdxl", "sd1"), ("sdxl", "sd2")])
def test_a_u_net_s_lora_for_another_family_is_refused_by_name_and_shape(of: Kind, into: Kind, tmp_path: Path) -> None:
    widths = {"sd1": 64, "sd2": 64, "sdxl": 192}
    networks = load_model(Catalog().find(str(small_model(into).folder(tmp_path / into))))
    targets = targets_of(networks.text_encoders, networks.unet)
    with pytest.raises(ModelUnsupportedError) as caught:
        opened(kohya({TO_K: torch.empty(128, widths[of])}), targets, tmp_path)
    assert f"its '{TO_K}.lora_" in caught.value.message
    expected = f"changes a weight of (128, {widths[of]}), where this model's is (128, {widths[into]})"
    assert expected in caught.value.message


def test_an_sd1_lora_is_refused_by_sdxl_by_its_encoder_s_name(tmp_path: Path) -> None:
    networks = load_model(Catalog().find(str(small_model("sdxl").folder(tmp_path / "model"))))
    targets = targets_of(networks.text_encoders, networks.unet)
    key = "lora_te_text_model_encoder_layers_0_mlp_fc1"
    with pytest.raises(ModelUnsupportedError, match=f"models with one text encoder, by its tensor '{key}"):
        opened(kohya({key: torch.empty(96, 64)}), targets, tmp_path)


def test_damage_is_told_by_the_tensor_that_has_it(targets: Targets, tmp_path: Path) -> None:
    whole = kohya({TO_Q: SQUARE})
    with pytest.raises(ModelDamagedError, match=f"lacks the 'down' of '{TO_Q}'"):
        opened({name: tensor for name, tensor in whole.items() if DOWN not in name}, targets, tmp_path)
    with pytest.raises(ModelDamagedError, match="do not go together: down \\(3, 160\\), up \\(160, 2\\)"):
        opened(whole | {f"{TO_Q}{DOWN}": torch.ones(3, 160)}, targets, tmp_path)
    for alpha in (torch.tensor(math.nan), torch.ones(2)):
        with pytest.raises(ModelDamagedError, match=f"'{TO_Q}.alpha' is no number"):
            opened(whole | {f"{TO_Q}.alpha": alpha}, targets, tmp_path)
    with pytest.raises(ModelUnsupportedError, match="as I32, which holds no floats"):
        opened(whole | {f"{TO_Q}{DOWN}": torch.ones(2, 160, dtype=torch.int32)}, targets, tmp_path)
    (tmp_path / "ink.safetensors").write_bytes(b"<!DOCTYPE html>")
    with pytest.raises(ModelDamagedError, match="web page"):
        open_lora(NetworkFile(name="ink", path=tmp_path / "ink.safetensors", hash=""), targets)


def test_one_weight_under_two_names_is_refused(targets: Targets, tmp_path: Path) -> None:
    dotted = "unet.mid_block.attentions.0.transformer_blocks.0.attn1.to_q"
    tensors = kohya({TO_Q: SQUARE}) | {f"{dotted}.lora_A.weight": torch.ones(2, 160)}
    tensors[f"{dotted}.lora_B.weight"] = torch.ones(160, 2)
    with pytest.raises(ModelUnsupportedError, match="under two names"):
        opened(tensors, targets, tmp_path)
    mixed = kohya({TO_Q: SQUARE}) | {f"{TO_Q}.lokr_w1": torch.ones(2, 2), f"{TO_Q}.lokr_w2": torch.ones(80, 80)}
    with pytest.raises(ModelUnsupportedError, match=f"changes '{TO_Q}' in two ways at once"):
        opened(mixed, targets, tmp_path)


def test_alpha_is_divided_by_the_rank_and_is_the_rank_where_there_is_none(targets: Targets, tmp_path: Path) -> None:
    def scale(alpha: float | None) -> float:
        lora = opened(kohya({TO_Q: SQUARE}, rank=4, alpha=alpha), targets, tmp_path)
        (update,) = lora.updates["unet"].values()
        return update.scale

    assert (scale(1.0), scale(8.0), scale(None)) == (0.25, 2.0, 1.0)


@pytest.mark.parametrize(
    ("configuration", "scale"),
    [
        ({"unet.lora_alpha": 8, "unet.r": 4}, 2.0),
        ({"unet.lora_alpha": 8, "unet.use_rslora": True}, 4.0),
        ({"unet.lora_alpha": 8, "unet.alpha_pattern": {"attn1.to_q": 2, "attn2.to_q": 3}}, 0.5),
        ({"text_encoder.lora_alpha": 8}, 1.0),
        ({"unet.lora_alpha": "eight"}, 1.0),
    ],
)
def test_peft_s_configuration_in_the_metadata_gives_the_strength(
    configuration: dict[str, object], scale: float, targets: Targets, tmp_path: Path
) -> None:
    path = "unet.mid_block.attentions.0.transformer_blocks.0.attn1.to_q"
    tensors = {f"{path}.lora_A.weight": torch.ones(4, 160), f"{path}.lora_B.weight": torch.ones(160, 4)}
    lora = opened(tensors, targets, tmp_path, {"lora_adapter_metadata": json.dumps(configuration)})
    (update,) = lora.updates["unet"].values()
    assert update.scale == scale


def test_metadata_that_are_no_configuration_say_nothing(targets: Targets, tmp_path: Path) -> None:
    lora = opened(kohya({TO_Q: SQUARE}, alpha=None), targets, tmp_path, {"lora_adapter_metadata": "{"})
    (update,) = lora.updates["unet"].values()
    assert update.scale == 1.0


@pytest.mark.parametrize("shape", [(3,), (160, 160), (2, 80), (320, 1)])
def test_magnitudes_that_are_not_one_for_each_output_or_input_are_refused(
    shape: tuple[int, ...], targets: Targets, tmp_path: Path
) -> None:
    tensors = kohya({TO_Q: SQUARE}) | {f"{TO_Q}.dora_scale": torch.ones(shape)}
    with pytest.raises(ModelUnsupportedError, match="'.*dora_scale' changes a weight of"):
        opened(tensors, targets, tmp_path)


def test_magnitudes_without_a_direction_are_refused(targets: Targets, tmp_path: Path) -> None:
    with pytest.raises(ModelDamagedError, match=f"lacks the 'up' of '{TO_Q}'"):
        opened({f"{TO_Q}.dora_scale": torch.ones(160, 1)}, targets, tmp_path)


def test_a_pickled_lora_is_what_its_safetensors_form_is(targets: Targets, tmp_path: Path) -> None:
    tensors = kohya({TO_Q: SQUARE})
    torch.save(tensors, tmp_path / "ink.pt")
    safe = opened(tensors, targets, tmp_path)
    pickled = open_lora(NetworkFile(name="ink", path=tmp_path / "ink.pt", hash="0" * 12), targets)
    assert pickled.updates == safe.updates
    assert all(torch.equal(pickled.tensors.get(name), tensor) for name, tensor in tensors.items())
