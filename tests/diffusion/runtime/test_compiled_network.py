"""torch.compile's stand-in: what happens where there is no compiler."""

import pytest
import torch
from torch import Tensor, nn

from tagloom.diffusion.runtime.compiled_network import CompiledNetwork, Forward, torch_compile
from tests.diffusion.runtime.test_openvino import Heard


def test_a_network_that_cannot_be_compiled_runs_as_it_is_and_one_line_says_so() -> None:
    def compile_network(_: nn.Module) -> Forward:
        def forward(*_: Tensor) -> Tensor:
            raise RuntimeError("InvalidCxxCompiler: No working C++ compiler found\nand more")

        return forward

    heard = Heard()
    network = CompiledNetwork(nn.Identity(), compile_network=compile_network, say=heard.say)
    assert [int(network(torch.tensor(number))) for number in (1, 2)] == [1, 2]
    assert heard.lines == ["notice: torch cannot compile here: InvalidCxxCompiler: No working C++ compiler found"]


def test_an_error_of_the_network_s_own_is_an_error() -> None:
    network = CompiledNetwork(nn.Linear(2, 2), compile_network=lambda network: network, say=Heard().say)
    with pytest.raises(RuntimeError, match="shapes"):
        network(torch.zeros(1, 3))


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_on_cuda_a_compiled_network_gives_the_same() -> None:
    network = nn.Sequential(nn.Conv2d(4, 8, 3, padding=1), nn.SiLU(), nn.Conv2d(8, 4, 3, padding=1)).cuda().eval()
    features = torch.randn(2, 4, 16, 16, device="cuda")
    with torch.inference_mode():
        compiled = CompiledNetwork(network, compile_network=torch_compile, say=Heard().say)
        assert all(torch.allclose(compiled(features), network(features), atol=1e-4) for _ in range(3))
