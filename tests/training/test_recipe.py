"""The recipe on its miniature profile: its losses fall, a kill costs nothing, and what it exports is a model."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from tagloom.catalog import Catalog
from tagloom.diffusion import open_engine, vocabulary
from tagloom.engine import RequestInput, resolve
from tagloom.sampling import noise_levels
from training.paperdoll.train_denoiser import loss_weights, timesteps_of

ROOT = Path(__file__).parents[2]
RECIPE = [sys.executable, "-m", "training.paperdoll.recipe", "training/paperdoll/configs/miniature.toml"]


def losses(folder: Path, stage: str) -> list[float]:
    """The logged losses of a stage, in order."""
    lines = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
    return [line["loss"] for line in lines if line["stage"] == stage]


def run(folder: Path, *options: str) -> None:
    subprocess.run([*RECIPE, str(folder), *options], cwd=ROOT, env=dict(os.environ), check=True, capture_output=True)


def has_ended(process: subprocess.Popen[bytes], *, within: float) -> bool:
    """Whether a process ends within some seconds."""
    try:
        process.wait(within)
    except subprocess.TimeoutExpired:
        return False
    return True


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that was never cut."""
    folder = tmp_path_factory.mktemp("uncut")
    run(folder)
    return folder


def test_a_run_that_is_killed_goes_on_and_ends_alike(finished: Path, tmp_path: Path) -> None:
    process = subprocess.Popen([*RECIPE, str(tmp_path)], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not (tmp_path / "denoiser.json").exists() and not has_ended(process, within=0.05):
        pass
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert (tmp_path / "denoiser.json").exists()
    run(tmp_path)
    name = "export/unet/diffusion_pytorch_model.safetensors"
    ours, theirs = load_file(tmp_path / name), load_file(finished / name)
    assert all((ours[key].float() - theirs[key].float()).abs().max() < 2e-3 for key in theirs)


def test_a_run_goes_on_from_an_export_over_the_very_same_towers(finished: Path, tmp_path: Path) -> None:
    earlier, later = finished / "export", tmp_path / "export"
    run(tmp_path, "--begin-from", str(earlier), "--keeps-towers", "--steps", "5")
    kept = ("text_encoder/model.safetensors", "vae/diffusion_pytorch_model.safetensors", "vae/config.json")
    assert all((earlier / name).read_bytes() == (later / name).read_bytes() for name in kept)
    unet = "unet/diffusion_pytorch_model.safetensors"
    assert (earlier / unet).read_bytes() != (later / unet).read_bytes()
    stages = [(stage["stage"], stage["steps"]) for stage in json.loads((later / "training.json").read_text())]
    assert stages == [("autoencoder", 40), ("text_encoder", 40), ("denoiser", 60), ("denoiser", 5)]


def test_every_stage_learns(finished: Path) -> None:
    for stage, share in (("autoencoder", 0.95), ("text_encoder", 0.95), ("denoiser", 0.9)):
        first, *_, last = losses(finished, stage)
        assert last < share * first, stage
    assert (finished / "autoencoder.png").is_file()
    assert sorted(finished.glob("sheet-*.png"))


def test_the_export_is_a_model_that_paints(finished: Path) -> None:
    model = Catalog().find(str(finished / "export"))
    assert (model.width, model.text_encoder_layers, model.latent_factor) == (32, 12, 2)
    said = RequestInput(prompt="1girl, pink hair", steps=3)
    request = resolve(said, model=model, vocabulary=vocabulary(), random_seed=1, wildcards={}).request
    *_, last = open_engine(model, device="cpu").generate(request)
    assert last.picture.width == 32  # type: ignore[union-attr]  # the last event is Finished


def test_diffusers_loads_the_export(finished: Path) -> None:
    from diffusers import AutoencoderKL, UNet2DConditionModel

    unet = UNet2DConditionModel.from_pretrained(finished / "export" / "unet")
    vae = AutoencoderKL.from_pretrained(finished / "export" / "vae")
    assert unet.config.cross_attention_dim == 32
    assert vae.config.latent_channels == 4


def test_few_examples_have_little_noise_and_the_noisiest_weigh_most() -> None:
    timesteps = timesteps_of(np.linspace(0, 1, 10_000, endpoint=False))
    assert (timesteps.min(), timesteps.max()) == (0, 999)
    assert (np.diff(timesteps) >= 0).all()
    assert (timesteps < 300).mean() == pytest.approx(0.12, abs=1e-3)
    assert (timesteps >= 650).mean() == pytest.approx(0.44, abs=1e-3)
    sigmas = torch.tensor(noise_levels("scaled_linear", 0.00085, 0.012, 1000).sigmas, dtype=torch.float32)
    weights = loss_weights(sigmas)
    assert weights.mean() == pytest.approx(1, abs=1e-5)
    assert bool((weights.diff() >= 0).all())
