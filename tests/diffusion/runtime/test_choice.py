"""Which runtime is taken, and what is said of it."""

from dataclasses import replace

import pytest

from tagloom.diffusion.runtime.choice import Choice, Installed, choose
from tagloom.errors import RuntimeUnavailableError
from tests.diffusion.runtime.test_machine import PLAIN

BOTH = Installed(openvino="2026.4", has_torch=True)


def chosen(
    wanted: str = "auto",
    *,
    device: str = "auto",
    precision: str = "auto",
    has_cache: bool = True,
    has_gpu: bool = False,
    installed: Installed = BOTH,
) -> Choice:
    machine = replace(PLAIN, has_gpu=has_gpu)
    return choose(wanted, device=device, precision=precision, has_cache=has_cache, machine=machine, installed=installed)


def test_openvino_is_taken_on_a_cpu() -> None:
    assert chosen() == Choice(name="openvino", reason="the fastest on a CPU")
    assert chosen(device="cpu", has_gpu=True).name == "openvino"
    assert chosen(has_gpu=True, installed=replace(BOTH, has_torch=False)).name == "openvino"


def test_torch_is_taken_when_asked_for() -> None:
    assert chosen("torch") == Choice(name="torch", reason="it was asked for")
    assert chosen("compiled", device="cuda") == Choice(name="compiled", reason="it was asked for")


@pytest.mark.parametrize("wanted", ["auto", "openvino"])
@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"device": "cuda"}, "openvino computes on the CPU, not on cuda"),
        ({"has_gpu": True}, "a GPU is faster; --device cpu leaves it alone"),
        ({"installed": replace(BOTH, openvino="")}, "openvino is not installed: pip install 'tagloom[openvino]'"),
        ({"precision": "fp16"}, "openvino computes in fp32 or bf16 on a CPU"),
        ({"has_cache": False}, "openvino needs a cache folder"),
    ],
)
def test_torch_stands_in_where_openvino_cannot_be(wanted: str, settings: dict[str, object], reason: str) -> None:
    expected = Choice(name="torch", reason=reason, is_second_best=wanted == "openvino")
    assert chosen(wanted, **settings) == expected  # type: ignore[arg-type]  # one setting of several types


def test_an_unknown_runtime_is_refused() -> None:
    with pytest.raises(RuntimeUnavailableError, match="no runtime 'abacus'.*auto, torch, compiled, openvino"):
        chosen("abacus")
