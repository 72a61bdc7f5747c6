"""The torch runtime: what it computes with, previews, and what it refuses."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from tagloom.diffusion import DiffusionEngine, open_engine
from tagloom.diffusion.runtime import Condition, Replacement
from tagloom.diffusion.runtime.torch_runtime import TorchRuntime, _memory_guard
from tagloom.diffusion.weights import load_folder
from tagloom.engine import ModelFacts, Request
from tagloom.errors import MemoryExhaustedError, ModelError, RuntimeUnavailableError
from tagloom.tokenizer import BEGIN_OF_TEXT, END_OF_TEXT
from tests.diffusion.test_stepper import finish


def test_it_says_what_it_computes_with(engine: DiffusionEngine) -> None:
    facts = engine.runtime.facts
    assert (facts.name, facts.device, facts.precision, facts.threads) == ("torch", "cpu", "fp32", torch.get_num_threads())
    assert dict(facts.libraries) == {"torch": torch.__version__, "numpy": np.__version__}


def test_rows_of_unequal_shapes_are_predicted_as_if_alone(engine: DiffusionEngine) -> None:
    rng = np.random.default_rng(0)
    runtime = engine.runtime
    latents = [runtime.from_numpy(rng.standard_normal((4, 8, side)).astype(np.float32)) for side in (8, 12, 8, 8)]
    nothing = runtime.from_numpy(np.empty(0, np.float32))
    contexts = [runtime.from_numpy(rng.standard_normal((77 * n, 192)).astype(np.float32)) for n in (1, 1, 2, 1)]
    conditions = [Condition(context=context, added=nothing) for context in contexts]
    timesteps = [1.0, 20.0, 300.5, 999.0]
    together = runtime.predict(latents, timesteps, conditions)
    for row in range(4):
        (alone,) = runtime.predict(latents[row : row + 1], timesteps[row : row + 1], conditions[row : row + 1])
        assert np.allclose(runtime.to_numpy(together[row]), runtime.to_numpy(alone), atol=1e-5)


def test_a_replacement_stands_in_for_a_token(engine: DiffusionEngine) -> None:
    ids = (BEGIN_OF_TEXT, 320, 2368, *[END_OF_TEXT] * 74)
    table = engine.runtime._text_encoders[0].embeddings.token_embedding.weight  # type: ignore[attr-defined]  # the oracle
    vector = table[2368].float().numpy()
    replaced = engine.runtime.encode_text(
        (BEGIN_OF_TEXT, 320, 0, *[END_OF_TEXT] * 74), [Replacement(position=2, vector=vector)]
    )
    assert np.array_equal(replaced.states, engine.runtime.encode_text(ids, []).states)


def test_a_preview_resembles_the_picture(engine: DiffusionEngine, request_: Request) -> None:
    trajectory = finish(engine, replace(request_, steps=8, width=128, height=128))
    picture = engine.runtime.decode(trajectory.latents).reshape(32, 4, 32, 4, 3).mean(axis=(1, 3))
    preview = engine.runtime.preview(trajectory.latents).astype(float)
    assert preview.shape == (32, 32, 3)
    assert np.corrcoef(preview.ravel(), picture.ravel())[0, 1] > 0.8


@pytest.mark.parametrize("precision", ["bf16", "fp16"])
def test_a_step_in_half_precision_is_nearly_the_same(
    precision: str, paperdoll: ModelFacts, engine: DiffusionEngine, request_: Request
) -> None:
    half = open_engine(paperdoll, device="cpu", precision=precision)
    request = replace(request_, steps=1, width=paperdoll.width, height=paperdoll.height)
    begun = engine.runtime.to_numpy(engine.stepper.start(engine.route(request)).latents)
    exact = engine.runtime.to_numpy(finish(engine, request).latents)
    got = half.runtime.to_numpy(finish(half, request).latents)
    assert np.linalg.norm(got - exact) / np.linalg.norm(begun) < 0.03  # of the noise that the step takes away
    assert half.provenance(half.route(request_)).precision == precision


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_cuda_paints_the_same_picture(paperdoll: ModelFacts, engine: DiffusionEngine, request_: Request) -> None:
    cuda = open_engine(paperdoll, device="cuda", precision="fp32")
    exact = engine.runtime.to_numpy(finish(engine, request_).latents)
    got = cuda.runtime.to_numpy(finish(cuda, request_).latents)
    assert np.abs(got - exact).max() / np.abs(exact).max() < 1e-2


@pytest.mark.parametrize(
    ("device", "message"),
    [("cuda:99", "no device 'cuda:99'"), ("toaster", "no device 'toaster'"), ("meta", "no device 'meta'")],
)
def test_a_device_that_is_not_there_is_refused(device: str, message: str, paperdoll: ModelFacts) -> None:
    with pytest.raises(RuntimeUnavailableError, match=message):
        TorchRuntime(load_folder(Path(paperdoll.path)), device=device, precision="fp32")


def test_an_unknown_precision_is_refused(paperdoll: ModelFacts) -> None:
    with pytest.raises(RuntimeUnavailableError, match="no precision 'fp7'.*fp32, bf16, fp16"):
        TorchRuntime(load_folder(Path(paperdoll.path)), device="cpu", precision="fp7")


def test_exhausted_memory_is_one_error_whatever_the_device_calls_it() -> None:
    with pytest.raises(MemoryExhaustedError, match="'cpu' does not suffice"), _memory_guard(torch.device("cpu")):
        torch.empty(1 << 60)
    with pytest.raises(MemoryExhaustedError), _memory_guard(torch.device("cpu")):
        raise MemoryError
    with pytest.raises(RuntimeError, match="something else"), _memory_guard(torch.device("cpu")):
        raise RuntimeError("something else")


def test_latents_that_are_no_numbers_are_refused(engine: DiffusionEngine) -> None:
    lost = engine.runtime.from_numpy(np.full((4, 8, 8), np.nan, dtype=np.float32))
    with pytest.raises(ModelError, match="gave no numbers in precision fp32"):
        engine.runtime.decode(lost)


def test_an_autoencoder_that_gives_no_numbers_is_refused(paperdoll: ModelFacts) -> None:
    networks = load_folder(Path(paperdoll.path))
    nothing = torch.full((3,), torch.nan)
    networks.autoencoder.decoder.conv_out.bias = torch.nn.Parameter(nothing, requires_grad=False)
    runtime = TorchRuntime(networks, device="cpu", precision="fp32")
    with pytest.raises(ModelError, match="the autoencoder gave no numbers in precision fp32"):
        runtime.decode(runtime.from_numpy(np.zeros((4, 8, 8), np.float32)))


def test_an_autoencoder_that_overflows_half_precision_decodes_as_in_float32(paperdoll: ModelFacts) -> None:
    """SDXL's does: whatever the U-Net's precision, an autoencoder is never in float16."""
    pictures = []
    latents = np.random.default_rng(1).standard_normal((4, 6, 6)).astype(np.float32)
    for precision in ("fp32", "fp16"):
        networks = load_folder(Path(paperdoll.path))
        networks.autoencoder.float()
        convolution = networks.autoencoder.get_submodule("decoder.conv_in")
        for parameter in convolution.parameters():
            parameter.data *= 1e6  # the norms behind it take that away again
        runtime = TorchRuntime(networks, device="cpu", precision=precision)
        pictures.append(runtime.decode(runtime.from_numpy(latents)))
    assert np.array_equal(pictures[0], pictures[1])
    assert len(np.unique(pictures[0])) > 50
