"""What a single file's header says of the model in it, and which models are refused by name."""

from dataclasses import replace
from pathlib import Path

import pytest

from tagloom.catalog import Header, TensorInfo
from tagloom.catalog.checkpoint import overridden, read_checkpoint
from tagloom.engine import ModelFacts, Overrides
from tagloom.errors import ModelDamagedError, ModelUnsupportedError, RequestError
from tests.catalog.files import UNET, small_shapes


def header(shapes: dict[str, tuple[int, ...]], **metadata: str) -> Header:
    infos = {name: TensorInfo(dtype="F16", shape=shape) for name, shape in shapes.items()}
    return Header(path=Path("x.safetensors"), tensors=infos, metadata=metadata)


SD1 = ModelFacts(
    name="x",
    path="x.safetensors",
    hash="",
    family="sd1",
    prediction_type="epsilon",
    width=512,
    height=512,
    size_multiple=8,
    latent_channels=4,
    latent_factor=8,
    text_encoder_layers=12,
    context_width=32,
    beta_start=0.00085,
    beta_end=0.012,
    beta_schedule="scaled_linear",
    train_timesteps=1000,
)


def test_sd_1_is_told_by_openai_s_text_encoder() -> None:
    assert read_checkpoint(header(small_shapes("sd1")), "x") == SD1


def test_old_files_whose_text_encoder_has_no_prefix_are_sd_1_too() -> None:
    shapes = {name.replace("text_model.", ""): shape for name, shape in small_shapes("sd1").items()}
    assert read_checkpoint(header(shapes), "x") == SD1


def test_sd_2_is_told_by_openclip_s_and_what_it_predicts_is_assumed() -> None:
    facts = read_checkpoint(header(small_shapes("sd2")), "x")
    assert (facts.family, facts.prediction_type, facts.width, facts.text_encoder_layers) == ("sd2", "v_prediction", 768, 23)
    assert "v is assumed" in facts.assumptions[0]


@pytest.mark.parametrize("written", ["v", "V_prediction", "v-prediction"])
def test_metadata_say_what_is_predicted(written: str) -> None:
    facts = read_checkpoint(header(small_shapes("sd2"), **{"modelspec.prediction_type": written}), "x")
    assert (facts.prediction_type, facts.assumptions) == ("v_prediction", ())


def test_sd_2_base_paints_512_pixels() -> None:
    facts = read_checkpoint(header(small_shapes("sd2"), **{"modelspec.prediction_type": "epsilon"}), "x")
    assert (facts.prediction_type, facts.width, facts.assumptions) == ("epsilon", 512, ())
    said = Overrides(prediction_type="epsilon")
    assert overridden(read_checkpoint(header(small_shapes("sd2")), "x"), said, "") == replace(facts, overrides=said)


def test_sdxl_is_told_by_its_two_text_encoders() -> None:
    expected = replace(
        SD1, family="sdxl", width=1024, height=1024, pooled_width=48, size_width=16, zeroes_empty_negative=True
    )
    assert read_checkpoint(header(small_shapes("sdxl")), "x") == expected


@pytest.mark.parametrize("family", ["sd1", "sd2", "sdxl"])
def test_keys_say_v_prediction_and_zero_terminal_snr(family: str) -> None:
    facts = read_checkpoint(header(small_shapes(family) | {"v_pred": (), "ztsnr": ()}), "x")
    assert (facts.prediction_type, facts.zero_terminal_snr, facts.assumptions) == ("v_prediction", True, ())


def test_an_override_is_kept_for_the_record() -> None:
    said = Overrides(vae="clear", prediction_type="v_prediction")
    assert overridden(SD1, said, "/vae/clear.safetensors") == replace(
        SD1, prediction_type="v_prediction", vae_path="/vae/clear.safetensors", overrides=said
    )
    with pytest.raises(RequestError, match="no prediction type 'x0' .take epsilon or v_prediction"):
        overridden(SD1, Overrides(prediction_type="x0"), "")


OTHERS: dict[str, tuple[dict[str, tuple[int, ...]], str]] = {
    "inpainting": (small_shapes("sd1", channels=9), "an inpainting model: its U-Net takes 9 channels"),
    "editing": (small_shapes("sd1", channels=8), "an editing model such as InstructPix2Pix"),
    "depth": (small_shapes("sd2", channels=5), "a depth-to-image model"),
    "upscaling": (small_shapes("sd2", channels=7), "an upscaling model"),
    "refiner": (
        {f"{UNET}input_blocks.0.0.weight": (384, 4, 3, 3), f"{UNET}label_emb.0.0.weight": (1536, 2560)}
        | {"conditioner.embedders.0.model.ln_final.weight": (1280,)},
        "an SDXL refiner",
    ),
    "Playground": (small_shapes("sdxl") | {"edm_mean": (4,)}, "Playground 2.5"),
    "CosXL": (small_shapes("sdxl") | {"edm_vpred.sigma_max": ()}, "CosXL"),
    "AnimateDiff": (
        small_shapes("sd1") | {f"{UNET}input_blocks.1.motion_modules.0.x": (1,)},
        "AnimateDiff motion weights",
    ),
    "without text encoder": ({f"{UNET}input_blocks.0.0.weight": (64, 4, 3, 3)}, "a U-Net without a text encoder"),
    "SD 3": ({f"{UNET}joint_blocks.0.x_block.attn.qkv.weight": (1,)}, "Stable Diffusion 3"),
    "Flux": ({"double_blocks.0.img_attn.qkv.weight": (1,)}, "Flux"),
    "LoRA": ({"lora_unet_down_blocks_0.lora_up.weight": (1,)}, "a LoRA, which goes into the prompt"),
    "LoRA of diffusers": ({"unet.down_blocks.0.to_q.lora_A.weight": (1,)}, "a LoRA"),
    "ControlNet": ({"control_model.input_blocks.0.0.weight": (1,)}, "a ControlNet"),
    "textual inversion": ({"emb_params": (2, 768)}, "a textual inversion"),
    "autoencoder": ({"decoder.conv_in.weight": (1,)}, "an autoencoder alone, which goes with a model as its --vae"),
    "diffusers U-Net": ({"down_blocks.0.resnets.0.conv1.weight": (1,)}, "a U-Net alone"),
    "text encoder": ({"text_model.encoder.layers.0.x": (1,)}, "a text encoder alone"),
    "something else": ({"x": (1,)}, "no Stable Diffusion model: it has no tensor"),
}


@pytest.mark.parametrize("kind", OTHERS)
def test_another_kind_of_file_is_refused_by_its_name(kind: str) -> None:
    shapes, message = OTHERS[kind]
    with pytest.raises(ModelUnsupportedError, match="SD 1.x, SD 2.x and SDXL base models can be painted with") as caught:
        read_checkpoint(header(shapes), "x")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"conditioner.embedders.1.model.text_projection": None}, "lacks tensor 'conditioner.embedders.1.model.text_pro"),
        ({f"{UNET}label_emb.0.0.weight": (256,)}, "has 1 dimensions, not 2"),
        ({f"{UNET}input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight": None}, "without attention to a text"),
    ],
)
def test_a_tensor_that_tells_a_size_must_be_there(change: dict[str, tuple[int, ...] | None], message: str) -> None:
    shapes = {name: shape for name, shape in (small_shapes("sdxl") | change).items() if shape is not None}
    with pytest.raises(ModelDamagedError, match=message):
        read_checkpoint(header(shapes), "x")
