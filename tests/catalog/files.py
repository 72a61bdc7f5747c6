"""Single files of models for the tests: names and shapes of small models in the original layout, and files made of them."""

import json
import math
from collections.abc import Mapping
from pathlib import Path

Shapes = Mapping[str, tuple[int, ...]]
UNET = "model.diffusion_model."


def small_shapes(family: str, *, channels: int = 4, context: int = 32) -> dict[str, tuple[int, ...]]:
    """What tells a family and its sizes; not a whole model."""
    shapes: dict[str, tuple[int, ...]] = {
        f"{UNET}input_blocks.0.0.weight": (64, channels, 3, 3),
        f"{UNET}input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight": (64, context),
        **{f"first_stage_model.decoder.up.{level}.block.0.norm1.weight": (64,) for level in range(4)},
    }
    openai = {f"text_model.encoder.layers.{layer}.layer_norm1.weight": (32,) for layer in range(12)}
    openclip = {f"transformer.resblocks.{layer}.ln_1.weight": (32,) for layer in range(24)}
    if family == "sd1":
        return shapes | {f"cond_stage_model.transformer.{name}": shape for name, shape in openai.items()}
    if family == "sd2":
        return shapes | {f"cond_stage_model.model.{name}": shape for name, shape in openclip.items()}
    return (
        shapes
        | {f"conditioner.embedders.0.transformer.{name}": shape for name, shape in openai.items()}
        | {f"conditioner.embedders.1.model.{name}": shape for name, shape in openclip.items()}
        | {"conditioner.embedders.1.model.text_projection": (32, 48), f"{UNET}label_emb.0.0.weight": (256, 48 + 6 * 16)}
    )


def header_bytes(header: object) -> bytes:
    """The beginning of a safetensors file: the header's length and the header."""
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text


def safetensors_bytes(shapes: Shapes, metadata: Mapping[str, str] | None = None) -> bytes:
    """A safetensors file of zeros in float16."""
    header: dict[str, object] = {"__metadata__": dict(metadata)} if metadata else {}
    end = 0
    for name, shape in shapes.items():
        start, end = end, end + 2 * math.prod(shape)
        header[name] = {"dtype": "F16", "shape": list(shape), "data_offsets": [start, end]}
    return header_bytes(header) + bytes(end)


def write_file(path: Path, shapes: Shapes, metadata: Mapping[str, str] | None = None) -> Path:
    """Write such a file, with its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(safetensors_bytes(shapes, metadata))
    return path
