"""Checkpoints: files small enough to carry, and never half a state."""

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from training.paperdoll.checkpoint import LARGEST, read_checkpoint, save_checkpoint
from training.paperdoll.loop import Training, load_average, train
from training.paperdoll.profile import Stage


def test_a_state_is_cut_into_small_files_and_comes_back(tmp_path: Path) -> None:
    state = {f"t{number}": torch.full((1 << 20,), float(number)) for number in range(9)}  # 4 MiB each
    save_checkpoint(tmp_path, "net", state, 1)
    save_checkpoint(tmp_path, "net", state, 7)
    files = [*tmp_path.glob("net-*.safetensors")]
    assert len(files) == 3
    assert all(file.stat().st_size < LARGEST + 4096 and "-000007-" in file.name for file in files)
    found = read_checkpoint(tmp_path, "net")
    assert found is not None
    tensors, step = found
    assert step == 7
    assert all(torch.equal(tensors[name], tensor) for name, tensor in state.items())
    assert read_checkpoint(tmp_path, "other") is None


def test_a_save_that_is_cut_leaves_the_state_before_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_checkpoint(tmp_path, "net", {"a": torch.ones(3)}, 1)

    def cut(*_arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", cut)
    with pytest.raises(KeyboardInterrupt):
        save_checkpoint(tmp_path, "net", {"a": torch.zeros(3)}, 2)
    found = read_checkpoint(tmp_path, "net")
    assert found is not None
    assert found[1] == 1
    assert torch.equal(found[0]["a"], torch.ones(3))


@pytest.mark.parametrize("keeps_optimizer", [True, False])
def test_training_goes_on_from_both_kinds_of_checkpoint(keeps_optimizer: bool, tmp_path: Path) -> None:
    def run(steps: int) -> nn.Linear:
        torch.manual_seed(1)
        network = nn.Linear(4, 1)

        def loss(step: int) -> Tensor:
            inputs = torch.randn(16, 4, generator=torch.Generator().manual_seed(step))
            error: Tensor = network(inputs) - inputs.sum(dim=1, keepdim=True)
            return error.square().mean()

        train(
            Training(
                name="net",
                network=network,
                stage=Stage(steps=steps, batch=16, learning_rate=0.05),
                folder=tmp_path,
                minutes_between_checkpoints=10,
                device="cpu",
                keeps_optimizer=keeps_optimizer,
                loss=loss,
                show=lambda _step: None,
            )
        )
        return network

    run(100)
    trained = run(300)
    assert (trained.weight - 1).abs().max() < 0.1
    again = nn.Linear(4, 1)
    assert load_average(tmp_path, "net", again) == 300
    assert torch.allclose(again.weight, trained.weight, atol=1e-2)
    found = read_checkpoint(tmp_path, "net")
    assert found is not None
    assert any(name.startswith("optimizer.") for name in found[0]) is keeps_optimizer


def test_a_missing_checkpoint_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no checkpoint of denoiser"):
        load_average(tmp_path, "denoiser", nn.Linear(1, 1))
