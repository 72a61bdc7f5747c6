"""Pictures that are rings, and decoding band by band: translation, and equality with the whole."""

from pathlib import Path

import pytest
import torch
from torch import Tensor

from benchmarks.living_tensors import peak_of
from tagloom.choices import Tiling
from tagloom.diffusion.networks import Autoencoder, AutoencoderConfig, UNet, decode_in_bands
from tagloom.diffusion.weights import load_folder
from tagloom.engine import ModelFacts

AXES: list[tuple[Tiling, tuple[int, ...]]] = [("x", (3,)), ("y", (2,)), ("both", (2, 3))]


@pytest.fixture(scope="module")
def unet(paperdoll: ModelFacts) -> UNet:
    return load_folder(Path(paperdoll.path)).unet.float()


@pytest.fixture(scope="module")
def autoencoder(paperdoll: ModelFacts) -> Autoencoder:
    return load_folder(Path(paperdoll.path)).autoencoder.float()


@pytest.fixture(scope="module")
def attending() -> Autoencoder:
    """What the bundled one lacks: attention in the middle, a level that keeps its channels, four resolutions."""
    torch.manual_seed(0)
    config = AutoencoderConfig(
        latent_channels=4,
        channels=(16, 32, 32, 32),
        residual_blocks=2,
        groups=8,
        middle_attention=True,
        quantisers=False,
        scaling_factor=0.5,
        shift_factor=0.1,
    )
    return Autoencoder(config).eval()


def far(got: Tensor, expected: Tensor) -> float:
    """The largest difference, as a share of the largest value."""
    return float((got - expected).abs().max() / expected.abs().max())


@pytest.mark.parametrize(("tiling", "axes"), AXES)
@torch.inference_mode()
def test_the_u_net_s_prediction_moves_with_a_ring(tiling: Tiling, axes: tuple[int, ...], unet: UNet) -> None:
    torch.manual_seed(0)
    latents, context = torch.randn(2, 4, 16, 16), torch.randn(2, 77, 192)
    times = torch.tensor([900.0, 30.0])
    for axis in (2, 3):
        moved = unet(latents.roll(8, axis), times, context, None, tiling)
        distance = far(moved.roll(-8, axis), unet(latents, times, context, None, tiling))
        assert distance < 1e-5 if axis in axes else distance > 1e-2, distance


@pytest.mark.parametrize(("tiling", "axes"), AXES)
@torch.inference_mode()
def test_what_is_decoded_and_encoded_moves_with_a_ring(
    tiling: Tiling, axes: tuple[int, ...], autoencoder: Autoencoder
) -> None:
    torch.manual_seed(0)
    latents = torch.randn(1, 4, 12, 12)
    pixels = autoencoder.decode(latents, tiling)
    for axis in (2, 3):
        moved = autoencoder.decode(latents.roll(5, axis), tiling)
        seen_again = autoencoder.encode(pixels.roll(20, axis), tiling).roll(-5, axis)
        distances = [
            far(moved.roll(-20, axis), pixels),
            far(seen_again, autoencoder.encode(pixels, tiling)),
        ]
        assert max(distances) < 1e-5 if axis in axes else min(distances) > 1e-3, distances


@torch.inference_mode()
def test_no_call_leaves_a_trace_in_the_networks(unet: UNet, autoencoder: Autoencoder) -> None:
    torch.manual_seed(0)
    latents, context, times = torch.randn(1, 4, 16, 16), torch.randn(1, 77, 192), torch.tensor([500.0])
    before = unet(latents, times, context), autoencoder.decode(latents)
    unet(latents, times, context, None, "both")
    autoencoder.decode(latents, "both")
    after = unet(latents, times, context), autoencoder.decode(latents)
    assert all(torch.equal(one, other) for one, other in zip(before, after, strict=True))


@pytest.mark.parametrize("tiling", ["off", "x", "y", "both"])
@pytest.mark.parametrize("band", [1, 700, 5_000, 10**9])
@torch.inference_mode()
def test_decoding_band_by_band_is_decoding_the_whole(tiling: Tiling, band: int, attending: Autoencoder) -> None:
    torch.manual_seed(1)
    latents = torch.randn(1, 4, 6, 5)
    assert far(decode_in_bands(attending, latents, tiling, band=band), attending.decode(latents, tiling)) < 1e-5


@pytest.mark.parametrize("size", [(16, 16), (9, 20), (1, 1)])
@torch.inference_mode()
def test_the_bundled_autoencoder_decodes_the_same_in_bands(size: tuple[int, int], autoencoder: Autoencoder) -> None:
    torch.manual_seed(1)
    latents = torch.randn(1, 4, *size)
    assert far(decode_in_bands(autoencoder, latents, band=20_000), autoencoder.decode(latents)) < 1e-5


@torch.inference_mode()
def test_in_half_precision_bands_err_no_more_than_the_whole(attending: Autoencoder) -> None:
    torch.manual_seed(1)
    latents = torch.randn(1, 4, 8, 8)
    exact = attending.decode(latents)
    half = Autoencoder(attending.config).eval()
    half.load_state_dict(attending.state_dict())
    half.to(torch.bfloat16)
    whole, banded = half.decode(latents.bfloat16()), decode_in_bands(half, latents.bfloat16(), band=5_000)
    assert far(banded.float(), exact) < 1.2 * far(whole.float(), exact)


def test_bands_take_less_than_half_of_the_memory(attending: Autoencoder) -> None:
    latents = torch.randn(1, 4, 24, 24)
    whole = peak_of(lambda: attending.decode(latents))
    banded = peak_of(lambda: decode_in_bands(attending, latents, band=20_000))
    assert banded < whole / 2
