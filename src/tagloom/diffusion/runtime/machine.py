"""What the machine says of itself -> the facts that runtimes are chosen by: its CPU, its cores, its memory, its GPU."""

import math
import os
import platform
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_BF16: Final = frozenset({"avx512_bf16", "amx_bf16", "bf16"})  # x86's two, ARM's
_WIDE: Final = frozenset({"avx512f", "avx2", "sve", "asimd"})
_LARGE: Final = 100_000_000
_UNLIMITED: Final = 1 << 60  # cgroups write "no limit" as a number of this size


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """`cores` are physical ones that this process may use, at least 1; `free_memory` is in bytes, 0 where it is not known.

    `instructions` are the kernel's names of the CPU's instruction sets, of those that matter here.
    """

    cpu: str
    instructions: frozenset[str]
    cores: int
    free_memory: int
    has_gpu: bool

    @property
    def has_bf16(self) -> bool:
        """The CPU multiplies bfloat16."""
        return bool(self.instructions & _BF16)

    def precision(self, parameters: int) -> str:
        """The number format for a U-Net of so many parameters: where the CPU has it bfloat16, which is twice as fast; but
        float32 for a small one, which is fast enough and whose pictures bfloat16 changes visibly."""
        return "bf16" if self.has_bf16 and parameters >= _LARGE else "fp32"


def read_machine(root: Path = Path("/")) -> Machine:
    """This machine; `root` is where Linux describes itself (`proc`, `sys`, `dev`). What is not told counts as not there."""
    info = _lines(root / "proc/cpuinfo")
    flags = frozenset(_value(info, "flags", "Features").split())
    return Machine(
        cpu=_value(info, "model name", "CPU part") or platform.processor() or platform.machine(),
        instructions=flags & (_BF16 | _WIDE),
        cores=_cores(root),
        free_memory=_free_memory(root),
        has_gpu=(root / "dev/nvidiactl").exists() or (sys.platform == "darwin" and platform.machine() == "arm64"),
    )


def _cores(root: Path) -> int:
    """Physical cores, no more than this process may run on and its cgroup grants the time of."""
    usable = os.sched_getaffinity(0) if sys.platform == "linux" else set(range(os.cpu_count() or 1))
    physical = {_place(root / f"sys/devices/system/cpu/cpu{number}/topology", number) for number in usable}
    return max(1, math.ceil(min(len(physical), _quota(root / "sys/fs/cgroup"))))


def _place(topology: Path, number: int) -> tuple[str, str]:
    """Where a CPU sits; two that sit in one place share a core."""
    core, package = (_lines(topology / name) for name in ("core_id", "physical_package_id"))
    return (core[0], package[0]) if core and package else (str(number), "")


def _quota(cgroup: Path) -> float:
    """The CPUs' worth of time that a control group grants; infinite where it sets no limit."""
    with suppress(ValueError, IndexError):
        quota, period = _lines(cgroup / "cpu.max")[0].split()  # "max 100000", or microseconds in every period
        return math.inf if quota == "max" else int(quota) / int(period)
    with suppress(ValueError, IndexError):
        micros = int(_lines(cgroup / "cpu/cpu.cfs_quota_us")[0])
        return math.inf if micros < 0 else micros / int(_lines(cgroup / "cpu/cpu.cfs_period_us")[0])
    return math.inf


def _free_memory(root: Path) -> int:
    available = _value(_lines(root / "proc/meminfo"), "MemAvailable").split()
    free = int(available[0]) * 1024 if available else 0
    cgroup = root / "sys/fs/cgroup"
    for most, used in (("memory.max", "memory.current"), ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes")):
        with suppress(ValueError, IndexError):
            limit = int(_lines(cgroup / most)[0])
            free = free if limit >= _UNLIMITED else min(free, limit - int(_lines(cgroup / used)[0]))
    return max(free, 0)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []


def _value(lines: list[str], *names: str) -> str:
    """What stands behind the first of `name : value`."""
    for line in lines:
        name, _, value = line.partition(":")
        if name.strip() in names:
            return value.strip()
    return ""
