"""The three networks of latent diffusion in torch: text encoder, U-Net, autoencoder."""

from tagloom.diffusion.networks.autoencoder import Autoencoder, AutoencoderConfig
from tagloom.diffusion.networks.banded import decode_in_bands
from tagloom.diffusion.networks.text_encoder import TextEncoder, TextEncoderConfig
from tagloom.diffusion.networks.unet import UNet, UNetConfig

__all__ = [
    "Autoencoder",
    "AutoencoderConfig",
    "TextEncoder",
    "TextEncoderConfig",
    "UNet",
    "UNetConfig",
    "decode_in_bands",
]
