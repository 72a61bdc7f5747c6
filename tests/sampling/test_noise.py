"""Noise: published vectors, torch's own, and independence of what was drawn before."""

import numpy as np
import pytest
import torch

from tagloom.sampling import NoiseSource, Variation
from tagloom.sampling.mersenne import torch_cpu_normal
from tagloom.sampling.noise import between
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


SHAPE = (4, 24, 16)


def varied(strength: float, seed: int = 2, *, in_steps: bool = True) -> NoiseSource:
    return NoiseSource(
        kind="philox", seed=1, shape=SHAPE, variation=Variation(seed=seed, strength=strength, in_steps=in_steps)
    )


def test_a_variation_of_no_strength_is_the_seed_s_own_noise_and_of_full_strength_the_other_s() -> None:
    own, other = (NoiseSource(kind="philox", seed=seed, shape=SHAPE) for seed in (1, 2))
    for draw in (NoiseSource.initial, lambda source: source.at(3), lambda source: source.at(3, 1)):
        assert draw(varied(0.0)).tobytes() == draw(own).tobytes()
        assert draw(varied(1.0)).tobytes() == draw(other).tobytes()


def test_a_variation_is_the_spherical_interpolation_of_every_column() -> None:
    """Shoemake's formula, and with it a1111's: vectors along the height."""
    own, other = (NoiseSource(kind="philox", seed=seed, shape=SHAPE).initial().astype(np.float64) for seed in (1, 2))
    got = varied(0.3).initial()
    for channel in range(4):
        for column in range(SHAPE[2]):
            a, b = own[channel, :, column], other[channel, :, column]
            angle = np.arccos(a @ b / np.sqrt(a @ a) / np.sqrt(b @ b))
            expected = (np.sin(0.7 * angle) * a + np.sin(0.3 * angle) * b) / np.sin(angle)
            assert np.allclose(got[channel, :, column], expected, atol=2e-6)


def test_varied_noise_stays_standard_normal() -> None:
    own, other = (cuda_normal(seed, 0, 4 * 128 * 128).reshape(4, 128, 128) for seed in (1, 2))
    values = between(own, other, 0.5)
    assert abs(values.mean()) < 0.015
    assert abs(values.std() - 1) < 0.015


def test_between_parallel_columns_there_is_only_the_straight_way() -> None:
    own = cuda_normal(1, 0, 4 * 2 * 8).reshape(4, 2, 8)
    assert np.allclose(between(own, own, 0.4), own, atol=1e-6)
    assert np.isfinite(between(own, -own, 0.5)).all()
    assert between(own, -own, 1.0).tobytes() == (-own).tobytes()


def test_a_variation_may_leave_the_steps_alone_as_a1111_does() -> None:
    own, got = NoiseSource(kind="philox", seed=1, shape=SHAPE), varied(0.5, in_steps=False)
    assert got.at(2).tobytes() == own.at(2).tobytes()
    assert got.initial().tobytes() == varied(0.5).initial().tobytes()


@pytest.mark.parametrize(
    ("seed_shape", "inner", "outer"),
    [
        ((4, 12, 8), (slice(0, 12), slice(0, 8)), (slice(6, 18), slice(4, 12))),
        ((4, 30, 20), (slice(3, 27), slice(2, 18)), (slice(0, 24), slice(0, 16))),
        ((4, 30, 8), (slice(3, 27), slice(0, 8)), (slice(0, 24), slice(4, 12))),
    ],
)
def test_noise_of_another_size_stands_in_the_middle_of_the_seed_s_own(
    seed_shape: tuple[int, int, int], inner: tuple[slice, slice], outer: tuple[slice, slice]
) -> None:
    source = NoiseSource(kind="philox", seed=1, shape=SHAPE)
    expected = source.initial()
    expected[:, *outer] = NoiseSource(kind="philox", seed=1, shape=seed_shape).initial()[:, *inner]
    got = NoiseSource(kind="philox", seed=1, shape=SHAPE, seed_shape=seed_shape)
    assert got.initial().tobytes() == expected.tobytes()
    assert got.at(5).tobytes() == source.at(5).tobytes()


def test_noise_of_the_same_size_is_the_noise() -> None:
    source = NoiseSource(kind="cpu", seed=1, shape=SHAPE)
    assert NoiseSource(kind="cpu", seed=1, shape=SHAPE, seed_shape=SHAPE).initial().tobytes() == source.initial().tobytes()
