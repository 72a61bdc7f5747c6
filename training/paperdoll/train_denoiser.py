"""Latents and contexts -> the U-Net: it tells the noise in noisy latents (Ho et al. 2020).

Min-SNR weighting: Hang et al. 2023, gamma = 5. The noise schedule is Stable Diffusion's.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from tagloom.diffusion.networks import Autoencoder, TextEncoder, UNet
from tagloom.diffusion.weights import load_folder
from tagloom.sampling import NoiseSource, noise_levels
from training.paperdoll.loop import Training, begin_with, train
from training.paperdoll.profile import Profile
from training.paperdoll.train_text_encoder import contexts, token_ids

_GAMMA = 5.0
_TILT = 0.75
_QUIET = 300
_QUIET_SHARE = 0.12
_SHEET = (
    "1girl, pink hair, upper body, green_shirt, sky blue eyes",
    "1boy, blue hair, portrait, smile, glasses",
    "1girl, long hair, black hair, red dress, full body, beach",
    "fox girl, orange hair, fox ears, forest, half-length",
    "1girl, twintails, purple hair, yellow t-shirt, city, night",
    "1boy, green hair, white shirt, full body, mountain",
    "a house",
    "a tree, autumn",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """Unit-variance latents (n, 4, h, w), and their captions' contexts (n, captions, 77, C)."""

    latents: Tensor
    contexts: Tensor


def train_denoiser(profile: Profile, examples: Examples, sheet: "Sheet", folder: Path, begin_from: Path | None) -> UNet:
    """Train the U-Net; `begin_from` is a diffusers folder whose weights it may start with, if they fit."""
    torch.manual_seed(0)
    network = UNet(profile.unet_config())
    latents, encoded = examples.latents, examples.contexts
    if begin_from is not None:
        begin_with(network, load_folder(begin_from).unet)
    sigmas = torch.tensor(noise_levels("scaled_linear", 0.00085, 0.012, 1000).sigmas, dtype=torch.float32)
    weights = loss_weights(sigmas).to(profile.device)

    def loss(step: int) -> Tensor:
        rng = np.random.default_rng((13, step))
        batch = profile.denoiser.batch
        numbers = torch.from_numpy(rng.integers(len(latents), size=batch))
        clean = latents[numbers].float()
        timesteps = torch.from_numpy(timesteps_of((rng.permutation(batch) + rng.random(batch)) / batch))
        noise = torch.from_numpy(rng.standard_normal(clean.shape).astype(np.float32))
        sigma = sigmas[timesteps][:, None, None, None]
        noisy = (clean + sigma * noise) / (1 + sigma.square()).sqrt()
        choice = torch.from_numpy(rng.integers(encoded.shape[1], size=batch))
        text = encoded[numbers, choice].float()
        here = profile.device
        with profile.autocast():
            told = network(noisy.to(here), timesteps.float().to(here), text.to(here)).float()
        error: Tensor = (told - noise.to(here)).square().mean(dim=(1, 2, 3))
        return (error * weights[timesteps.to(here)]).mean()

    train(
        Training(
            name="denoiser",
            network=network,
            stage=profile.denoiser,
            folder=folder,
            minutes_between_checkpoints=profile.minutes_between_checkpoints,
            device=profile.device,
            keeps_optimizer=profile.keeps_optimizer,
            loss=loss,
            show=lambda step: sheet.paint(network, step),
        )
    )
    return network.cpu().eval()


def timesteps_of(shares: NDArray[np.float64]) -> NDArray[np.int64]:
    """Numbers spread over [0, 1) to timesteps 0 .. 999; few of them are below 300, where what is painted is long decided."""
    quiet = shares / _QUIET_SHARE * _QUIET
    loud = _QUIET + (shares - _QUIET_SHARE) / (1 - _QUIET_SHARE) * (1000 - _QUIET)
    return np.where(shares < _QUIET_SHARE, quiet, loud).astype(np.int64)


def loss_weights(sigmas: Tensor) -> Tensor:
    """The weight of the error of predicted noise at each noise level, 1 on average.

    Min-SNR, min(SNR, gamma) / SNR, asks little of low noise. But an error e of the picture is an error of only e / sigma of
    the noise, so that colours and layout, which must be taken from the text at high noise, hardly count: a factor of
    (1 + sigma^2)^0.75, on the way to the loss of v-prediction (Salimans and Ho 2022; an exponent of 1), gives them weight.
    """
    min_snr = torch.minimum(_GAMMA * sigmas.square(), torch.ones(())).clamp(min=0.02)
    weights = min_snr * (1 + sigmas.square()) ** _TILT
    return weights / weights.mean()


class Sheet:
    """The sample sheet: fixed prompts and noise, 20 Euler steps at guidance 5."""

    def __init__(self, tower: TextEncoder, autoencoder: Autoencoder, side: int, folder: Path) -> None:
        """`side` is the latents' own."""
        with torch.inference_mode():
            self._texts = contexts(tower, torch.tensor([token_ids(text) for text in _SHEET]))
            self._empty = contexts(tower, torch.tensor([token_ids("")])).expand_as(self._texts)
        self._autoencoder, self._side, self._folder = autoencoder, side, folder

    def paint(self, network: UNet, step: int) -> None:
        """Write the sheet of a U-Net at a step."""
        levels = noise_levels("scaled_linear", 0.00085, 0.012, 1000)
        steps = np.linspace(999, 0, 20).tolist()
        sigmas = [*(levels.sigma(timestep) for timestep in steps), 0.0]
        shape = (4, self._side, self._side)
        noise = [NoiseSource(kind="philox", seed=seed, shape=shape).initial() for seed in range(len(_SHEET))]
        x = torch.from_numpy(np.stack(noise)) * sigmas[0]
        here = next(network.parameters()).device
        texts = torch.cat([self._texts, self._empty]).to(here)
        with torch.inference_mode():
            for timestep, sigma, after in zip(steps, sigmas, sigmas[1:], strict=False):
                times = torch.full((2 * len(x),), timestep, device=here)
                rows = torch.cat([x, x]).to(here) / (1 + sigma**2) ** 0.5
                told, empty = network(rows, times, texts).cpu().chunk(2)
                x = x + (empty + 5 * (told - empty)) * (after - sigma)
            pixels = self._autoencoder.decode(x).clamp(-1, 1)
        picture = torch.cat([*pixels], dim=2).permute(1, 2, 0) * 127.5 + 127.5
        Image.fromarray(picture.round().to(torch.uint8).numpy()).save(self._folder / f"sheet-{step:06}.png")
