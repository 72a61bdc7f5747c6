"""Noise: published vectors, torch's own, and independence of what was drawn before."""

import numpy as np
import pytest
import torch

from tagloom.sampling import NoiseSource
from tagloom.sampling.mersenne import torch_cpu_normal
from tagloom.sampling.philox import cuda_normal, philox

ONES = 0xFFFFFFFF
# Random123's kat_vectors, philox4x32 with 10 rounds: counter, key, result.
KNOWN_ANSWERS = [
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((ONES,) * 4, (ONES, ONES), (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


@pytest.mark.parametrize(("counter", "key", "expected"), KNOWN_ANSWERS)
def test_philox_gives_the_published_words(counter: tuple[int, ...], key: tuple[int, int], expected: tuple[int, ...]) -> None:
    words = philox(np.array(counter, dtype=np.uint32)[:, None], key)
    assert tuple(int(word) for word in words[:, 0]) == expected


@pytest.mark.parametrize("seed", [0, 42, 2**32 - 1, 2**40 + 7, 2**64 - 1])
def test_philox_noise_is_standard_normal(seed: int) -> None:
    values = cuda_normal(seed, 3, 100_000)
    assert abs(values.mean()) < 0.015
    assert abs(values.std() - 1) < 0.01
    assert np.isfinite(values).all()


def test_draws_steps_and_streams_of_philox_are_unrelated() -> None:
    source = NoiseSource(kind="philox", seed=1, shape=(4, 64, 64))
    draws = [source.initial(), source.at(0), source.at(1), source.at(0, 1), source.at(1, 1)]
    correlations = np.corrcoef([draw.ravel() for draw in draws])
    assert np.abs(correlations - np.eye(5)).max() < 0.03


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("shape", [(4, 64, 64), (4, 96, 128), (4, 3, 5)])
def test_philox_noise_equals_torch_on_cuda(shape: tuple[int, int, int]) -> None:
    generator = torch.Generator("cuda").manual_seed(1234)
    source = NoiseSource(kind="philox", seed=1234, shape=shape)
    drawn = [torch.randn(shape, generator=generator, device="cuda").cpu().numpy() for _ in range(2)]
    assert np.allclose(source.initial(), drawn[0], atol=1e-5)
    assert np.allclose(source.at(0), drawn[1], atol=1e-5)


@pytest.mark.parametrize("seed", [0, 42, 2**32 + 5, 2**40 + 7, 2**63])
@pytest.mark.parametrize("count", [16, 17, 31, 64, 100, 4096])
def test_cpu_noise_equals_torch_draw_after_draw(seed: int, count: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    for draw in range(3):
        expected = torch.randn(count, generator=generator).numpy()
        assert np.allclose(torch_cpu_normal(seed, draw, count), expected, atol=1e-6)
