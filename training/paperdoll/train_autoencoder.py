"""Pictures -> the autoencoder: crops are rebuilt with little loss of sharpness, from latents of about unit variance."""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from torch.nn import functional

from tagloom.diffusion.networks import Autoencoder
from tagloom.diffusion.weights import load_folder
from training.paperdoll.loop import Training, begin_with, train
from training.paperdoll.profile import Profile

_KL_WEIGHT = 1e-3
_ENCODED_AT_ONCE = 64


def train_autoencoder(profile: Profile, drawn: NDArray[np.uint8], folder: Path, begin_from: Path | None) -> Autoencoder:
    """Train the autoencoder; `begin_from` is a diffusers folder whose weights it may start with, if they fit."""
    torch.manual_seed(0)
    network = Autoencoder(profile.autoencoder_config(1.0))
    if begin_from is not None:
        begin_with(network, load_folder(begin_from).autoencoder)
    crop = min(64, profile.size)

    def loss(step: int) -> Tensor:
        rng = np.random.default_rng((11, step))
        pixels = _crops(drawn, rng, profile.autoencoder.batch, crop).to(profile.device)
        with profile.autocast():
            mean, log_variance = network.moments(pixels)
            noise = torch.from_numpy(rng.standard_normal(mean.shape).astype(np.float32)).to(profile.device)
            rebuilt = network.decode(mean + noise * (0.5 * log_variance).exp()).float()
        mean, log_variance = mean.float(), log_variance.float()
        divergence = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).mean()
        return _difference(rebuilt, pixels) + _KL_WEIGHT * divergence

    def show(step: int) -> None:
        with torch.inference_mode():
            pixels = _pixels(drawn[:8])
            rebuilt = network.decode(network.encode(pixels.to(profile.device))).cpu()
        error = (rebuilt.clamp(-1, 1) - pixels).square().mean() / 4
        psnr = float(-10 * error.log10())
        rows = torch.cat([torch.cat([*pixels], dim=2), torch.cat([*rebuilt.clamp(-1, 1)], dim=2)], dim=1)
        picture = (rows * 127.5 + 127.5).round().to(torch.uint8).permute(1, 2, 0).numpy()
        Image.fromarray(picture).save(folder / "autoencoder.png")
        print(f"autoencoder step {step}: PSNR {psnr:.2f} dB on 8 training pictures", flush=True)

    minutes = profile.minutes_between_checkpoints
    train(
        Training(
            name="autoencoder",
            network=network,
            stage=profile.autoencoder,
            folder=folder,
            minutes_between_checkpoints=minutes,
            device=profile.device,
            keeps_optimizer=profile.keeps_optimizer,
            loss=loss,
            show=show,
        )
    )
    return network.eval()


def encode_all(network: Autoencoder, drawn: NDArray[np.uint8], folder: Path, device: str) -> tuple[Tensor, float]:
    """All unscaled latents (n, 4, h, w) float16, encoded once, and the factor that scales them to unit variance."""
    path = folder / "latents.npy"
    if not path.exists():
        starts = range(0, len(drawn), _ENCODED_AT_ONCE)
        with torch.inference_mode():
            batches = (network.moments(_pixels(drawn[start : start + _ENCODED_AT_ONCE]).to(device))[0] for start in starts)
            encoded = [batch.to(torch.float16).cpu().numpy() for batch in batches]
        half = folder / "latents.half.npy"
        np.save(half, np.concatenate(encoded))
        half.replace(path)
    latents = torch.from_numpy(np.load(path))
    scaling_factor = 1 / float(latents[:2000].float().std())
    return latents, scaling_factor


def _crops(drawn: NDArray[np.uint8], rng: np.random.Generator, batch: int, crop: int) -> Tensor:
    numbers = rng.integers(len(drawn), size=batch)
    corners = rng.integers(drawn.shape[1] - crop + 1, size=(batch, 2))
    cut = [drawn[n, y : y + crop, x : x + crop] for n, (y, x) in zip(numbers, corners, strict=True)]
    return _pixels(np.stack(cut))


def _pixels(pictures: NDArray[np.uint8]) -> Tensor:
    """(n, H, W, 3) bytes to (n, 3, H, W) in [-1, 1]."""
    return torch.from_numpy(np.array(pictures)).permute(0, 3, 1, 2).float() / 127.5 - 1


def _difference(rebuilt: Tensor, pixels: Tensor) -> Tensor:
    """Absolute and squared error, and the error of gradients, which keeps outlines sharp."""
    error = rebuilt - pixels
    across, down = error.diff(dim=3).abs().mean(), error.diff(dim=2).abs().mean()
    return functional.l1_loss(rebuilt, pixels) + error.square().mean() + across + down
