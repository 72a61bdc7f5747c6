"""The counter-based generator Philox4x32-10, and normal noise from it as CUDA draws it.

Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3" (SC 2011). Being counter-based, any draw can be had without
the draws before it.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

_ROUNDS: Final = 10
_MULTIPLIERS: Final = (0xD2511F53, 0xCD9E8D57)
_WEYL: Final = (0x9E3779B9, 0xBB67AE85)
_LOW: Final = np.uint64(0xFFFFFFFF)
_32: Final = np.uint64(32)

Words = NDArray[np.uint32]


def philox(counter: Words, key: tuple[int, int]) -> Words:
    """Ten rounds over counters (4, n) of 32-bit words under a key of two words; gives (4, n) random words."""
    c0, c1, c2, c3 = (row.astype(np.uint64) for row in counter)
    k0, k1 = key
    for _ in range(_ROUNDS):
        product0 = c0 * np.uint64(_MULTIPLIERS[0])
        product1 = c2 * np.uint64(_MULTIPLIERS[1])
        c0 = (product1 >> _32) ^ c1 ^ np.uint64(k0)
        c1 = product1 & _LOW
        c2 = (product0 >> _32) ^ c3 ^ np.uint64(k1)
        c3 = product0 & _LOW
        k0, k1 = (k0 + _WEYL[0]) & 0xFFFFFFFF, (k1 + _WEYL[1]) & 0xFFFFFFFF
    return np.stack([c0, c1, c2, c3]).astype(np.uint32)


def cuda_normal(seed: int, offset: int, count: int, stream: int = 0) -> NDArray[np.float32]:
    """`count` standard normal float32 values, as `torch.randn` gives them on a CUDA device.

    `seed` is the 64-bit key; `offset` counts the tensors drawn before from the same generator; element i has the
    subsequence i. This equals CUDA while one thread draws one element, which holds for tensors of up to about a million
    elements on current devices. `stream` other than 0 is a sequence of its own, which CUDA does not draw from.
    """
    counter = np.zeros((4, count), dtype=np.uint32)
    counter[0] = offset
    counter[1] = stream
    counter[2] = np.arange(count, dtype=np.uint32)
    words = philox(counter, (seed & 0xFFFFFFFF, seed >> 32))
    return _box_muller(words[0], words[1])


def _box_muller(x: Words, y: Words) -> NDArray[np.float32]:
    """The first of the two normals that curand's `_curand_box_muller` makes of two random words."""
    u = x.astype(np.float32) * np.float32(2.3283064e-10) + np.float32(2.3283064e-10 / 2)
    v = y.astype(np.float32) * np.float32(2.3283064e-10 * 2 * np.pi) + np.float32(2.3283064e-10 * np.pi)
    normals: NDArray[np.float32] = np.sqrt(np.float32(-2) * np.log(u)) * np.sin(v)
    return normals
