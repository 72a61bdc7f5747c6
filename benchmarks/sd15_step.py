"""Stable Diffusion 1.5 at 512x512 on this CPU: one guided step, and a whole picture of 4 steps.

tagloom on torch and on OpenVINO; peers on the same (random) weights, interleaved, medians: diffusers as its documentation
says (float32), diffusers tuned (bfloat16, channels last), and OpenVINO by itself: the network that tagloom exported, with
fixed shapes and OpenVINO's own settings. About ten minutes on two idle cores, 15 GB of memory, 6 GB of disk.
"""

import os
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

os.environ["HF_HUB_OFFLINE"] = "1"

import numpy as np
import torch

from benchmarks.example import NEGATIVE, PROMPT
from benchmarks.sd15_model import CONTEXT, ROWS, SIDE, peak, step_flops, write_model
from tagloom.catalog import Catalog
from tagloom.diffusion import DiffusionEngine, open_engine, vocabulary
from tagloom.diffusion.runtime import Condition
from tagloom.diffusion.runtime.machine import read_machine
from tagloom.diffusion.surroundings import Surroundings
from tagloom.engine import ModelFacts, RequestInput, resolve
from tagloom.tokenizer import BEGIN_OF_TEXT, END_OF_TEXT, load_tokenizer

ROUNDS: Final = 3
PICTURES: Final = 2
STEPS: Final = 4
Work = Callable[[], object]


def say(text: str) -> None:
    """A line at once, since the whole takes long."""
    print(text, flush=True)


def medians(works: dict[str, Work], rounds: int, *, warm: bool) -> dict[str, float]:
    """Seconds of each, one after the other in every round; the first round is not counted unless all is `warm`."""
    taken: dict[str, list[float]] = {name: [] for name in works}
    for number in range(rounds + (not warm)):
        for name, work in works.items():
            begin = time.perf_counter()
            work()
            if number or warm:
                taken[name].append(time.perf_counter() - begin)
    return {name: statistics.median(times) for name, times in taken.items()}


class Tagloom:
    """tagloom on one runtime."""

    def __init__(self, model: ModelFacts, cache: Path, runtime: str) -> None:
        self.model = model
        surroundings = Surroundings(cache_folder=cache, say=say)
        self.engine: DiffusionEngine = open_engine(model, device="cpu", runtime=runtime, surroundings=surroundings)
        rng = np.random.default_rng(0)
        own = self.engine.runtime
        self.latents = own.from_numpy(rng.standard_normal((4, SIDE, SIDE)).astype(np.float32))
        nothing = own.from_numpy(np.empty(0, np.float32))
        contexts = [own.from_numpy(rng.standard_normal(CONTEXT).astype(np.float32)) for _ in range(ROWS)]
        self.conditions = [Condition(context=context, added=nothing) for context in contexts]

    def step(self) -> None:
        """The U-Net with and without the prompt."""
        self.engine.runtime.predict([self.latents] * ROWS, [500.0] * ROWS, self.conditions)

    def picture(self) -> None:
        """From text to pixels."""
        said = RequestInput(prompt=PROMPT, negative_prompt=NEGATIVE, seed=7, steps=STEPS, width=8 * SIDE, height=8 * SIDE)
        request = resolve(said, model=self.model, vocabulary=vocabulary(), random_seed=0, wildcards={}).request
        for _ in self.engine.generate(request):
            pass


class Diffusers:
    """diffusers' pipeline, as documented or in bfloat16 and channels last."""

    def __init__(self, folder: Path, *, is_tuned: bool) -> None:
        from diffusers import AutoencoderKL, DPMSolverMultistepScheduler, StableDiffusionPipeline, UNet2DConditionModel
        from transformers import CLIPTextModel

        dtype = torch.bfloat16 if is_tuned else torch.float32
        pipeline: Any = StableDiffusionPipeline(
            vae=AutoencoderKL.from_pretrained(folder / "vae", torch_dtype=dtype),
            unet=UNet2DConditionModel.from_pretrained(folder / "unet", torch_dtype=dtype),
            text_encoder=CLIPTextModel.from_pretrained(folder / "text_encoder", dtype=dtype),
            tokenizer=None,
            scheduler=DPMSolverMultistepScheduler.from_pretrained(folder / "scheduler", use_karras_sigmas=True),
            safety_checker=None,
            feature_extractor=None,
            requires_safety_checker=False,
        )
        pipeline.set_progress_bar_config(disable=True)
        if is_tuned:
            pipeline.unet.to(memory_format=torch.channels_last)
            pipeline.vae.to(memory_format=torch.channels_last)
        self.pipeline = pipeline
        self.latents = torch.randn(ROWS, 4, SIDE, SIDE).to(dtype)
        self.contexts = torch.randn(ROWS, *CONTEXT).to(dtype)

    @torch.inference_mode()
    def step(self) -> None:
        """The U-Net with and without the prompt."""
        self.pipeline.unet(self.latents, 500, encoder_hidden_states=self.contexts)

    @torch.inference_mode()
    def picture(self) -> None:
        """From text to pixels."""
        self.pipeline(
            prompt_embeds=self._embed(PROMPT),
            negative_prompt_embeds=self._embed(NEGATIVE),
            width=8 * SIDE,
            height=8 * SIDE,
            num_inference_steps=STEPS,
            guidance_scale=7.0,
            generator=torch.Generator().manual_seed(7),
        )

    def _embed(self, text: str) -> torch.Tensor:
        ids = load_tokenizer().encode_ids(text)
        embedded: torch.Tensor = self.pipeline.text_encoder(
            torch.tensor([[BEGIN_OF_TEXT, *ids, *[END_OF_TEXT] * (76 - len(ids))]])
        )[0]
        return embedded


class OpenVino:
    """OpenVINO by itself, on the networks that tagloom exported."""

    def __init__(self, cache: Path) -> None:
        import openvino

        (folder,) = (cache / "openvino").iterdir()
        core = openvino.Core()
        rng = np.random.default_rng(0)
        shapes = [(ROWS, 4, SIDE, SIDE), (ROWS, 320), (ROWS, *CONTEXT)]
        self.requests: dict[str, Any] = {}
        self.inputs = {
            "unet": [rng.standard_normal(shape).astype(np.float32) for shape in shapes],
            "decoder": [rng.standard_normal((1, 4, SIDE, SIDE)).astype(np.float32)],
            "text_encoder_0": [rng.standard_normal((1, *CONTEXT)).astype(np.float32)],
        }
        for name, inputs in self.inputs.items():
            network = core.read_model(folder / f"{name}.xml")
            network.reshape({number: list(one.shape) for number, one in enumerate(inputs)})
            self.requests[name] = core.compile_model(network, "CPU").create_infer_request()

    def step(self) -> None:
        """The U-Net with and without the prompt."""
        self._run("unet")

    def picture(self) -> None:
        """Both texts, the steps, the decoder; no sampler between them."""
        for name in ("text_encoder_0", "text_encoder_0", *["unet"] * STEPS, "decoder"):
            self._run(name)

    def _run(self, name: str) -> None:
        self.requests[name].infer(self.inputs[name], share_inputs=True)


def main() -> None:
    """Measure and print."""
    warnings.simplefilter("ignore")
    threads = read_machine().cores
    torch.set_num_threads(threads)
    with tempfile.TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else None) as place:
        folder, cache = Path(place) / "sd15", Path(place) / "cache"
        write_model(folder)
        model = Catalog().find(str(folder))
        subjects: dict[str, Tagloom | Diffusers | OpenVino] = {
            "tagloom, openvino": Tagloom(model, cache, "openvino"),
            "tagloom, torch": Tagloom(model, cache, "torch"),
            "openvino by itself": OpenVino(cache),
            "diffusers, tuned": Diffusers(folder, is_tuned=True),
            "diffusers, as documented": Diffusers(folder, is_tuned=False),
        }
        ready = [one for one in subjects.values() if isinstance(one, Tagloom)]
        say(f"{read_machine().cpu}, {threads} threads, torch {torch.__version__}")
        say(f"tagloom computes in {', '.join(one.engine.runtime.facts.precision for one in ready)}")
        steps = medians({name: one.step for name, one in subjects.items()}, ROUNDS, warm=False)
        report("one guided step", steps)
        shares(steps, ready[0].engine.runtime.facts.precision)
        report(f"a picture of {STEPS} steps", medians({n: one.picture for n, one in subjects.items()}, PICTURES, warm=False))


def report(what: str, seconds: dict[str, float]) -> None:
    """Seconds, and how many times as fast as diffusers is as documented."""
    say(f"{what}:")
    for name, taken in seconds.items():
        say(f"  {name:<26} {taken:7.2f} s   {seconds['diffusers, as documented'] / taken:5.2f} x diffusers as documented")
    best = min(seconds["tagloom, openvino"], seconds["tagloom, torch"])
    say(f"  tagloom / openvino by itself = {best / seconds['openvino by itself']:.2f} (aim: at most 1.00)")


def shares(seconds: dict[str, float], precision: str) -> None:
    """What share of this CPU's measured peak a step reaches."""
    flops, peaks = step_flops(), peak(precision)
    say(f"a guided step is {flops / 1e12:.2f} TFLOP by torch's counter; in {precision} this CPU reaches")
    say("  " + ", ".join(f"{rate / 1e9:.0f} GFLOP/s in a {name}" for name, rate in peaks.items()))
    for name in ("tagloom, openvino", "tagloom, torch"):
        say(f"  {name}: {flops / seconds[name] / max(peaks.values()):.0%} of the peak (aim: at least 72 %)")


if __name__ == "__main__":
    main()
