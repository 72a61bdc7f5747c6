"""A model of Stable Diffusion 1.5's sizes with random weights, what a step of it computes, and what this CPU could compute.

No weights of anybody's are needed: speed does not depend on their values.
"""

import json
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Final

import torch
from torch import Tensor
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode

from tagloom.diffusion.networks import UNet, UNetConfig

SIDE: Final = 64  # cells of a latent, of 8 pixels each
ROWS: Final = 2  # one picture with guidance
CONTEXT: Final = (77, 768)
PRECISIONS: Final = {"fp32": torch.float32, "bf16": torch.bfloat16}
_TRIALS: Final = 5


def write_model(folder: Path) -> Path:
    """A diffusers folder in half precision, 2.1 GB."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel
        from transformers import CLIPTextConfig, CLIPTextModel

        torch.manual_seed(0)
        blocks = (128, 256, 512, 512)
        encoder = CLIPTextConfig(
            hidden_size=768, intermediate_size=3072, num_hidden_layers=12, num_attention_heads=12, eos_token_id=49407
        )
        parts = {
            "unet": UNet2DConditionModel(cross_attention_dim=CONTEXT[1], sample_size=SIDE),
            "vae": AutoencoderKL(
                block_out_channels=blocks,
                down_block_types=["DownEncoderBlock2D"] * 4,
                up_block_types=["UpDecoderBlock2D"] * 4,
                layers_per_block=2,
                sample_size=8 * SIDE,
            ),
            "text_encoder": CLIPTextModel(encoder),
        }
        for name, network in parts.items():
            network.half().save_pretrained(folder / name)
        schedule = DDIMScheduler(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear")
        schedule.save_pretrained(folder / "scheduler")
    (folder / "model_index.json").write_text(json.dumps({"_class_name": "StableDiffusionPipeline"}))
    return folder


def step_flops() -> int:
    """Floating point operations of the U-Net in one guided step, by torch's counter."""
    config = UNetConfig(
        in_channels=4,
        out_channels=4,
        channels=(320, 640, 1280, 1280),
        heads=(8, 8, 8, 8),
        transformer_layers=(1, 1, 1, 0),
        middle_transformer_layers=1,
        residual_blocks=2,
        context_width=CONTEXT[1],
        groups=32,
        linear_projection=False,
    )
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        latents, timesteps = torch.empty(ROWS, 4, SIDE, SIDE), torch.empty(ROWS)
        UNet(config)(latents, timesteps, torch.empty(ROWS, *CONTEXT))
    return int(counter.get_total_flops())


def peak(precision: str) -> dict[str, float]:
    """Operations in a second of a matrix product and of a convolution, each of a shape of the U-Net's and as large."""
    dtype = PRECISIONS[precision]
    left, right = torch.randn(4096, 1280).to(dtype), torch.randn(1280, 5120).to(dtype)
    weight = torch.randn(640, 640, 3, 3).to(dtype).contiguous(memory_format=torch.channels_last)
    features = torch.randn(ROWS, 640, 32, 32).to(dtype).contiguous(memory_format=torch.channels_last)

    def fastest(work: Callable[[], Tensor]) -> float:
        taken = []
        for _ in range(_TRIALS):
            begin = time.perf_counter()
            work()
            taken.append(time.perf_counter() - begin)
        return min(taken)

    with torch.inference_mode():
        product = fastest(lambda: torch.mm(left, right))
        convolution = fastest(lambda: functional.conv2d(features, weight, padding=1))
    return {
        "product": 2 * left.numel() * right.shape[1] / product,
        "convolution": 2 * features.numel() * 640 * 9 / convolution,
    }
