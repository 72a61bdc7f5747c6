"""Peak memory and processor time of decoding 1024x1024 with an autoencoder of SD 1.5's size: tagloom against diffusers.

float32 on the CPU, random weights. The tensors alive at the worst moment are counted; what a process takes above what it
took before is measured, every way in a process of its own. How far the pieces are from the whole is measured at a quarter
of the side, with tiles of half of that for diffusers.
"""

import resource
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Mapping
from functools import partial

import torch
from torch import Tensor

from benchmarks.living_tensors import peak_of

THREADS = 2
SIDE = 1024
CHANNELS = (128, 256, 512, 512)
KIBIBYTE = 1024
IMAGE_DIMENSIONS = 4
WAYS = ("tagloom, whole", "tagloom, in bands", "diffusers, whole", "diffusers, enable_vae_tiling")

Decode = Callable[[Tensor], Tensor]


def tagloom_ways() -> Mapping[str, Decode]:
    """Our decoder, both ways."""
    from tagloom.diffusion.networks import Autoencoder, AutoencoderConfig, decode_in_bands

    config = AutoencoderConfig(
        latent_channels=4,
        channels=CHANNELS,
        residual_blocks=2,
        groups=32,
        middle_attention=True,
        quantisers=True,
        scaling_factor=1.0,
        shift_factor=0.0,
    )
    network = Autoencoder(config).eval()
    for parameter in network.parameters():  # as the runtime has them
        if parameter.dim() == IMAGE_DIMENSIONS:
            parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
    return {"tagloom, whole": network.decode, "tagloom, in bands": partial(decode_in_bands, network)}


def diffusers_ways() -> Mapping[str, Decode]:
    """diffusers' decoder as its documentation says; both share the weights."""
    warnings.simplefilter("ignore")
    from diffusers import AutoencoderKL

    def tiled(latents: Tensor, *, side: int) -> Tensor:
        network.enable_tiling()
        network.tile_latent_min_size = min(64, side // 2)
        network.tile_sample_min_size = 8 * network.tile_latent_min_size
        pixels = decoded(latents)
        network.disable_tiling()
        return pixels

    def decoded(latents: Tensor) -> Tensor:
        pixels: Tensor = network.decode(latents).sample
        return pixels

    network = AutoencoderKL(
        block_out_channels=CHANNELS,
        down_block_types=["DownEncoderBlock2D"] * 4,
        up_block_types=["UpDecoderBlock2D"] * 4,
        latent_channels=4,
        layers_per_block=2,
        sample_size=512,
    ).eval()
    return {
        "diffusers, whole": decoded,
        "diffusers, enable_vae_tiling": lambda latents: tiled(latents, side=latents.shape[-1]),
    }


def peak() -> float:
    """The most memory this process ever took, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIBIBYTE


def measure(way: str, side: int) -> None:
    """In a process of its own: decode and print the peak in MiB and the seconds of processor time."""
    torch.set_num_threads(THREADS)
    torch.manual_seed(0)
    ways = tagloom_ways() if way.startswith("tagloom") else diffusers_ways()
    with torch.inference_mode():
        ways[way](torch.randn(1, 4, 16, 16))
        before, begin = peak(), time.process_time()
        ways[way](torch.randn(1, 4, side // 8, side // 8))
    print(peak() - before, time.process_time() - begin)


def error(ways: Mapping[str, Decode], side: int) -> float:
    """How far the second way is from the first: the largest difference, as a share of the largest value."""
    whole, pieces = ways.values()
    latents = torch.randn(1, 4, side // 8, side // 8)
    with torch.inference_mode():
        expected = whole(latents)
        return float((pieces(latents) - expected).abs().max() / expected.abs().max())


def counted(side: int) -> dict[str, float]:
    """The tensors of every way at its worst moment, in MiB; nothing is computed."""
    from torch._subclasses.fake_tensor import FakeTensorMode

    peaks = {}
    with FakeTensorMode():
        latents = torch.empty(1, 4, side // 8, side // 8)
        for name, decode in {**tagloom_ways(), **diffusers_ways()}.items():
            peaks[name] = peak_of(partial(decode, latents)) / KIBIBYTE**2
    return peaks


def measured(side: int) -> None:
    """Print what processes take and how long they compute: minutes."""
    for way in WAYS:
        command = [sys.executable, "-m", "benchmarks.decode_memory", way, str(side)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        mebibytes, seconds = (float(number) for number in done.stdout.split())
        print(f"{way:<30} {mebibytes:7.0f} MiB of the process, {seconds:6.1f} s of processor time", flush=True)


def main(side: int) -> None:
    """Measure and print."""
    peaks = counted(side)
    for way in WAYS:
        print(f"{way:<30} {peaks[way]:7.0f} MiB of tensors")
    for peer in WAYS[2:]:
        print(f"tagloom in bands / {peer}: {peaks['tagloom, in bands'] / peaks[peer]:.2f} of the memory")
    torch.manual_seed(0)
    for ways in (tagloom_ways(), diffusers_ways()):
        print(f"{list(ways)[1]}: differs from the whole by {error(ways, side // 4):.1e}", flush=True)
    measured(side)
    print(f"{side}x{side}, fp32, {THREADS} threads, torch {torch.__version__}")


if __name__ == "__main__":
    if len(sys.argv) > 2:
        measure(sys.argv[1], int(sys.argv[2]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else SIDE)
