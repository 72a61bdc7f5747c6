"""OpenVINO's runtime: the same pictures as torch's, from a cache that is made once."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from tagloom.catalog import Catalog, NetworkFiles
from tagloom.diffusion import DiffusionEngine, open_engine
from tagloom.diffusion.runtime import Condition, Replacement
from tagloom.diffusion.runtime.openvino.runtime import OpenVinoRuntime
from tagloom.diffusion.surroundings import Surroundings
from tagloom.diffusion.weights import load_folder
from tagloom.engine import Finished, ModelFacts, Request, Started
from tagloom.errors import ModelError
from tagloom.tokenizer import BEGIN_OF_TEXT, END_OF_TEXT
from tests.diffusion.lora_files import kohya, weights_of, written
from tests.diffusion.small_models import small_model
from tests.diffusion.test_stepper import finish

pytest.importorskip("openvino")
IDS = (BEGIN_OF_TEXT, 320, 2368, *[END_OF_TEXT] * 74)


@dataclass
class Heard:
    """Lines said to the user."""

    lines: list[str] = field(default_factory=list)

    def say(self, text: str) -> None:
        self.lines.append(text)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that the first engine of these tests fills."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def compiled(paperdoll: ModelFacts, cache: Path) -> DiffusionEngine:
    """The bundled model run by OpenVINO in float32."""
    heard = Heard()
    surroundings = Surroundings(cache_folder=cache, say=heard.say)
    opened = open_engine(paperdoll, precision="fp32", threads=2, runtime="openvino", surroundings=surroundings)
    assert heard.lines == []
    return opened


def picture(engine: DiffusionEngine, request: Request) -> np.ndarray:
    *_, finished = engine.generate(request)
    assert isinstance(finished, Finished)
    return np.frombuffer(finished.picture.pixels, np.uint8).astype(float)


def psnr(ours: np.ndarray, theirs: np.ndarray) -> float:
    """Peak signal to noise in decibels, of 8 bits."""
    return float(10 * np.log10(255**2 / max(((ours - theirs) ** 2).mean(), 1e-9)))


def test_it_says_what_it_computes_with(compiled: DiffusionEngine) -> None:
    facts = compiled.runtime.facts
    assert (facts.name, facts.device, facts.precision, facts.threads) == ("openvino", "cpu", "fp32", 2)
    assert [name for name, _ in facts.libraries] == ["openvino", "numpy"]


def test_it_reads_a_text_as_torch_does(compiled: DiffusionEngine, engine: DiffusionEngine) -> None:
    ours, theirs = (one.runtime.encode_text(IDS, []) for one in (compiled, engine))
    assert ours.states.shape == theirs.states.shape
    assert np.abs(ours.states - theirs.states).max() / np.abs(theirs.states).max() < 1e-5
    vector = np.linspace(0, 1, 192, dtype=np.float32)
    replaced = [one.runtime.encode_text(IDS, [Replacement(position=2, vector=vector)]) for one in (compiled, engine)]
    assert np.abs(replaced[0].states - replaced[1].states).max() / np.abs(replaced[1].states).max() < 1e-5
    assert np.abs(replaced[0].states - ours.states).max() > 0.1


def test_it_predicts_rows_of_any_shapes_as_torch_does(compiled: DiffusionEngine, engine: DiffusionEngine) -> None:
    rng = np.random.default_rng(0)
    sides, lengths, timesteps = (8, 12, 9, 8), (1, 1, 2, 1), [1.0, 20.0, 300.5, 999.0]
    latents = [rng.standard_normal((4, side, 8)).astype(np.float32) for side in sides]
    contexts = [rng.standard_normal((77 * n, 192)).astype(np.float32) for n in lengths]

    def predicted(one: DiffusionEngine) -> Sequence[np.ndarray]:
        nothing = one.runtime.from_numpy(np.empty(0, np.float32))
        conditions = [Condition(context=one.runtime.from_numpy(context), added=nothing) for context in contexts]
        rows = one.runtime.predict([one.runtime.from_numpy(picture) for picture in latents], timesteps, conditions)
        return [one.runtime.to_numpy(row) for row in rows]

    for ours, theirs in zip(predicted(compiled), predicted(engine), strict=True):
        assert ours.shape == theirs.shape
        assert np.abs(ours - theirs).max() / np.abs(theirs).max() < 1e-5


def test_a_whole_picture_in_float32_is_torch_s(
    compiled: DiffusionEngine, engine: DiffusionEngine, request_: Request
) -> None:
    ours, theirs = picture(compiled, request_), picture(engine, request_)
    assert psnr(ours, theirs) > 60
    latents = [one.runtime.to_numpy(finish(one, request_).latents) for one in (compiled, engine)]
    assert np.abs(latents[0] - latents[1]).max() / np.abs(latents[1]).max() < 1e-3


def test_the_same_request_is_the_same_picture(compiled: DiffusionEngine, request_: Request) -> None:
    assert np.array_equal(picture(compiled, request_), picture(compiled, request_))


def test_a_preview_resembles_the_picture(compiled: DiffusionEngine, request_: Request) -> None:
    latents = finish(compiled, replace(request_, steps=8, width=128, height=128)).latents
    decoded = compiled.runtime.decode(latents).reshape(32, 4, 32, 4, 3).mean(axis=(1, 3))
    preview = compiled.runtime.preview(latents).astype(float)
    assert np.corrcoef(preview.ravel(), decoded.ravel())[0, 1] > 0.8


def test_latents_that_are_no_numbers_are_refused(compiled: DiffusionEngine) -> None:
    with pytest.raises(ModelError, match="gave no numbers in precision fp32"):
        compiled.runtime.decode(compiled.runtime.from_numpy(np.full((4, 16, 16), np.nan, dtype=np.float32)))


PAINT = """
import sys
from tagloom.cli.main import run
import os
code = run(sys.argv[1:], os.environ)
assert sys.modules.get("openvino_telemetry") is None, "telemetry"
print([name for name in ("torch", "openvino") if name in sys.modules])
sys.exit(code)
"""


def test_a_paint_from_the_cache_imports_no_torch_and_is_the_same_picture(
    compiled: DiffusionEngine, cache: Path, tmp_path: Path
) -> None:
    assert compiled.runtime.facts.name == "openvino"
    variables = dict(os.environ) | {"TAGLOOM_CACHE": str(cache), "TAGLOOM_DATA": str(tmp_path / "data")}
    arguments = ["paint", "1girl", "--seed", "3", "--steps", "3", "--size", "64x64", "--device", "cpu", "--threads", "2"]

    def paint(name: str) -> str:
        command = [sys.executable, "-c", PAINT, *arguments, "--out", name]
        done = subprocess.run(command, cwd=tmp_path, env=variables, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()[-1]

    assert paint("one.png") == "['openvino']"
    kept = {file: file.stat().st_mtime_ns for file in cache.rglob("*")}
    assert paint("two.png") == "['openvino']"
    assert {file: file.stat().st_mtime_ns for file in cache.rglob("*")} == kept  # nothing was made a second time
    from tagloom.artifact import pixels, read

    assert pixels(tmp_path / "one.png") == pixels(tmp_path / "two.png")
    provenance = read(tmp_path / "one.png").provenance
    assert provenance is not None
    assert (provenance.runtime, provenance.precision) == ("openvino", "fp32")


def test_what_is_damaged_in_the_cache_is_made_anew(
    compiled: DiffusionEngine, paperdoll: ModelFacts, cache: Path, request_: Request, tmp_path: Path
) -> None:
    copy = tmp_path / "cache"
    shutil.copytree(cache, copy)
    for file in [*copy.rglob("*.blob"), *copy.glob("profiles/*")]:
        file.write_bytes(file.read_bytes()[:100])
    surroundings = Surroundings(cache_folder=copy)
    damaged = open_engine(paperdoll, precision="fp32", threads=2, runtime="openvino", surroundings=surroundings)
    assert psnr(picture(damaged, request_), picture(compiled, request_)) > 60


def test_pixels_are_encoded_as_the_autoencoder_does(compiled: DiffusionEngine, paperdoll: ModelFacts) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (32, 48, 3), dtype=np.uint8)
    assert isinstance(compiled.runtime, OpenVinoRuntime)
    latents = compiled.runtime.to_numpy(compiled.runtime.encode(pixels))
    autoencoder = load_folder(Path(paperdoll.path)).autoencoder.float()
    expected = autoencoder.encode(torch.from_numpy(pixels).permute(2, 0, 1)[None] / 127.5 - 1)[0].numpy()
    assert latents.shape == (4, 8, 12)
    assert np.abs(latents - expected).max() / np.abs(expected).max() < 1e-5


def test_a_step_in_bfloat16_is_nearly_the_same(
    compiled: DiffusionEngine, paperdoll: ModelFacts, cache: Path, request_: Request
) -> None:
    surroundings = Surroundings(cache_folder=cache)
    half = open_engine(paperdoll, precision="bf16", threads=2, runtime="openvino", surroundings=surroundings)
    assert (half.runtime.facts.name, half.runtime.facts.precision) == ("openvino", "bf16")
    request = replace(request_, steps=1)
    begun = compiled.runtime.to_numpy(compiled.stepper.start(compiled.route(request)).latents)
    exact = compiled.runtime.to_numpy(finish(compiled, request).latents)
    got = half.runtime.to_numpy(finish(half, request).latents)
    assert np.linalg.norm(got - exact) / np.linalg.norm(begun) < 0.03  # of the noise that the step takes away


def test_what_a_lora_changes_is_computed_by_torch_and_said(
    compiled: DiffusionEngine, paperdoll: ModelFacts, cache: Path, request_: Request, tmp_path: Path
) -> None:
    weights = weights_of(load_folder(Path(paperdoll.path)).unet)
    names = {f"lora_unet_{path.replace('.', '_')}": weight for path, weight in weights.items() if "attn" in path}
    written(tmp_path / "ink.safetensors", kohya(names))
    files = NetworkFiles(lora_folders=(tmp_path,))
    ours, theirs = (
        open_engine(
            paperdoll,
            precision="fp32",
            threads=2,
            files=files,
            runtime=runtime,
            surroundings=Surroundings(cache_folder=cache),
        )
        for runtime in ("openvino", "torch")
    )
    request = replace(request_, prompt="1girl <lora:ink:1>", steps=2)
    started, *_ = ours.generate(request)
    assert isinstance(started, Started)
    notice = "LoRA 'ink': what it changes is computed by torch, since OpenVINO's networks are fixed"
    assert started.notices == (notice,)
    assert psnr(picture(ours, request), picture(theirs, request)) > 60
    assert psnr(picture(ours, request), picture(compiled, replace(request, prompt="1girl"))) < 50


def test_sdxl_s_two_texts_and_sizes_reach_the_network(tmp_path: Path, request_: Request) -> None:
    model = Catalog().find(str(small_model("sdxl").folder(tmp_path / "sdxl")))
    surroundings = Surroundings(cache_folder=tmp_path / "cache")
    ours, theirs = (
        open_engine(model, precision="fp32", threads=2, runtime=runtime, surroundings=surroundings)
        for runtime in ("openvino", "torch")
    )
    assert ours.runtime.facts.name == "openvino"
    request = replace(request_, steps=2, width=16, height=16)
    latents = [one.runtime.to_numpy(finish(one, request).latents) for one in (ours, theirs)]
    assert np.abs(latents[0] - latents[1]).max() / np.abs(latents[1]).max() < 1e-4


def test_models_of_equal_shapes_and_unknown_hashes_paint_with_their_own_weights(
    paperdoll: ModelFacts, request_: Request, tmp_path: Path
) -> None:
    """Equal names, shapes, sizes and times, and no hash: a cache that took one for the other would paint wrong pictures."""
    request = replace(request_, steps=2)

    def painted(model: ModelFacts, runtime: str) -> np.ndarray:
        surroundings = Surroundings(cache_folder=tmp_path / "cache")
        opened = open_engine(model, precision="fp32", threads=2, runtime=runtime, surroundings=surroundings)
        assert opened.runtime.facts.name == runtime
        return picture(opened, request)

    pictures, sizes = [], set()
    for name, is_other in (("one", False), ("two", True)):
        model = replace(paperdoll, path=str(tmp_path / name), hash="")
        shutil.copytree(paperdoll.path, model.path)
        unet = tmp_path / name / "unet" / "diffusion_pytorch_model.safetensors"
        save_file({key: values.flip(0) if is_other else values for key, values in load_file(unet).items()}, unet)
        os.utime(unet, (1, 1))
        sizes.add(unet.stat().st_size)
        pictures.append(painted(model, "openvino"))
        assert psnr(pictures[-1], painted(model, "torch")) > 50
    assert len(sizes) == 1
    assert psnr(*pictures) < 30
    assert len(list((tmp_path / "cache" / "openvino").iterdir())) == 2


MACHINES = {
    "no room": ({"proc/meminfo": "MemAvailable: 1024 kB\n"}, "to convert 'paperdoll'; 0 are free"),
    "no folder": ({}, "cannot be written: Not a directory"),
}


@pytest.mark.parametrize("trouble", MACHINES)
def test_torch_stands_in_where_openvino_cannot_be_made_ready_and_one_line_says_so(
    trouble: str, paperdoll: ModelFacts, tmp_path: Path
) -> None:
    described, why = MACHINES[trouble]
    for name, text in described.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "file").write_text("")
    cache = tmp_path / ("file" if trouble == "no folder" else "cache")
    heard = Heard()
    surroundings = Surroundings(cache_folder=cache, say=heard.say, root=tmp_path)
    opened = open_engine(paperdoll, device="cpu", threads=2, surroundings=surroundings)
    assert opened.runtime.facts.name == "torch"
    (line,) = heard.lines
    assert line.startswith("notice: torch paints instead: ")
    assert why in line
