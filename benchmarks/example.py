"""What the benchmarks paint: the tutorial's example."""

from typing import Final

PROMPT: Final = "1girl, pink hair, upper body, green_shirt, sky blue eyes"
NEGATIVE: Final = "extra hand, extra leg"
