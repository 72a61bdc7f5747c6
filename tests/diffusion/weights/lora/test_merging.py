"""Merged weights against plain algebra; undone bit for bit; kept within bounds."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor

from tagloom.catalog import NetworkFile
from tagloom.diffusion.networks import UNet
from tagloom.diffusion.runtime import Adapter
from tagloom.diffusion.weights import AdaptedNetworks, Networks, load_model
from tagloom.engine import ModelFacts
from tagloom.errors import ModelDamagedError
from tests.diffusion.lora_files import changes, kohya, pair, product, weights_of, written


@pytest.fixture
def networks(paperdoll: ModelFacts) -> Networks:
    loaded = load_model(paperdoll)
    return Networks(
        text_encoders=tuple(encoder.float() for encoder in loaded.text_encoders),
        unet=loaded.unet.float(),
        autoencoder=loaded.autoencoder,
    )


@pytest.fixture
def adapted(networks: Networks) -> AdaptedNetworks:
    return AdaptedNetworks(networks.text_encoders, networks.unet)


def named(unet: UNet, wanted: Callable[[str], bool] = lambda _: True) -> dict[str, Tensor]:
    return {f"lora_unet_{path.replace('.', '_')}": w for path, w in weights_of(unet).items() if wanted(path)}


def state(network: torch.nn.Module) -> dict[str, Tensor]:
    return {name: tensor.clone() for name, tensor in network.state_dict().items()}


def equal(one: dict[str, Tensor], other: dict[str, Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def test_several_at_once_are_added_by_weight_and_alpha_over_rank(
    adapted: AdaptedNetworks, networks: Networks, tmp_path: Path
) -> None:
    unet = networks.unet
    everything, attention = named(unet), named(unet, lambda path: "attn1" in path)
    first, second = kohya(everything, rank=3, alpha=2.0), kohya(attention, rank=2, alpha=None, seed=500)
    before = state(unet)
    adapters = (
        Adapter(file=written(tmp_path / "a.safetensors", first), weight=0.7),
        Adapter(file=written(tmp_path / "b.safetensors", second), weight=-1.5),
    )
    adapted.use_unet(adapters)
    added = changes(first, everything), changes(second, attention)
    paths = {f"lora_unet_{path.replace('.', '_')}": f"{path}.weight" for path in weights_of(unet)}
    expected = dict(before)
    for name, path in paths.items():
        expected[path] = before[path] + 0.7 * added[0][name] - 1.5 * added[1].get(name, torch.zeros(()))
    got = unet.state_dict()
    assert got.keys() == expected.keys()
    assert max((got[name] - expected[name]).abs().max().item() for name in got) < 1e-6
    assert all(torch.equal(got[name], before[name]) for name in got.keys() - paths.values())


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
def test_it_is_undone_bit_for_bit_in_every_precision(dtype: torch.dtype, networks: Networks, tmp_path: Path) -> None:
    unet = networks.unet.to(dtype)
    before, kept = state(unet), dict(unet.named_parameters())
    adapted = AdaptedNetworks(networks.text_encoders, unet)
    file = written(tmp_path / "a.safetensors", kohya(named(unet)))
    for weight in (1.0, -0.3, 250.0):
        adapted.use_unet((Adapter(file=file, weight=weight),))
        merged = state(unet)
        assert not equal(merged, before)
        assert {tensor.dtype for tensor in merged.values()} == {dtype}
        adapted.use_unet(())
        assert equal(state(unet), before)
    assert all(parameter is kept[name] for name, parameter in unet.named_parameters())


def test_coming_back_to_a_set_gives_the_same_bits_from_memory_or_not(
    adapted: AdaptedNetworks, networks: Networks, tmp_path: Path
) -> None:
    unet = networks.unet
    files = [written(tmp_path / f"{n}.safetensors", kohya(named(unet), seed=n * 1000)) for n in range(3)]
    sets = [(Adapter(file=file, weight=1.0),) for file in files]
    first = []
    for one in sets:
        adapted.use_unet(one)
        first.append(state(unet))
    for number in (2, 0, 1, 0, 2):
        adapted.use_unet(sets[number])
        assert equal(state(unet), first[number])


def test_kept_sets_are_never_larger_than_the_network(adapted: AdaptedNetworks, networks: Networks, tmp_path: Path) -> None:
    unet = networks.unet
    whole = sum(parameter.nbytes for parameter in unet.parameters())
    small = named(unet, lambda path: "attn2" in path)
    for number, names in enumerate([named(unet), small, small, small, small, small, named(unet), small]):
        file = written(tmp_path / f"{number}.safetensors", kohya(names, seed=number * 1000))
        adapted.use_unet((Adapter(file=file, weight=1.0),))
        kept = list(adapted._mergings["unet"]._kept.values())
        assert sum(parameter.nbytes for merged in kept for parameter in merged.values()) <= whole
        assert len(kept) <= 4


def test_half_a_network_that_a_file_does_not_touch_stays_as_it_is(
    adapted: AdaptedNetworks, networks: Networks, tmp_path: Path
) -> None:
    before = state(networks.text_encoders[0])
    adapter = Adapter(file=written(tmp_path / "a.safetensors", kohya(named(networks.unet))), weight=1.0)
    adapted.use_text_encoder(0, (adapter,))
    assert equal(state(networks.text_encoders[0]), before)


def test_the_file_on_disk_is_not_changed(adapted: AdaptedNetworks, networks: Networks, tmp_path: Path) -> None:
    file = written(tmp_path / "a.safetensors", kohya(named(networks.unet)))
    content = file.path.read_bytes()
    adapted.use_unet((Adapter(file=file, weight=3.0),))
    adapted.use_unet(())
    assert file.path.read_bytes() == content


def test_a_change_that_is_no_number_is_refused_and_leaves_the_network_s_own_weights(
    adapted: AdaptedNetworks, networks: Networks, tmp_path: Path
) -> None:
    names = named(networks.unet, lambda path: "attn1" in path)
    tensors = kohya(names)
    last = list(names)[-1]
    tensors[f"{last}.lora_up.weight"][0, 0] = torch.nan
    before = state(networks.unet)
    good: NetworkFile = written(tmp_path / "good.safetensors", kohya(names))
    adapted.use_unet((Adapter(file=good, weight=1.0),))
    with pytest.raises(ModelDamagedError, match=f"'{last}.lora_(up|down).weight' makes no finite numbers"):
        adapted.use_unet((Adapter(file=written(tmp_path / "bad.safetensors", tensors), weight=1.0),))
    assert equal(state(networks.unet), before)


def test_what_hits_nothing_is_told_by_count_and_first_name(
    adapted: AdaptedNetworks, networks: Networks, tmp_path: Path
) -> None:
    names = named(networks.unet, lambda path: "attn1" in path)
    assert adapted.examine(written(tmp_path / "a.safetensors", kohya(names))) == ()
    strange = written(tmp_path / "b.safetensors", kohya(names | {"lora_unet_nowhere": torch.empty(4, 4)}))
    (notice,) = adapted.examine(strange)
    assert notice.startswith("LoRA 'b': 3 tensors hit nothing in this model, the first is 'lora_unet_nowhere.")


DORA = {
    "kohya": (".lora_up.weight", ".lora_down.weight", ".dora_scale"),
    "peft": (".lora_B.weight", ".lora_A.weight", ".lora_magnitude_vector"),
}


@pytest.mark.parametrize("naming", DORA)
def test_dora_of_every_weight_is_merged_by_its_formula_and_undone(
    naming: str, adapted: AdaptedNetworks, networks: Networks, tmp_path: Path
) -> None:
    """W + strength * (m * (W + BA) / norm(W + BA) - W), as peft has it for a strength of 1."""
    up, down, magnitude = DORA[naming]
    before, expected = state(networks.unet), state(networks.unet)
    tensors: dict[str, Tensor] = {}
    for seed, (path, weight) in enumerate(weights_of(networks.unet).items()):
        name = f"lora_unet_{path.replace('.', '_')}" if naming == "kohya" else f"unet.{path}"
        tensors[name + up], tensors[name + down] = factors = pair(weight, 2, seed)
        magnitudes = torch.rand(len(weight), generator=torch.Generator().manual_seed(seed)) + 0.5
        tensors[name + magnitude] = magnitudes[:, None] if naming == "kohya" else magnitudes
        turned = (weight + product(*factors)).flatten(1)
        redirected = (magnitudes[:, None] * turned / turned.norm(dim=1, keepdim=True)).reshape(weight.shape)
        expected[f"{path}.weight"] = weight + 0.8 * (redirected - weight)
    adapted.use_unet((Adapter(file=written(tmp_path / "dora.safetensors", tensors), weight=0.8),))
    got = networks.unet.state_dict()
    assert max((got[name] - expected[name]).abs().max().item() for name in got) < 1e-5
    adapted.use_unet(())
    assert equal(state(networks.unet), before)


def test_loha_and_lokr_of_matrices_and_convolutions_are_merged_by_their_formulas(
    adapted: AdaptedNetworks, networks: Networks, tmp_path: Path
) -> None:
    """Every other weight by LoHa, (A B) * (C D), the rest by LoKr, a Kronecker product of a small matrix."""
    before, expected = state(networks.unet), state(networks.unet)
    tensors: dict[str, Tensor] = {}
    for seed, (path, weight) in enumerate(weights_of(networks.unet).items()):
        name, chance = f"lora_unet_{path.replace('.', '_')}", torch.Generator().manual_seed(seed)
        out, flat = len(weight), weight[0].numel()
        if seed % 2:
            a, c = (torch.randn(out, 3, generator=chance) * 0.1 for _ in range(2))
            b, d = (torch.randn(3, flat, generator=chance) * 0.1 for _ in range(2))
            factors = {"hada_w1_a": a, "hada_w1_b": b, "hada_w2_a": c, "hada_w2_b": d, "alpha": torch.tensor(1.5)}
            added = 1.5 / 3 * (a @ b) * (c @ d)
        else:
            one = torch.randn(2, 1, generator=chance) * 0.1
            two = torch.randn(out // 2, flat, generator=chance) * 0.1
            factors = {"lokr_w1": one, "lokr_w2": two.reshape(out // 2, *weight.shape[1:])}
            added = torch.cat([one[0, 0] * two, one[1, 0] * two])
        tensors |= {f"{name}.{role}": factor for role, factor in factors.items()}
        expected[f"{path}.weight"] = weight + 0.6 * added.reshape(weight.shape)
    adapted.use_unet((Adapter(file=written(tmp_path / "h.safetensors", tensors), weight=0.6),))
    got = networks.unet.state_dict()
    assert max((got[name] - expected[name]).abs().max().item() for name in got) < 1e-5
    adapted.use_unet(())
    assert equal(state(networks.unet), before)
