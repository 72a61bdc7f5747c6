"""A file's tensor names and shapes -> which family of models it holds; what we do not paint with is named and refused."""

from pathlib import Path
from types import MappingProxyType
from typing import Final

from tagloom.catalog.config_file import PAINTABLE
from tagloom.catalog.header import Header
from tagloom.engine.model import Family
from tagloom.errors import ModelUnsupportedError

UNET: Final = "model.diffusion_model."
AUTOENCODER: Final = "first_stage_model."
OPENAI: Final = "cond_stage_model.transformer."
OPENCLIP: Final = "cond_stage_model.model."
SDXL_OPENAI: Final = "conditioner.embedders.0.transformer."
SDXL_OPENCLIP: Final = "conditioner.embedders.1.model."
_REFINER: Final = "conditioner.embedders.0.model."
_FIRST: Final = f"{UNET}input_blocks.0.0.weight"

# Channels of the U-Net's input that say that it is no plain text-to-image model.
OTHER_INPUTS: Final = MappingProxyType(
    {
        5: "a depth-to-image model: its U-Net takes 5 channels (latents and depth)",
        7: "an upscaling model: its U-Net takes 7 channels (latents and a small picture)",
        8: "an editing model such as InstructPix2Pix: its U-Net takes 8 channels (latents and a picture)",
        9: "an inpainting model: its U-Net takes 9 channels (latents, mask and masked picture)",
    }
)
# Part of a tensor's name -> what the file is; the first that occurs.
_FOREIGN: Final = (
    ("lora_unet_", "a LoRA, which goes into the prompt as <lora:NAME>"),
    ("lora_te", "a LoRA, which goes into the prompt as <lora:NAME>"),
    (".lora_A.", "a LoRA, which goes into the prompt as <lora:NAME>"),
    (".lora_up.", "a LoRA, which goes into the prompt as <lora:NAME>"),
    ("control_model.", "a ControlNet"),
    ("controlnet_", "a ControlNet"),
    ("emb_params", "a textual inversion"),
    ("motion_modules.", "AnimateDiff motion weights"),
    ("joint_blocks.", "Stable Diffusion 3"),
    ("double_blocks.", "Flux"),
    ("single_transformer_blocks.", "Flux in diffusers' layout"),
    ("adaln_single.", "PixArt"),
    ("down_blocks.0.0.channelwise", "Stable Cascade"),
    ("vision_model.", "a CLIP image encoder"),
)
_UNET_ALONE: Final = ("down_blocks.0.resnets.0.conv1.weight", "input_blocks.0.0.weight")
_AUTOENCODER_ALONE: Final = ("decoder.conv_in.weight", f"{AUTOENCODER}decoder.conv_in.weight")


def find_family(header: Header) -> Family:
    """The family of a model in a single file of the original layout.

    Raises:
        ModelUnsupportedError: it is something else, or a kind of model that we do not paint with; it is named.
    """
    if _FIRST not in header.tensors:
        raise refuse_kind(header.path, _foreign(header))
    for part, what in _FOREIGN:
        if any(part in name for name in header.tensors if name.startswith(UNET)):
            raise refuse_kind(header.path, what)
    channels = header.shape(_FIRST)[1]
    if channels in OTHER_INPUTS:
        raise refuse_kind(header.path, OTHER_INPUTS[channels])
    for marker, what in (("edm_mean", "Playground 2.5 (EDM)"), ("edm_vpred.sigma_max", "CosXL (EDM)")):
        if marker in header.tensors:
            raise refuse_kind(header.path, f"{what}, whose noise levels are its own")
    if header.has(f"{UNET}label_emb."):
        if header.has(SDXL_OPENAI) or header.has(SDXL_OPENCLIP):
            return "sdxl"
        what = "an SDXL refiner, which goes on where a base model stopped" if header.has(_REFINER) else "an SDXL U-Net"
        raise refuse_kind(header.path, f"{what}, without the two text encoders of a base model")
    if header.has(OPENCLIP):
        return "sd2"
    if header.has(OPENAI):
        return "sd1"
    raise refuse_kind(header.path, "a U-Net without a text encoder")


def _foreign(header: Header) -> str:
    for part, what in _FOREIGN:
        if any(part in name for name in header.tensors):
            return what
    if any(name in header.tensors for name in _AUTOENCODER_ALONE):
        return "an autoencoder alone, which goes with a model as its --vae"
    if any(name in header.tensors for name in _UNET_ALONE):
        return "a U-Net alone, without a text encoder"
    if header.has("text_model.encoder."):
        return "a text encoder alone"
    return "no Stable Diffusion model: it has no tensor 'model.diffusion_model.input_blocks.0.0.weight'"


def refuse_kind(path: Path, what: str) -> ModelUnsupportedError:
    """The error that a model is of another kind than we paint with."""
    return ModelUnsupportedError(f"{path} is {what}", hint=PAINTABLE)
