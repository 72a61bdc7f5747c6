"""What a machine says of itself, written by the test."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tagloom.diffusion.runtime.machine import Machine, read_machine

CPUINFO = "processor\t: 0\nmodel name\t: Example CPU\nflags\t\t: fpu avx2 avx512f avx512_bf16\n\nprocessor\t: 1\n"
PLAIN = Machine(cpu="Example CPU", instructions=frozenset({"avx2"}), cores=4, free_memory=0, has_gpu=False)


def written(root: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def test_the_cpu_and_its_instructions_are_read(tmp_path: Path) -> None:
    machine = read_machine(written(tmp_path, {"proc/cpuinfo": CPUINFO}))
    assert (machine.cpu, machine.instructions) == ("Example CPU", frozenset({"avx2", "avx512f", "avx512_bf16"}))
    assert machine.has_bf16


def test_a_machine_that_says_nothing_has_a_core_and_no_bfloat16(tmp_path: Path) -> None:
    machine = read_machine(tmp_path)
    assert machine.cores >= 1
    assert (machine.has_bf16, machine.free_memory, machine.instructions) == (False, 0, frozenset())


@pytest.mark.parametrize(
    "limit",
    [
        {"sys/fs/cgroup/cpu.max": "50000 100000\n"},
        {"sys/fs/cgroup/cpu/cpu.cfs_quota_us": "100000\n", "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n"},
    ],
)
def test_a_control_group_s_share_of_time_bounds_the_cores(limit: dict[str, str], tmp_path: Path) -> None:
    assert read_machine(written(tmp_path, limit)).cores == 1


@pytest.mark.parametrize(
    "limit", [{"sys/fs/cgroup/cpu.max": "max 100000\n"}, {"sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n"}]
)
def test_a_control_group_without_a_limit_bounds_nothing(limit: dict[str, str], tmp_path: Path) -> None:
    assert read_machine(written(tmp_path, limit)).cores == read_machine(Path("/nowhere")).cores


def test_two_threads_of_a_core_are_one(tmp_path: Path) -> None:
    topology = {f"sys/devices/system/cpu/cpu{n}/topology/{name}": "0\n" for n in range(512) for name in ("core_id",)}
    topology |= {f"sys/devices/system/cpu/cpu{n}/topology/physical_package_id": "0\n" for n in range(512)}
    assert read_machine(written(tmp_path, topology)).cores == 1


@pytest.mark.parametrize(
    ("files", "free"),
    [
        ({}, 8 << 30),
        ({"sys/fs/cgroup/memory.max": "max", "sys/fs/cgroup/memory.current": "5"}, 8 << 30),
        ({"sys/fs/cgroup/memory.max": str(3 << 30), "sys/fs/cgroup/memory.current": str(1 << 30)}, 2 << 30),
        ({"sys/fs/cgroup/memory/memory.limit_in_bytes": str((1 << 63) - 4096)}, 8 << 30),
    ],
)
def test_free_memory_is_what_the_control_group_leaves_of_the_machine_s(
    files: dict[str, str], free: int, tmp_path: Path
) -> None:
    meminfo = {"proc/meminfo": f"MemTotal: 9999999999 kB\nMemAvailable: {8 << 20} kB\n"}
    assert read_machine(written(tmp_path, meminfo | files)).free_memory == free


def test_a_gpu_is_told_by_its_driver(tmp_path: Path) -> None:
    assert read_machine(written(tmp_path, {"dev/nvidiactl": ""})).has_gpu


@pytest.mark.parametrize(
    ("instruction", "parameters", "precision"),
    [
        ("avx512_bf16", 860_000_000, "bf16"),
        ("amx_bf16", 860_000_000, "bf16"),
        ("bf16", 860_000_000, "bf16"),
        ("avx2", 860_000_000, "fp32"),
        ("avx512_bf16", 7_000_000, "fp32"),
    ],
)
def test_large_networks_compute_in_bfloat16_where_the_cpu_has_it(instruction: str, parameters: int, precision: str) -> None:
    machine = Machine(cpu="", instructions=frozenset({instruction}), cores=1, free_memory=0, has_gpu=False)
    assert machine.precision(parameters) == precision
