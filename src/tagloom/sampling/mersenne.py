"""Normal noise as torch's CPU generator draws it, without torch: Mersenne Twister 19937 and a blocked Box-Muller.

Matsumoto and Nishimura 1998 for the generator; the blocks of 16 are those of torch's `normal_fill`.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

_BLOCK: Final = 16
_MANTISSA: Final = (1 << 24) - 1


def torch_cpu_normal(seed: int, draw: int, count: int) -> NDArray[np.float32]:
    """The `draw`-th (from 0) of equally large draws `torch.randn(count, generator=...)` on the CPU, float32.

    Only the lower 32 bits of `seed` matter, as in torch. `count` must be at least 16: below, torch draws otherwise.
    """
    assert count >= _BLOCK
    generator = np.random.RandomState(seed & 0xFFFFFFFF)  # the twister alone; numpy's own distributions are not used
    used = count + (_BLOCK if count % _BLOCK else 0)
    words = generator.randint(0, 1 << 32, size=(draw + 1) * used, dtype=np.uint32)[-used:]
    uniform = (words & np.uint32(_MANTISSA)).astype(np.float32) / np.float32(1 << 24)
    whole = count - count % _BLOCK
    values = np.empty(count, dtype=np.float32)
    values[:whole] = _box_muller(uniform[:whole])
    if count % _BLOCK:
        # torch draws the last 16 values anew when the size is no multiple of 16.
        values[-_BLOCK:] = _box_muller(uniform[count:])
    return values


def _box_muller(uniform: NDArray[np.float32]) -> NDArray[np.float32]:
    """Blocks of 16 uniforms -> 16 normals: the first 8 give radii, the last 8 angles."""
    blocks = uniform.reshape(-1, 2, _BLOCK // 2)
    radius = np.sqrt(np.float32(-2) * np.log(np.float32(1) - blocks[:, 0]))
    angle = np.float32(2 * np.pi) * blocks[:, 1]
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1).reshape(-1)
