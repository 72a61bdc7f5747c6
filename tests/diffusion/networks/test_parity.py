"""Our networks against diffusers' and transformers', with random weights in many shapes."""

import warnings
from typing import Any

import pytest
import torch

from tagloom.catalog import ConfigFile
from tagloom.diffusion.networks import Autoencoder, TextEncoder, UNet
from tagloom.diffusion.networks.attention import mix_in_blocks
from tagloom.diffusion.weights.configs import autoencoder_config, text_encoder_config, unet_config

PLAIN_UNET: dict[str, Any] = {
    "in_channels": 4,
    "out_channels": 4,
    "block_out_channels": [16, 32],
    "down_block_types": ["CrossAttnDownBlock2D", "DownBlock2D"],
    "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D"],
    "layers_per_block": 1,
    "attention_head_dim": 4,
    "cross_attention_dim": 24,
    "norm_num_groups": 8,
    "sample_size": 8,
}
UNETS: dict[str, dict[str, Any]] = {
    "one block a level": {},
    "two blocks a level": {"layers_per_block": 2},
    "linear projections, heads by level": {"use_linear_projection": True, "attention_head_dim": [2, 4]},
    "three levels as in SD 1.x": {
        "block_out_channels": [16, 32, 32],
        "down_block_types": ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"],
        "up_block_types": ["UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"],
        "layers_per_block": 2,
    },
    "several transformer blocks": {"transformer_layers_per_block": [1, 3]},
}


def close(ours: torch.Tensor, theirs: torch.Tensor) -> bool:
    return float((ours - theirs).abs().max() / theirs.abs().max()) <= 1e-5


@pytest.mark.parametrize("shape", UNETS)
def test_the_unet_equals_diffusers(shape: str) -> None:
    from diffusers import UNet2DConditionModel

    settings = PLAIN_UNET | UNETS[shape]
    torch.manual_seed(0)
    theirs = UNet2DConditionModel(**settings).eval()
    ours = UNet(unet_config(ConfigFile("unet/config.json", settings))).eval()
    ours.load_state_dict(theirs.state_dict())
    timesteps, context = torch.tensor([3.0, 801.5]), torch.randn(2, 77, 24)
    for height, width in ((8, 8), (6, 10), (7, 9)):  # the last is halved unevenly
        latents = torch.randn(2, 4, height, width)
        with torch.inference_mode():
            assert close(ours(latents, timesteps, context), theirs(latents, timesteps, context).sample)


@pytest.mark.parametrize("attention", [True, False])
@pytest.mark.parametrize("quantisers", [True, False])
@pytest.mark.parametrize("layers", [1, 2])
def test_the_autoencoder_equals_diffusers(attention: bool, quantisers: bool, layers: int) -> None:
    from diffusers import AutoencoderKL

    settings: dict[str, Any] = {
        "latent_channels": 4,
        "block_out_channels": [16, 32],
        "down_block_types": ["DownEncoderBlock2D"] * 2,
        "up_block_types": ["UpDecoderBlock2D"] * 2,
        "layers_per_block": layers,
        "norm_num_groups": 8,
        "mid_block_add_attention": attention,
        "use_quant_conv": quantisers,
        "use_post_quant_conv": quantisers,
        "scaling_factor": 0.7,
    }
    torch.manual_seed(0)
    theirs = AutoencoderKL(**settings).eval()
    ours = Autoencoder(autoencoder_config(ConfigFile("vae/config.json", settings))).eval()
    ours.load_state_dict(theirs.state_dict())
    pixels, latents = torch.rand(1, 3, 16, 24) * 2 - 1, torch.randn(1, 4, 8, 12)
    with torch.inference_mode():
        assert close(ours.encode(pixels), theirs.encode(pixels).latent_dist.mean * 0.7)
        assert close(ours.moments(pixels)[1], theirs.encode(pixels).latent_dist.logvar)
        assert close(ours.decode(latents), theirs.decode(latents / 0.7).sample)


@pytest.mark.parametrize("activation", ["quick_gelu", "gelu"])
def test_every_layer_of_the_text_encoder_equals_transformers(activation: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from transformers import CLIPTextConfig, CLIPTextModel

    settings: dict[str, Any] = {
        "vocab_size": 300,
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 12,
        "num_attention_heads": 4,
        "hidden_act": activation,
        "max_position_embeddings": 77,
        "eos_token_id": 299,
    }
    torch.manual_seed(0)
    theirs = CLIPTextModel(CLIPTextConfig(**settings)).eval()
    ours = TextEncoder(text_encoder_config(ConfigFile("text_encoder/config.json", settings))).eval()
    ours.load_state_dict({name.removeprefix("text_model."): value for name, value in theirs.state_dict().items()})
    ids = torch.randint(0, 298, (3, 77))
    with torch.inference_mode():
        states = ours(ours.embed(ids))
        expected = theirs(ids, output_hidden_states=True)
        assert (states - torch.stack(expected.hidden_states)).abs().max() <= 1e-5
        assert (ours.final_layer_norm(states[-1]) - expected.last_hidden_state).abs().max() <= 1e-5


def test_rows_of_a_batch_may_be_at_different_timesteps() -> None:
    torch.manual_seed(0)
    unet = UNet(unet_config(ConfigFile("unet/config.json", PLAIN_UNET))).eval()
    latents, context = torch.randn(3, 4, 8, 8), torch.randn(3, 77, 24)
    timesteps = torch.tensor([0.0, 250.25, 999.0])
    with torch.inference_mode():
        together = unet(latents, timesteps, context)
        alone = [unet(latents[i : i + 1], timesteps[i : i + 1], context[i : i + 1]) for i in range(3)]
    assert close(together, torch.cat(alone))


@pytest.mark.parametrize("length", [1, 77, 300, 1100])
def test_attention_in_blocks_is_attention(length: int) -> None:
    """Blocks end within heads, at their ends, and past the last one."""
    generator = torch.Generator().manual_seed(0)
    q, k, v = (torch.randn(2, n, 3, 8, generator=generator).transpose(1, 2) for n in (1100, length, length))
    expected = torch.nn.functional.scaled_dot_product_attention(q, k, v)
    assert torch.allclose(mix_in_blocks(q, k, v), expected, atol=1e-5)
